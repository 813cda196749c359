"""Validation notices (12 CFR 1006.34): of accounts that a collector works in its own name, whether one was sent, until
when it may be disputed, and where one is due.

The window is counted where the letter counts it (`letters.occasions`), so that both name the same day.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from arwork.lib.bulk import Among
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.practices.closures import closure_book
from collections_app.contacts.gate_models import Placement
from collections_app.contacts.models import Channel, Contact, ContactOutcome
from collections_app.deliveries.models import Delivery
from collections_app.letters.occasions import THIRD_PARTY, window_ends_on
from collections_app.limits.selectors import limit_book

NOTICE = "validation_notice"
_LEFT = (Delivery.State.SENT, Delivery.State.DELIVERED)
#: What tells somebody of a debt; a voicemail of limited content, or nobody at all, does not (12 CFR 1006.2(b), (j)).
_TOLD = Q(outcome__in=(ContactOutcome.REACHED, ContactOutcome.SENT))
MOST = 5_000


@dataclass(frozen=True, slots=True)
class ValidationStanding:
    """Where an account stands: first told of the debt on, notice sent on, disputable until, and, where none was sent,
    the day by which it has to be."""

    account_id: int
    first_told_on: dt.date | None = None
    sent_on: dt.date | None = None
    window_ends_on: dt.date | None = None
    due_on: dt.date | None = None

    @property
    def is_due(self) -> bool:
        """Whether a notice has to be sent: somebody was told of the debt, and no notice left."""
        return self.due_on is not None


def notice_standings(account_ids: Collection[int], today: dt.date) -> dict[int, ValidationStanding]:
    """Of these accounts those that a collector works in its own name, and owe something. At most seven queries."""
    placed = _third_party_since(account_ids, today)
    owing = _owing(placed) if placed else {}
    if not owing:
        return {}
    sent, told = _sent(owing), _first_told(owing, placed)
    limits, closures = limit_book(), closure_book()
    found = {}
    for pk, practice_id in owing.items():
        first, left = told.get(pk), sent.get(pk)
        ends = due = None
        if left is not None:
            ends = window_ends_on(
                left,
                mail_days=limits.value("validation_mail_days", on=left, practice_id=practice_id),
                window_days=limits.value("validation_days", on=left, practice_id=practice_id),
                closures=closures.of(practice_id),
            )
        elif first is not None:
            days = limits.value("validation_due_days", on=today, practice_id=practice_id)
            due = first + dt.timedelta(days=days)
        found[pk] = ValidationStanding(pk, first, left, ends, due)
    return found


def notices_due(practice_ids: Collection[int], today: dt.date) -> list[ValidationStanding]:
    """Accounts of these practices where a notice has to be sent, the most pressing first."""
    ours = Placement.objects.filter(practice__in=practice_ids, profile=THIRD_PARTY, valid_from__lte=today)
    whole = list(ours.filter(account=None).values_list("practice_id", flat=True))
    owing = Receivable.objects.filter(bucket="PATIENT", amount__gt=0).filter(
        Q(practice__in=whole) | Q(account__in=ours.filter(account__isnull=False).values("account"))
    )
    accounts = list(owing.values_list("account_id", flat=True).distinct().order_by("account_id")[:MOST])
    standings = notice_standings(accounts, today).values()
    return sorted((one for one in standings if one.is_due), key=lambda one: (one.due_on or today, one.account_id))


def _third_party_since(account_ids: Collection[int], today: dt.date) -> dict[int, dt.date]:
    """Accounts that are worked in a collector's name, with the day since when: their own placement before that of their
    practice. Two queries."""
    of_practice: dict[int, tuple[str, dt.date]] = {}
    of_account: dict[int, tuple[str, dt.date]] = {}
    accounts = dict(Account.objects.filter(Among("pk", account_ids)).values_list("pk", "practice_id"))
    rows = Placement.objects.filter(
        Q(practice__in=set(accounts.values()), account=None) | Q(Among("account", accounts)), valid_from__lte=today
    ).order_by("valid_from", "pk")
    for practice, account, profile, since in rows.values_list("practice_id", "account_id", "profile", "valid_from"):
        if account is None:
            of_practice[practice] = (profile, since)
        else:
            of_account[account] = (profile, since)
    found = {pk: of_account.get(pk) or of_practice.get(practice) for pk, practice in accounts.items()}
    return {pk: one[1] for pk, one in found.items() if one is not None and one[0] == THIRD_PARTY}


def _owing(account_ids: Collection[int]) -> dict[int, int]:
    rows = Receivable.objects.filter(Among("account", account_ids), bucket="PATIENT", amount__gt=0)
    return dict(rows.values_list("account_id", "practice_id"))


def _sent(account_ids: Collection[int]) -> dict[int, dt.date]:
    """The day on which the latest notice that was not taken back left. One query."""
    rows = Delivery.objects.filter(
        Among("account", account_ids), letter__kind=NOTICE, letter__void=None, state__in=_LEFT, left_at__isnull=False
    ).order_by("left_at")
    return {account: timezone.localdate(at) for account, at in rows.values_list("account_id", "left_at") if at}


def _first_told(account_ids: Collection[int], since: Mapping[int, dt.date]) -> dict[int, dt.date]:
    """The first day since its placement on which somebody was told of the debt. One query."""
    rows = Contact.objects.filter(
        _TOLD, Among("account", account_ids), person__isnull=False, retold_by=None, purpose="collection"
    ).exclude(channel=Channel.NOTE)
    found: dict[int, dt.date] = {}
    for account, at in rows.order_by("at").values_list("account_id", "at"):
        day = timezone.localdate(at)
        if account is not None and account not in found and day >= since[account]:
            found[account] = day
    return found
