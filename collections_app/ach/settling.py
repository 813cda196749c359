"""Debits whose day has come: their money is in the books from then on (RULES 13).

Nothing is posted when a file is made: until the bank has it, nobody paid. On its effective day a sent debit becomes a
receipt, and what a file brings on a day is a deposit to be found at the bank. A return takes the receipt back.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib import bulk
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO, from_cents
from arwork.staff import audit
from claims.cash.debit_deposits import note_debits
from claims.receipts.allocation import OwedLine, ReceiptShare, as_chosen, oldest_first
from claims.receipts.models import Receipt
from claims.receipts.recording import ReceivedMoney, lock_accounts, new_receipts, patient_lines, post_shares
from collections_app.ach.authorizations import mark_confirmed
from collections_app.ach.banking_days import add_banking_days
from collections_app.ach.figures import ach_figures
from collections_app.ach.listening import tell_of_authorizations
from collections_app.ach.models import AchEntry, BankAuthorization
from collections_app.ach.states import DEBIT, ONCE, PRENOTE, PRENOTE_ENTRY, AuthorizationState, EntryState, FileState

BATCH = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """What a run did: debits that became receipts, their dollars, prenotes that confirmed an account."""

    debits: int = 0
    amount: Decimal = ZERO
    confirmed: int = 0


def settle_entries(*, today: dt.date, now: dt.datetime, practices: Collection[int] | None = None) -> Settled:
    """Post what the sent files bring by `today`; of all practices (None) or of these. Idempotent, in batches."""
    rows = AchEntry.objects.filter(state=EntryState.SENT, file__state=FileState.SENT, effective_on__lte=today)
    if practices is not None:
        rows = rows.filter(practice__in=practices)
    count, amount = 0, ZERO
    for ids in bulk.chunks(list(rows.filter(kind=DEBIT).order_by("pk").values_list("pk", flat=True)), BATCH):
        done = _settle_batch(ids, today=today, now=now)
        count, amount = count + len(done), amount + sum((one.amount for one in done), ZERO)
    return Settled(count, amount, _confirm_by_prenote(rows.filter(kind=PRENOTE_ENTRY), today=today, now=now))


@transaction.atomic
def _settle_batch(ids: Sequence[int], *, today: dt.date, now: dt.datetime) -> list[AchEntry]:
    rows = AchEntry.objects.filter(pk__in=ids)
    lock_accounts(rows.values_list("account_id", flat=True))
    entries = list(
        rows.select_for_update(of=("self",)).filter(state=EntryState.SENT).select_related("file").order_by("pk")
    )
    if not entries:
        return []
    money = [
        ReceivedMoney(one.account_id, one.practice_id, one.amount, one.effective_on, f"D{one.pk}", Receipt.Method.ACH)
        for one in entries
    ]
    receipts = new_receipts(money, posted_on=today, now=now, actor=None)
    owed = patient_lines(sorted({one.account_id for one in entries}), today=today)
    # Shares are taken from what is owed one after the other, so that two debits of an account never pay a line twice.
    shares = [_shares(one, owed[one.account_id]) for one in entries]
    post_shares(zip(receipts, shares, strict=True), posted_on=today, now=now, actor=None)
    for entry, receipt in zip(entries, receipts, strict=True):
        entry.receipt, entry.state, entry.settled_on = receipt, EntryState.SETTLED, entry.effective_on
    AchEntry.objects.bulk_update(entries, ["receipt", "state", "settled_on"], batch_size=BATCH)
    _note_deposits(entries)
    _use_up(entries, today, now)
    audit.record_many(
        None,
        [
            audit.Deed(
                "ach_settled", "ach_entry", one.pk, one.practice_id,
                after={"account": one.account_id, "amount": one.amount, "on": one.effective_on},
            )
            for one in entries
        ],
        now=now,
    )  # fmt: skip
    return entries


def _shares(entry: AchEntry, owed: list[OwedLine]) -> list[ReceiptShare]:
    """As the payer chose; the oldest first where they chose nothing or it does not fit any more."""
    if entry.chosen:
        chosen = {int(claim): from_cents(cents) for claim, cents in entry.chosen.items()}
        tried = [replace(line) for line in owed]  # what is refused lowers nothing
        try:
            found = as_chosen(entry.amount, chosen, tried)
        except DomainError:
            return oldest_first(entry.amount, owed)
        owed[:] = tried
        return found
    return oldest_first(entry.amount, owed)


def _note_deposits(entries: Sequence[AchEntry]) -> None:
    sums: dict[int, dict[tuple[dt.date, str], tuple[int, Decimal]]] = defaultdict(dict)
    for one in entries:
        of, key = sums[one.practice_id], (one.effective_on, str(one.file))
        count, amount = of.get(key, (0, ZERO))
        of[key] = (count + 1, amount + one.amount)
    for practice_id, found in sorted(sums.items()):
        note_debits(practice_id, found)


def _use_up(entries: Sequence[AchEntry], today: dt.date, now: dt.datetime) -> None:
    """One debit was allowed and is made: its authorization ends, and its term of two years begins."""
    ids = {one.authorization_id for one in entries}
    once = BankAuthorization.objects.filter(pk__in=ids, frequency=ONCE, state=AuthorizationState.ACTIVE)
    used = list(once.values_list("pk", flat=True))
    once.update(state=AuthorizationState.ENDED, ended_on=today, ended_why="Used")
    tell_of_authorizations(used, now=now)


def _confirm_by_prenote(rows: "QuerySet[AchEntry]", *, today: dt.date, now: dt.datetime) -> int:
    """Prenotes that nobody answered in so many banking days confirm their account."""
    confirmed = 0
    for entry in rows.select_related("authorization").order_by("pk"):
        days = ach_figures(practice_id=entry.practice_id, on=today).prenote_days
        if add_banking_days(entry.effective_on, days) > today:
            continue
        with transaction.atomic():
            lock_accounts([entry.account_id])
            authorization = BankAuthorization.objects.select_for_update().get(pk=entry.authorization_id)
            changed = AchEntry.objects.filter(pk=entry.pk, state=EntryState.SENT).update(
                state=EntryState.SETTLED, settled_on=entry.effective_on
            )
            if changed and authorization.validated_on is None and authorization.state == AuthorizationState.ACTIVE:
                mark_confirmed(authorization, PRENOTE, actor=None, today=today, now=now)
                confirmed += 1
    return confirmed
