"""Refunds: lists, one with its credit, what is to go out, what nobody cashed."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet, Sum

from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.credits.figures import DORMANT, STALE, figures
from claims.credits.sources import CreditSource
from claims.refunds import postings
from claims.refunds.models import PayingAccount, Refund, RefundRun
from claims.refunds.states import RefundState
from claims.refunds.unclaimed import UnclaimedClock, unclaimed_clock

if TYPE_CHECKING:
    from arwork.staff.models import User

State = RefundState
#: The chips of the list: which states each shows.
GROUPS: dict[str, tuple[str, Q]] = {
    "asked": ("To be approved", Q(state=State.ASKED)),
    "approved": ("To go out", Q(state=State.APPROVED)),
    "issued": ("Issued", Q(state=State.ISSUED)),
    "cleared": ("Cleared", Q(state=State.CLEARED)),
    "ended": ("Ended", Q(state__in=[State.VOIDED, State.REFUSED, State.WITHDRAWN, State.CANCELED])),
    "state": ("With a state", Q(state__in=[State.REPORTED, State.PAID_TO_STATE])),
    "doubled": ("Returned twice?", Q(doubled_on__isnull=False, doubled_settled_on=None)),
}


@dataclass(frozen=True, slots=True)
class RefundGroup:
    """One chip of the list."""

    code: str
    label: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class UnclaimedRefund:
    """A refund that went out and was not cashed, with its clock; `place` is the state whose law counts."""

    refund: Refund
    clock: UnclaimedClock
    place: str


def refunds(*, actor: "User", group: str = "", payee: str = "") -> QuerySet[Refund]:
    """Refunds of the actor's practices: of a group, and to payers or patients; the nearest last day first, then the
    latest."""
    require(actor, Capability.SEE_CLAIMS)
    rows = Refund.objects.filter(practice__in=practice_ids(actor))
    if group in GROUPS:
        rows = rows.filter(GROUPS[group][1])
    if payee:
        rows = rows.filter(payer__isnull=payee == "patient")
    return rows.select_related(
        "practice", "claim", "account", "remittance", "payer", "asked_by", "approved_by", "run"
    ).order_by("due_on", "-pk")


def refund_groups(*, actor: "User") -> list[RefundGroup]:
    """How many refunds stand where, and what they come to. One query."""
    require(actor, Capability.SEE_CLAIMS)
    asked: dict[str, Count | Sum] = {f"n_{code}": Count("pk", filter=some) for code, (_, some) in GROUPS.items()}
    asked |= {f"sum_{code}": Sum("amount", filter=some, default=ZERO) for code, (_, some) in GROUPS.items()}
    found = Refund.objects.filter(practice__in=practice_ids(actor)).aggregate(**asked)
    return [RefundGroup(code, label, found[f"n_{code}"], found[f"sum_{code}"]) for code, (label, _) in GROUPS.items()]


def refund(refund_id: int, *, actor: "User") -> Refund:
    """One refund. Raises `NotFound`."""
    found = refunds(actor=actor).filter(pk=refund_id).first()
    if found is None:
        raise NotFound("There is no such refund in your practices.")
    return found


def refunds_of(source: CreditSource, *, actor: "User") -> list[Refund]:
    """Every refund from one place, the latest first."""
    ids = [one.pk for one in postings.refunds_from(source)]
    return list(refunds(actor=actor).filter(pk__in=ids).order_by("-pk"))


def refund_runs(*, actor: "User", limit: int = 20) -> Sequence[RefundRun]:
    """The latest files that went out."""
    require(actor, Capability.SEE_CLAIMS)
    rows = RefundRun.objects.filter(practice__in=practice_ids(actor)).select_related("practice", "made_by")
    return list(rows.defer("content").order_by("-pk")[:limit])


def asked_refund(source: CreditSource, *, actor: "User") -> Refund | None:
    """The refund of a credit that waits for approval; None where nobody asked for one. A query, two where one waits."""
    ids = [one.pk for one in postings.refunds_from(source, (State.ASKED,))]
    return refunds(actor=actor).filter(pk__in=ids).first() if ids else None


def waiting_count(*, actor: "User") -> int:
    """How many refunds wait for somebody: to be approved, to go out, or returned twice."""
    rows = Refund.objects.filter(practice__in=practice_ids(actor))
    return rows.filter(GROUPS["asked"][1] | GROUPS["approved"][1] | GROUPS["doubled"][1]).count()


def unclaimed(*, actor: "User", today: dt.date) -> list[UnclaimedRefund]:
    """Stale refunds that nobody cashed, and those that a state was told of: the nearest to its state first."""
    rows = refunds(actor=actor).filter(state__in=[State.ISSUED, State.REPORTED, State.PAID_TO_STATE])
    found = [one for one in with_clocks(rows) if one.refund.state != State.ISSUED or one.clock.is_stale(today)]
    far = dt.date.max
    return sorted(found, key=lambda one: (one.refund.state, one.clock.dormant_on or far, one.refund.pk))


def with_clocks(rows: Iterable[Refund]) -> list[UnclaimedRefund]:
    """Refunds that went out, each with the clock of its state. One query for the figures."""
    book, found = figures(), []
    for one in rows:
        place = one.state_code or one.practice.state
        if one.issued_on is not None:
            clock = unclaimed_clock(
                one.issued_on,
                stale_days=book(STALE, one.issued_on, one.practice_id, ""),
                dormant_days=book(DORMANT, one.issued_on, one.practice_id, place),
            )
            found.append(UnclaimedRefund(one, clock, place))
    return found


def paying_account(practice_id: int, *, actor: "User") -> PayingAccount | None:
    """The account from which a practice pays; None where none is entered. Raises `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_in_view(actor, practice_id)
    return PayingAccount.objects.filter(practice=practice_id).first()


def next_checks(*, actor: "User") -> dict[int, int]:
    """The number of the next check, by practice that says one."""
    rows = PayingAccount.objects.filter(practice__in=practice_ids(actor), next_check__isnull=False)
    return {practice: number for practice, number in rows.values_list("practice_id", "next_check") if number}
