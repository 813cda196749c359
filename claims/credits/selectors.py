"""Credit balances: every bucket below zero and all cash that belongs to no claim, each with its cause and its clock.

Read in sets: a number of queries that does not grow with the credits (postings and reviews in batches of 1,000).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, Sum
from django.utils import timezone

from arwork.lib import bulk
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.buckets import PATIENT_SIDE, PAYERS
from claims.credits import clock
from claims.credits.causes import UNAPPLIED, CreditBegan, CreditCause, CreditStory, Moved, cause_of, credit_began
from claims.credits.figures import OVERPAYMENT, CreditWork, Figure, figures, work_about
from claims.credits.models import CreditReview
from claims.credits.sources import ACCOUNT, CLAIM, DEPOSIT, CreditSource
from claims.ledger.models import Posting, Receivable
from claims.parties.models import Account
from claims.remits.models import Remittance
from claims.remits.takebacks import claims_to_be_taken_back

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Money of the public comes first (RULES 4.1).
GOVERNMENT = ("medicare", "medicaid", "medicare_advantage", "medicaid_mco", "tricare", "va")
AGES = {"30": (0, 30), "60": (31, 60), "90": (61, 90), "over": (91, 100_000)}
CLOCKS = {
    "running": "Clock runs",
    "soon": "Due within 14 days",
    "passed": "Past its day",
    "suspended": "Under investigation",
    "reported": "Reported",
    "none": "No clock",
}
SOON = dt.timedelta(days=14)
_COLUMNS = (
    "id", "kind", "debit", "credit", "amount", "line_id", "remittance_id", "created_at", "effective_on", "reverses_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CreditFilter:
    """Which credits; empty fields ask for nothing. `party`: patient, payer, other or unapplied."""

    party: str = ""
    payer_id: int | None = None
    cause: str = ""
    age: str = ""
    clock: str = ""


@dataclass(slots=True)
class Credit:
    """One credit: whose money, how much (dollars, above zero), since when, why, and until when it is returned."""

    source: CreditSource
    practice_id: int
    practice: str
    amount: Decimal
    payer_id: int | None = None
    payer: str = ""
    payer_class: str = ""
    claim_number: str = ""
    account_id: int | None = None
    account_number: str = ""
    received_on: dt.date | None = None
    began: CreditBegan | None = None
    ruled: CreditCause = CreditCause.UNKNOWN
    review: CreditReview | None = None
    days: int | None = None
    work: CreditWork | None = None

    @property
    def cause(self) -> CreditCause:
        return CreditCause(self.review.cause) if self.review and self.review.cause else self.ruled

    @property
    def is_set(self) -> bool:
        """Whether a person said the cause."""
        return bool(self.review and self.review.cause)

    @property
    def is_government(self) -> bool:
        return self.payer_class in GOVERNMENT

    @property
    def began_on(self) -> dt.date:
        """The day on which the books showed it."""
        if self.began is None:  # nothing is below zero: asked for a moment too late
            raise NotFound("There is no credit any more. It was settled meanwhile.")
        return timezone.localdate(self.began.at)

    @property
    def dates(self) -> clock.OverpaymentDates:
        """The clock: as recorded, else found on the day from which the work counts, else on that of the books."""
        if self.review and self.review.identified_on:
            return dates_of(self.review)
        if self.work and self.work.due_on and self.days:
            return clock.OverpaymentDates(self.work.due_on - dt.timedelta(days=self.days))
        return clock.OverpaymentDates(self.began_on)

    @property
    def due_on(self) -> dt.date | None:
        return clock.due_on(self.dates, self.days)

    def standing(self, today: dt.date) -> clock.ClockStanding:
        return clock.standing(self.dates, self.days, today=today)

    def age(self, today: dt.date) -> int:
        return max((today - self.began_on).days, 0)

    @property
    def is_outside_look_back(self) -> bool:
        """Whether the money came more than six years before it was identified (42 CFR 401.305(f))."""
        return self.received_on is not None and self.received_on < clock.looks_back_to(self.dates.identified_on)


def dates_of(review: CreditReview) -> clock.OverpaymentDates:
    """The clock as recorded. The review says when it was identified."""
    if review.identified_on is None:
        raise ValueError("nothing is recorded of this clock")
    return clock.OverpaymentDates(
        review.identified_on, review.investigation_started_on, review.investigation_ended_on, review.reported_on
    )


def credits_of(*, actor: "User", asked: CreditFilter, today: dt.date) -> list[Credit]:
    """Every credit of the actor's practices that passes the filter: government payers first, then the oldest."""
    require(actor, Capability.SEE_CLAIMS)
    found = _read(practice_ids(actor), asked)
    _tell(found, today=today)
    rows = [one for one in found if one.began is not None and _passes(one, asked, today)]
    return sorted(rows, key=lambda one: (not one.is_government, one.began_on, -one.amount, one.source))


def credit_of(source: CreditSource, *, actor: "User", today: dt.date) -> Credit:
    """One credit with all that is known of it. Raises `NotFound` where it is not the actor's or there is none."""
    require(actor, Capability.SEE_CLAIMS)
    found = _read(practice_ids(actor), CreditFilter(), source=source)
    _tell(found, today=today)
    if not found or found[0].began is None:
        raise NotFound("There is no credit here any more. Look at the list again.")
    return found[0]


def claim_moves(claim_ids: Collection[int]) -> dict[int, list[Moved]]:
    """The postings of claims as the rules read them."""
    return _moves("claim_id", claim_ids, Q())


def recorded_dates(claim_ids: Collection[int]) -> dict[tuple[int, str], clock.OverpaymentDates]:
    """The clocks that people recorded of credits that stand, by claim and bucket. One query where there are none."""
    rows = list(CreditReview.objects.filter(bulk.Among("claim", claim_ids), identified_on__isnull=False).order_by("pk"))
    if not rows:
        return {}
    moves = claim_moves({row.claim_id for row in rows if row.claim_id})
    found = {}
    for row in rows:
        began = credit_began(moves.get(row.claim_id or 0, ()), row.bucket)
        if began is not None and began.posting_id == row.began_id:
            found[row.claim_id or 0, row.bucket] = dates_of(row)
    return found


def payers_with_credits(*, actor: "User") -> list[tuple[int, str]]:
    """The payers to filter by: (id, name)."""
    rows = Receivable.objects.filter(practice__in=practice_ids(actor), amount__lt=0, payer__isnull=False).order_by()
    found = rows.values_list("payer_id", "payer__name").distinct()
    return sorted(((pk or 0, name) for pk, name in found), key=lambda one: one[1])


def _read(practices: Sequence[int], asked: CreditFilter, *, source: CreditSource | None = None) -> list[Credit]:
    found: list[Credit] = []
    if (source is None and asked.party != "unapplied") or (source and source.kind == CLAIM):
        found += _of_claims(practices, asked, source)
    if asked.payer_id or asked.party not in ("", "unapplied"):
        return found
    if source is None or source.kind == ACCOUNT:
        found += _of_accounts(practices, source)
    if source is None or source.kind == DEPOSIT:
        found += _of_deposits(practices, source)
    return found


def _of_claims(practices: Sequence[int], asked: CreditFilter, source: CreditSource | None) -> Iterator[Credit]:
    rows = Receivable.objects.filter(practice__in=practices, amount__lt=0)
    parties = {"patient": PATIENT_SIDE, "payer": PAYERS, "other": ("OTHER",)}
    if asked.party:
        rows = rows.filter(bucket__in=parties.get(asked.party, ()))
    if asked.payer_id:
        rows = rows.filter(payer=asked.payer_id)
    if source:
        rows = rows.filter(claim=source.source_id, bucket=source.bucket)
    columns = (
        "claim_id", "bucket", "practice_id", "practice__name", "amount", "payer_id", "payer__name",
        "payer__payer_class", "claim__number", "account_id", "account__number",
    )  # fmt: skip
    for (
        claim,
        bucket,
        practice,
        name,
        amount,
        payer,
        payer_name,
        payer_class,
        number,
        account,
        known_as,
    ) in rows.order_by().values_list(*columns):
        yield Credit(
            CreditSource(CLAIM, claim, bucket), practice, name, -amount, payer, payer_name or "", payer_class or "",
            number, account, known_as,
        )  # fmt: skip


def _of_accounts(practices: Sequence[int], source: CreditSource | None) -> Iterator[Credit]:
    rows = Account.objects.filter(practice__in=practices, unapplied__gt=0)
    if source:
        rows = rows.filter(pk=source.source_id)
    for pk, practice, name, amount, number in rows.values_list(
        "pk", "practice_id", "practice__name", "unapplied", "number"
    ):
        yield Credit(CreditSource(ACCOUNT, pk), practice, name, amount, account_id=pk, account_number=number)


def _of_deposits(practices: Sequence[int], source: CreditSource | None) -> Iterator[Credit]:
    rows = Posting.objects.filter(practice__in=practices, account=None, remittance_id__isnull=False)
    if source:
        rows = rows.filter(remittance_id=source.source_id)
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for account, sign in (("credit", 1), ("debit", -1)):
        some = rows.filter(**{account: UNAPPLIED}).order_by().values_list("remittance_id").annotate(Sum("amount"))
        for remittance_id, amount in some:
            sums[remittance_id or 0] += sign * amount
    held = {pk: amount for pk, amount in sums.items() if amount > 0}
    known = Remittance.objects.filter(bulk.Among("pk", held)).values_list(
        "pk", "practice_id", "practice__name", "payer_id", "payer__name", "payer__payer_class", "payer_name"
    )
    for pk, practice, name, payer, payer_name, payer_class, signed in known:
        yield Credit(
            CreditSource(DEPOSIT, pk), practice, name, held[pk], payer, payer_name or signed, payer_class or ""
        )


def _tell(found: Sequence[Credit], *, today: dt.date) -> None:
    """Add what postings, people, figures and the work say."""
    of_kind: dict[str, list[Credit]] = defaultdict(list)
    for one in found:
        of_kind[one.source.kind].append(one)
    claim_ids = {one.source.source_id for one in of_kind[CLAIM]}
    moves = {CLAIM: claim_moves(claim_ids)} if claim_ids else {}
    if rows := of_kind[ACCOUNT]:
        moves[ACCOUNT] = _moves("account_id", {one.source.source_id for one in rows}, _UNAPPLIED)
    if rows := of_kind[DEPOSIT]:
        ids = {one.source.source_id for one in rows}
        moves[DEPOSIT] = _moves("remittance_id", ids, _UNAPPLIED & Q(account=None))
    taken_back = claims_to_be_taken_back(claim_ids) if claim_ids else set()
    reviews = _reviews(found)
    book, work = figures(), work_about(claim_ids)
    for one in found:
        told = moves[one.source.kind].get(one.source.source_id, [])
        bucket = one.source.bucket or UNAPPLIED
        one.began = credit_began(told, bucket)
        if one.began is None:
            continue
        one.ruled = _ruled(one, told, bucket, is_taken_back=one.source.source_id in taken_back)
        one.received_on = max((row.effective_on for row in told if row.change(bucket) < 0), default=None)
        one.review = reviews.get((one.source, one.began.posting_id))
        about = work.get(one.source.claim_id or 0)
        one.work = about if about and about.bucket == one.source.bucket else None
        one.days = _days(one, book, today)


def _ruled(one: Credit, told: Sequence[Moved], bucket: str, *, is_taken_back: bool) -> CreditCause:
    cause = cause_of(CreditStory(bucket, one.amount, told, is_taken_back=is_taken_back and one.source.kind == CLAIM))
    is_payers = one.source.kind == DEPOSIT and cause == CreditCause.PATIENT_OVERPAID
    return CreditCause.UNKNOWN if is_payers else cause


def _days(one: Credit, book: Figure, today: dt.date) -> int | None:
    """The days of its class: as they were when it was identified, else as they are today. Patients have no clock."""
    if one.source.bucket in PATIENT_SIDE or not one.payer_class or one.source.kind != CLAIM:
        return None
    found_on = one.review.identified_on if one.review and one.review.identified_on else one.began_on
    for day in (found_on, today):
        if days := book(OVERPAYMENT, day, one.practice_id, one.payer_class):
            return days
    return None


_UNAPPLIED = Q(debit=UNAPPLIED) | Q(credit=UNAPPLIED)


def _moves(field: str, ids: Collection[int], some: Q) -> dict[int, list[Moved]]:
    found: dict[int, list[Moved]] = defaultdict(list)
    for batch in bulk.chunks(sorted(ids)):
        rows = Posting.objects.filter(some, bulk.Among(field.removesuffix("_id"), batch) if field != "remittance_id"
                                      else Q(remittance_id__in=batch)).order_by("id")  # fmt: skip
        for owner, *columns in rows.values_list(field, *_COLUMNS):
            found[owner].append(Moved(*columns))
    return found


def _reviews(found: Iterable[Credit]) -> Mapping[tuple[CreditSource, int], CreditReview]:
    known: dict[tuple[CreditSource, int], CreditReview] = {}
    ids: dict[str, list[int]] = defaultdict(list)
    for one in found:
        ids[one.source.kind].append(one.source.source_id)
    for kind, field in ((CLAIM, "claim"), (ACCOUNT, "account"), (DEPOSIT, "remittance")):
        for batch in bulk.chunks(sorted(set(ids[kind]))):
            for row in CreditReview.objects.filter(bulk.Among(field, batch)):
                known[CreditSource(kind, getattr(row, f"{field}_id"), row.bucket), row.began_id] = row
    return known


def _passes(one: Credit, asked: CreditFilter, today: dt.date) -> bool:
    if asked.cause and one.cause != asked.cause:
        return False
    if asked.age in AGES and not AGES[asked.age][0] <= one.age(today) <= AGES[asked.age][1]:
        return False
    if not asked.clock:
        return True
    standing = one.standing(today)
    if asked.clock == "soon":
        is_ticking = standing in (clock.ClockStanding.RUNNING, clock.ClockStanding.SUSPENDED)
        return is_ticking and one.due_on is not None and one.due_on <= today + SOON
    return standing == asked.clock
