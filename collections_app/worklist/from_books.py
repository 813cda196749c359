"""What the books show of claims, accounts and exceptions: read in sets, reduced to one row each.

A `BookSignal` is everything whose change makes an item look different; `refresh` compares it with the stored item and
leaves alone what is equal. Amounts are integer cents here: a nightly run reads a million of them.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from django.db.models import Min, Q, Sum

from arwork.lib.bulk import Among
from arwork.lib.money import in_cents
from claims.billing.buckets import SEQUENCES
from claims.billing.models import Claim, Submission
from claims.billing.submitted_claims import is_sent_again
from claims.denials.models import Denial, Underpayment
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.remits.models import RemitException
from claims.transfers.rebill_marks import open_marks
from collections_app.contacts.models import Hold
from collections_app.contacts.selectors import account_holds, holds_in_force, strongest_holds
from collections_app.limits.figures import LimitBook
from collections_app.worklist.denied_claims import DeniedClaim, denied_claims
from collections_app.worklist.first_calls import BROKEN_PLAN, BROKEN_SETTLEMENT, ON_PLAN, StatementClock
from collections_app.worklist.plan_work import plan_holds, settlement_holds
from collections_app.worklist.takebacks import DISPUTED, takeback_dates

BUCKETS_NOT_WORKED = ("PATIENT", "AGENCY")
#: Open questions about a share that the payer calls the patient's for a reason of coverage or information.
PROBABLE = Q(state=Denial.State.OPEN, group="PR")


class BookSignal(NamedTuple):
    """One piece of unfinished business. `amount` and `credit` in cents."""

    kind: str
    practice_id: int
    account_id: int | None
    payer_id: int | None
    exception_id: int | None
    amount: int
    credit: int
    category: str
    bucket: str
    aged_from: dt.date
    submission_state: str
    denied_on: dt.date | None
    hold: str
    rebill_on: dt.date | None = None
    usual_win: int | None = None


class _Owed(NamedTuple):
    practice_id: int
    account_id: int
    due: int
    credit: int
    bucket: str
    payer_id: int | None
    aged_from: dt.date
    by_bucket: Mapping[str, int] = MappingProxyType({})


class _Patient(NamedTuple):
    """What an account owes and is owed, in cents; `pause` says why nobody is asked, where that is so for every claim
    that it owes for."""

    practice_id: int
    due: int
    credit: int
    since_on: dt.date
    pause: str


@dataclass(frozen=True, slots=True)
class RowScope:
    """Which rows to read: these ids, or all ids from `first` up to but not including `end`."""

    ids: tuple[int, ...] = ()
    first: int = 0
    end: int = 0

    def of(self, field: str) -> Q:
        """The scope as a condition on `field`."""
        if self.end:
            return Q(**{f"{field}__gte": self.first, f"{field}__lt": self.end})
        return Q(Among(field, self.ids))


def claim_signals(ids: RowScope, *, today: dt.date, limits: LimitBook) -> dict[int, BookSignal]:
    """The payer side of these claims; claims without unfinished business are left out. Ten queries."""
    owed = _owed(ids)
    for claim, share in _probable(ids).items():
        if claim not in owed or not owed[claim].due:
            owed[claim] = share._replace(credit=owed[claim].credit if claim in owed else 0)
    federal = _owed_to_federal(ids, limits, today=today)
    denied = denied_claims(ids.of("claim"))
    short = _underpaid(ids)
    waiting = _exceptions(ids)
    holds = _claim_holds(ids, today=today)
    missing = (short.keys() | waiting.keys()) - owed.keys()
    owed |= _settled(missing)
    sent = _last_submissions(owed.keys())
    marks = open_marks(owed)
    signals = {}
    for claim, row in owed.items():
        state = _state_of(sent, claim, row.bucket)
        if (back := federal.get(claim)) is not None:
            # The clock outranks other work on the claim: returning what is not ours has no later day (RULES 4.2).
            kind, amount, category = "credit_balance", back.credit, ""
            row = back._replace(due=row.due, credit=row.credit - back.credit)
        else:
            standing = None if _is_sent_again(denied.get(claim), sent, claim) else denied.get(claim)
            kind, amount, category = _kind(row, standing, short.get(claim), waiting.get(claim), state)
        if not kind:
            continue
        if kind == "denied" and row.bucket != "PATIENT":
            row = row._replace(bucket=denied[claim].bucket, payer_id=denied[claim].payer_id or row.payer_id)
        elif kind == "underpaid":
            row = row._replace(bucket="PAYER1", payer_id=short[claim][2] or row.payer_id)
        is_denied = claim in denied and (kind != "credit_balance" or row.due > 0)
        signals[claim] = BookSignal(
            kind=kind,
            practice_id=row.practice_id,
            account_id=row.account_id,
            payer_id=row.payer_id,
            exception_id=waiting[claim][0] if kind == "remit_exception" else None,
            amount=amount,
            credit=row.credit if back is not None or kind != "credit_balance" else 0,
            category=category,
            bucket=row.bucket,
            aged_from=row.aged_from,
            submission_state=_state_of(sent, claim, row.bucket),
            denied_on=denied[claim].first_on if is_denied else short[claim][1] if kind == "underpaid" else None,
            hold=holds.get(claim, ""),
            usual_win=denied[claim].usual_win if kind == "denied" else None,
            rebill_on=marks[claim].marked_on if claim in marks and row.due > 0 else None,
        )
    return signals


def account_signals(ids: RowScope, *, today: dt.date, limits: LimitBook) -> dict[int, BookSignal]:
    """The patient side: what guarantors owe (on hold while nobody is to be asked for any of it) or are owed. Eight
    queries."""
    owed = _owed_by_patients(ids, StatementClock(limits, today))
    unapplied = Account.objects.filter(ids.of("pk"), unapplied__gt=0)
    for account, *row in unapplied.values_list("pk", "practice_id", in_cents("unapplied"), "opened_on"):
        practice, cents, opened = row
        before = owed.get(account) or _Patient(practice, 0, 0, opened, pause="")
        owed[account] = before._replace(credit=before.credit + cents)
    holds = _account_holds(ids, today=today)
    kept, broken = plan_holds(owed, today=today)
    settling, unsettled = settlement_holds(owed)
    kept |= settling
    what_broke = dict.fromkeys(unsettled, BROKEN_SETTLEMENT) | dict.fromkeys(broken, BROKEN_PLAN)
    return {
        account: BookSignal(
            kind="patient_balance" if row.due else "credit_balance",
            practice_id=row.practice_id,
            account_id=account,
            payer_id=None,
            exception_id=None,
            amount=row.due or row.credit,
            credit=row.credit if row.due else 0,
            category=what_broke.get(account, "") if row.due and account not in kept else "",
            bucket="PATIENT",
            aged_from=row.since_on,
            submission_state="",
            denied_on=None,
            hold=holds.get(account, (ON_PLAN if account in kept else row.pause) if row.due else ""),
        )
        for account, row in owed.items()
    }


def exception_signals(ids: RowScope) -> dict[int, BookSignal]:
    """Open exceptions that belong to no claim (yet). Two queries."""
    rows = RemitException.objects.filter(ids.of("pk"), state=RemitException.State.OPEN, remit_claim__claim=None)
    columns = ("pk", "practice_id", "remittance__payer_id", in_cents("amount"), "code", "remittance__received_on")
    takebacks = takeback_dates(ids.of("pk"))
    return {
        pk: BookSignal(
            kind="remit_exception",
            practice_id=practice,
            account_id=None,
            payer_id=payer,
            exception_id=pk,
            amount=abs(cents),
            credit=0,
            category=DISPUTED if pk in takebacks and takebacks[pk].notice_on is None else code[:24],
            bucket="",
            aged_from=received,
            submission_state="",
            denied_on=takebacks[pk].notice_on if pk in takebacks else None,
            hold="",
        )
        for pk, practice, payer, cents, code, received in rows.values_list(*columns)
    }


def _kind(
    row: _Owed,
    denied: DeniedClaim | None,
    short: tuple[int, dt.date, int | None] | None,
    waiting: tuple[int, int, str] | None,
    submission_state: str,
) -> tuple[str, int, str]:
    """Which of the kinds a claim is, what is at stake, and its category. One claim, one kind (DESIGN 6)."""
    if waiting is not None:
        # The money that came and waits is at stake, not what the claim owes beside it; nothing came of a denial.
        return "remit_exception", abs(waiting[1]) or row.due, waiting[2][:24]
    if row.due > 0 and denied is not None:
        return "denied", denied.standing(row.by_bucket, due=row.due), denied.category
    if row.due > 0 and submission_state == Submission.State.REJECTED:
        return "rejected", row.due, ""
    if short:
        return "underpaid", short[0], ""
    if row.due > 0:
        return "no_response", row.due, ""
    if row.credit > 0:
        return "credit_balance", row.credit, ""
    return "", 0, ""


def _owed(ids: RowScope) -> dict[int, _Owed]:
    rows = Receivable.objects.filter(ids.of("claim")).exclude(bucket__in=BUCKETS_NOT_WORKED).order_by("claim", "bucket")
    found: dict[int, _Owed] = {}
    largest: dict[int, int] = {}
    for claim, practice, account, bucket, cents, payer, aged in rows.values_list(
        "claim_id", "practice_id", "account_id", "bucket", in_cents("amount"), "payer_id", "last_billed_on"
    ):
        due, credit = (cents, 0) if cents > 0 else (0, -cents)
        before = found.get(claim)
        if before is None:
            found[claim] = _Owed(practice, account, due, credit, bucket, payer, aged, {bucket: due})
            largest[claim] = due
            continue
        before = before._replace(by_bucket={**before.by_bucket, bucket: due})
        if due > largest[claim]:
            largest[claim] = due
            before = before._replace(bucket=bucket, payer_id=payer, aged_from=aged)
        found[claim] = before._replace(due=before.due + due, credit=before.credit + credit)
    return found


def _owed_by_patients(ids: RowScope, statements: StatementClock) -> dict[int, _Patient]:
    """Added up here: the database takes longer to group nearly as many rows as it hands over."""
    why_not = pauses(ids)
    found: dict[int, _Patient] = {}
    rows = Receivable.objects.filter(ids.of("account"), bucket="PATIENT")
    columns = ("account_id", "practice_id", in_cents("amount"), "since_on", "claim_id", "first_statement_on")
    for account, practice, cents, since, claim, sent_on in rows.values_list(*columns):
        due, credit = (cents, 0) if cents > 0 else (0, -cents)
        pause = why_not.get(claim) or (statements.pause(practice, since, sent_on) if due else "")
        if before := found.get(account):
            pause = min(before.pause, pause) if before.due and due else before.pause or pause
            due, credit, since = before.due + due, before.credit + credit, min(before.since_on, since)
        found[account] = _Patient(practice, due, credit, since, pause)
    return found


def account_pauses(ids: RowScope, *, today: dt.date, limits: LimitBook) -> dict[int, str]:
    """Why nobody is asked for an account, where that is so for every claim that it owes for. Four queries."""
    owed = _owed_by_patients(ids, StatementClock(limits, today))
    return {account: row.pause for account, row in owed.items() if row.due and row.pause}


def pauses(ids: RowScope) -> dict[int, str]:
    """Why the patient is not asked for a claim yet: its payment waits, its payer corrects it, or its share is only
    probable. Three queries."""
    unverified = Denial.objects.filter(ids.of("claim__account"), PROBABLE)
    waiting = RemitException.objects.filter(ids.of("remit_claim__claim__account"), state=RemitException.State.OPEN)
    corrected = Claim.objects.filter(ids.of("account"), awaiting_correction_since__isnull=False)
    found = dict.fromkeys(unverified.values_list("claim_id", flat=True), "verify")
    found |= dict.fromkeys(waiting.values_list("remit_claim__claim_id", flat=True), "exception")
    found |= dict.fromkeys(corrected.values_list("pk", flat=True), "correction")
    return {pk: why for pk, why in found.items() if pk}


def _probable(ids: RowScope) -> dict[int, _Owed]:
    """What patients only probably owe: coverage is verified first (RULES 7.2)."""
    rows = Denial.objects.filter(
        ids.of("claim"), PROBABLE, claim__receivables__bucket="PATIENT", claim__receivables__amount__gt=0
    ).order_by("claim", "-amount", "pk")
    columns = ("claim_id", "practice_id", "claim__account_id", in_cents("amount"))
    of_patient = (in_cents("claim__receivables__amount"), "payer_id", "claim__receivables__since_on")
    found: dict[int, _Owed] = {}
    for claim, practice, account, cents, owed, payer, since in rows.values_list(*columns, *of_patient):
        before = found.get(claim) or _Owed(practice, account, 0, 0, "PATIENT", payer, since)
        found[claim] = before._replace(due=min(before.due + cents, owed))
    return found


def has_clock(limits: LimitBook, *, payer_class: str, practice_id: int, today: dt.date) -> bool:
    """Whether what a class of payers overpaid is to be returned by a day: federal money (42 USC 1320a-7k(d), RULES
    4.2)."""
    days = limits.pick("overpayment_days", on=today, practice_id=practice_id, scope=payer_class)
    return days is not None and days.value > 0


def _owed_to_federal(ids: RowScope, limits: LimitBook, *, today: dt.date) -> dict[int, _Owed]:
    """The largest credit on each claim of a payer that is under a clock, whatever other buckets owe."""
    classes = limits.scopes("overpayment_days", on=today)
    theirs = Receivable.objects.filter(ids.of("claim"), amount__lt=0, payer__payer_class__in=classes)
    columns = ("payer__payer_class", "practice_id", "account_id", "bucket", "payer_id", "last_billed_on")
    rows = (
        theirs.exclude(bucket__in=BUCKETS_NOT_WORKED)
        .order_by("-amount")
        .values_list("claim_id", in_cents("amount"), *columns)
    )
    return {
        claim: _Owed(practice, account, 0, -cents, *rest)
        for claim, cents, of_class, practice, account, *rest in rows
        if has_clock(limits, payer_class=of_class, practice_id=practice, today=today)
    }


def _settled(claim_ids: Iterable[int]) -> dict[int, _Owed]:
    """Claims that owe nothing but still have an underpayment or an exception."""
    if not claim_ids:
        return {}
    rows = Claim.objects.filter(Among("pk", claim_ids)).values_list(
        "pk", "practice_id", "account_id", "payer_id", "last_billed_on", "service_from"
    )
    return {
        pk: _Owed(practice, account, 0, 0, "PAYER1", payer, billed or service)
        for pk, practice, account, payer, billed, service in rows
    }


def _underpaid(ids: RowScope) -> dict[int, tuple[int, dt.date, int | None]]:
    """Cents paid short, the first notice of it, and by whom, by claim."""
    rows = (
        Underpayment.objects.filter(ids.of("claim"), state__in=("open", "disputed"))
        .order_by()
        .values_list("claim_id")
        .annotate(short=Sum(in_cents("amount")), since=Min("opened_on"), by=Min("payer"))
    )
    return {claim: (int(short), *rest) for claim, short, *rest in rows}


def _exceptions(ids: RowScope) -> dict[int, tuple[int, int, str]]:
    """The oldest open exception of each claim: id, cents, code."""
    rows = (
        RemitException.objects.filter(ids.of("remit_claim__claim"), state=RemitException.State.OPEN)
        .order_by("-pk")
        .values_list("remit_claim__claim_id", "pk", in_cents("amount"), "code")
    )
    return {claim: (pk, cents, code) for claim, pk, cents, code in rows}


class _Sent(NamedTuple):
    state: str
    on: dt.date
    is_again: bool


_LastSubmissions = Mapping[tuple[int, str], _Sent]


def _last_submissions(claim_ids: Iterable[int]) -> _LastSubmissions:
    """The latest submission of each claim to each of its payers: what one has answered says nothing of the next (RULES
    9.2)."""
    rows = Submission.objects.filter(Among("claim", claim_ids)).order_by("claim", "submitted_on", "pk")
    columns = ("claim_id", "sequence", "state", "submitted_on", "frequency")
    found: dict[tuple[int, str], _Sent] = {}
    for claim, sequence, state, day, frequency in rows.values_list(*columns):
        is_again = is_sent_again(frequency, is_first=(claim, sequence) not in found)
        found[claim, sequence] = _Sent(state, day, is_again)
    return found


def _state_of(sent: _LastSubmissions, claim: int, bucket: str) -> str:
    last = sent.get((claim, SEQUENCES.get(bucket, "P")))
    return last.state if last else ""


def _is_sent_again(denied: DeniedClaim | None, sent: _LastSubmissions, claim: int) -> bool:
    """Whether the claim went to the payer that denied it once more since then, and that one has not answered yet: it
    waits for the payer, and sent a third time it would be a duplicate (CO-18)."""
    last = sent.get((claim, SEQUENCES.get(denied.bucket, "P"))) if denied else None
    if denied is None or last is None or last.state == Submission.State.ADJUDICATED:
        return False
    return last.is_again and last.on > denied.first_on


def _account_holds(ids: RowScope, *, today: dt.date) -> dict[int, str]:
    return account_holds(ids.of("account"), through_people=ids.of("person__accounts"), today=today)


def _claim_holds(ids: RowScope, *, today: dt.date) -> dict[int, str]:
    rows = Hold.objects.filter(holds_in_force(today), ids.of("claim"))
    return strongest_holds(rows.values_list("claim_id", "reason"))
