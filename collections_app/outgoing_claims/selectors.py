"""Questions about outgoing claims: what is ready, the list with its tabs, one claim with its history."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from arwork.lib import tabs
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim, Submission
from claims.denials.models import Denial
from collections_app.contacts.open_cases import MOST_OF_A_SOURCE, OpenCase
from collections_app.outgoing_claims.models import OutgoingClaim, OutgoingEvent
from collections_app.outgoing_claims.states import BATCHED, CANCELED, DRAFT, OPEN, READY, SENT

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.clearinghouses.models import ClearinghouseConnection

DRAFTS, TO_SEND, WAITING, REJECTED, ACCEPTED = "drafts", "ready", "sent", "rejected", "accepted"
TABS = {DRAFTS: "Drafts", TO_SEND: "Ready", WAITING: "Sent", REJECTED: "Rejected", ACCEPTED: "Accepted"}
_PLACES = ("primary", "secondary", "tertiary")
_ANSWERED = (
    Submission.State.ACCEPTED,
    Submission.State.PENDED,
    Submission.State.ADJUDICATED,
)


@dataclass(frozen=True, slots=True)
class OutgoingFilter:
    """What the list is narrowed to."""

    payer: int | None = None
    owner: int | None = None
    purpose: str = ""


def ready_claims(*, practice_id: int, connection: "ClearinghouseConnection | None" = None) -> QuerySet[OutgoingClaim]:
    """The claims of a practice that may leave, the longest ready first; only what `connection` carries, where given."""
    rows = OutgoingClaim.objects.filter(practice=practice_id, state=READY).select_related("payer", "claim")
    if connection is not None:
        rows = rows.filter(claim__form__in=list(connection.forms))
        if not connection.all_payers:
            rows = rows.filter(payer__in=connection.payers.values("payer"))
    return rows.order_by("ready_at", "pk")


def tab_filter(tab: str) -> Q:
    """The outgoing claims of a tab; a rejected one no longer once another one took its place."""
    return {
        DRAFTS: Q(state=DRAFT),
        TO_SEND: Q(state__in=(READY, BATCHED)),
        WAITING: Q(state=SENT, submission__state__in=(Submission.State.SENT, Submission.State.RECEIVED)),
        REJECTED: Q(pk__in=_rejected()),
        ACCEPTED: Q(state=SENT, submission__state__in=_ANSWERED),
    }[tab]


def outgoing_seen(actor: "User", *, tab: str, narrowed: OutgoingFilter = OutgoingFilter()) -> QuerySet[OutgoingClaim]:
    """The outgoing claims of a tab in the actor's practices: what is due first, first; what was sent last, first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = (
        _mine(actor, narrowed)
        .filter(tab_filter(tab))
        .select_related("claim__patient__person", "payer", "practice", "owner", "submission")
    )
    return rows.order_by("next_on", "pk") if tab in (DRAFTS, TO_SEND) else rows.order_by("-sent_on", "-pk")


def tab_figures(actor: "User", *, narrowed: OutgoingFilter = OutgoingFilter()) -> list[tabs.TabFigure]:
    """Every tab, with the dollars that its claims charge. One query."""
    rows = _mine(actor, narrowed)
    return tabs.tab_figures(rows, TABS, among=partial(tab_filter), adds=lambda _code: "claim__charge")


def to_do_count(actor: "User") -> int:
    """How many drafts and rejected claims wait for somebody."""
    return _mine(actor, OutgoingFilter()).filter(tab_filter(DRAFTS) | tab_filter(REJECTED)).count()


def owners(actor: "User") -> list[tuple[int, str]]:
    """Who answers for outgoing claims of the actor's practices, by name."""
    return tabs.owners_of(_mine(actor, OutgoingFilter()))


def payers(actor: "User") -> list[tuple[int, str]]:
    """The payers of outgoing claims of the actor's practices, by name."""
    rows = _mine(actor, OutgoingFilter()).order_by("payer__name").values_list("payer_id", "payer__name")
    return list(rows.distinct())


def own_outgoing(outgoing_id: int, *, actor: "User", locked: bool = False) -> OutgoingClaim:
    """An outgoing claim of the actor's practices. Raises `NotFound`."""
    rows = OutgoingClaim.objects.select_for_update(of=("self",)) if locked else OutgoingClaim.objects.all()
    rows = rows.select_related("claim__patient__person", "claim__account", "payer", "practice", "owner", "submission")
    found = rows.filter(pk=outgoing_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such outgoing claim in your practices.")
    return found


def events_of(row: OutgoingClaim) -> QuerySet[OutgoingEvent]:
    """What happened to it, the latest first."""
    return OutgoingEvent.objects.filter(outgoing_claim=row).select_related("by").order_by("-pk")


def outgoing_of_claim(claim_id: int) -> list[OutgoingClaim]:
    """Every outgoing claim of a claim, the latest first. One query."""
    rows = OutgoingClaim.objects.filter(claim=claim_id).select_related("payer", "owner", "submission")
    return list(rows.order_by("-pk"))


@dataclass(frozen=True, slots=True)
class DraftChoices:
    """What may be chosen for a draft: payers as (rank, words), open denials as (id, words)."""

    payers: list[tuple[int, str]]
    denials: list[tuple[int, str]]


def choices_for(claim: Claim) -> DraftChoices:
    """To whom a claim may be sent again, and which open denials that may answer. One query."""
    covers = (claim.coverage1, claim.coverage2, claim.coverage3)
    payers = [(rank, f"{one.payer.name} ({_PLACES[rank - 1]})") for rank, one in enumerate(covers, 1) if one]
    rows = Denial.objects.filter(claim=claim, state=Denial.State.OPEN).select_related("line").order_by("pk")
    denials = [
        (one.pk, f"{f'Line {one.line.number}' if one.line else 'Claim'}, {one.group}-{one.carc}, ${one.amount:,.2f}")
        for one in rows
    ]
    return DraftChoices(payers, denials)


def shown(row: OutgoingClaim) -> list[tuple[str, int | None]]:
    """The records that a row shows, for the audit trail."""
    return [("claim", row.claim_id), ("patient", row.claim.patient_id)]


def open_cases(practices: Collection[int], today: dt.date) -> list[OpenCase]:
    """The outgoing claims that have not left, and those that came back rejected, for whoever looks after what nobody
    follows (`contacts.open_cases`). One query."""
    rows = OutgoingClaim.objects.filter(practice__in=practices).filter(Q(state__in=OPEN) | tab_filter(REJECTED))
    columns = ("pk", "claim__account_id", "owner_id", "next_action", "next_on")
    return [
        OpenCase("outgoing claim", pk, account_id, "outgoing_claim", owner_id, next_action, next_on)
        for pk, account_id, owner_id, next_action, next_on in rows.order_by("next_on", "pk").values_list(*columns)[
            :MOST_OF_A_SOURCE
        ]
    ]


def _rejected() -> QuerySet[OutgoingClaim, int]:
    """Rejected claims after which none goes, or went, to the same payer."""
    later = OutgoingClaim.objects.filter(
        claim=OuterRef("claim"), payer=OuterRef("payer"), sequence=OuterRef("sequence"), pk__gt=OuterRef("pk")
    ).exclude(state=CANCELED)
    rows = OutgoingClaim.objects.filter(state=SENT, submission__state=Submission.State.REJECTED)
    return rows.exclude(Exists(later)).values_list("pk", flat=True)


def _mine(actor: "User", narrowed: OutgoingFilter) -> QuerySet[OutgoingClaim]:
    rows = OutgoingClaim.objects.filter(practice__in=practice_ids(actor))
    given = {"payer": narrowed.payer, "owner": narrowed.owner, "purpose": narrowed.purpose}
    return rows.filter(**{name: value for name, value in given.items() if value})
