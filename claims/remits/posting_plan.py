"""What one claim payment does to the books: the moves, the denials, or why a person must look. Pure.

Specification: RULES 1.5, 2 and 3. A denial is never written off. Zero paid with a patient share is a complete
adjudication. Patient responsibility moves to the next payer when there is one. A later payer's contractual
reduction is only what its bucket still holds, for the first payer's reductions come back as OA-23 (RULES 3.2).
A reversal undoes the very postings of its original, transfers included (RULES 3.3).
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, PAYERS, Bucket, next_payer
from claims.remits.balancing import Informs, LineShare, imbalance, line_shares, overcharge, repeats_lines
from claims.remits.billed_submissions import as_billed, held_back
from claims.remits.bundling import meet_bundles
from claims.remits.era import (
    ADJUDICATED_STATUSES,
    REVERSAL_STATUS,
    STATUSES_WITHOUT_MONEY,
    WRITTEN_OFF_TO,
    Adjustment,
    ClaimPayment,
    DisputedAmount,
    ExceptionReason,
    LineDenial,
    LineResult,
    Move,
    OpenClaim,
    OriginalPayment,
    PostingPlan,
    Treat,
    Treatment,
    Trouble,
    allowed_amount,
    figure,
)
from claims.remits.patient_share import taken_back, with_its_part, with_share_taken_back


def plan_posting(
    paid: ClaimPayment,
    owed: OpenClaim,
    *,
    treat: Treat,
    original: OriginalPayment | None = None,
    taken_back_on: dt.date | None = None,
) -> PostingPlan:
    """The plan for one claim payment against the matched claim.

    `original` is what a reversal (status 22) reverses; `taken_back_on`, when that was reversed already. Where the
    plan has `trouble`, its moves are what accepting it as sent would post: payments in full, reductions only as far
    as the bucket holds them.
    """
    if paid.status in STATUSES_WITHOUT_MONEY:
        return _silent(paid, owed, treat)
    if paid.status == REVERSAL_STATUS:
        return _reversal(paid, owed, treat, original, taken_back_on)
    if owed.billed is not None:
        return held_back(plan_posting(paid, as_billed(owed), treat=treat), owed)
    made = _adjudication(paid, owed, treat)
    if not made.trouble and (wrong := _unnamed_reversal(made, owed) or _above_charge(made, owed)):
        made = replace(made, trouble=wrong)
    made = with_share_taken_back(made, owed)
    if paid.status not in ADJUDICATED_STATUSES:
        return replace(made, trouble=Trouble(ExceptionReason.STATUS, f"Claim status {paid.status} is not known here."))
    return made


def _silent(paid: ClaimPayment, owed: OpenClaim, treat: Treat) -> PostingPlan:
    """Forwarded, pending or estimated: no posting. Money that comes with it is a question (RULES 2.5)."""
    if not paid.paid:
        return PostingPlan()
    detail = f"Status {paid.status} carries no money, but {figure(paid.paid)} came with it."
    return replace(_adjudication(paid, owed, treat), trouble=Trouble(ExceptionReason.STATUS, detail))


def _reversal(
    paid: ClaimPayment, owed: OpenClaim, treat: Treat, original: OriginalPayment | None, taken_back_on: dt.date | None
) -> PostingPlan:
    if original is None:
        detail = "The payment that this reversal undoes was not found among those posted here."
        if taken_back_on:
            detail = f"The payment that this reversal undoes was taken back on {taken_back_on} already."
        return replace(_adjudication(paid, owed, treat), trouble=Trouble(ExceptionReason.NO_ORIGINAL, detail))
    if abs(original.charge) != abs(paid.charge) or original.paid != -paid.paid:
        detail = (
            f"It reverses {figure(-paid.paid)} on a charge of {figure(abs(paid.charge))}; posted was "
            f"{figure(original.paid)} on {figure(original.charge)}."
        )
        return replace(_adjudication(paid, owed, treat), trouble=Trouble(ExceptionReason.REVERSAL_DIFFERS, detail))
    back = tuple(
        Move(one.kind, one.credit, one.debit, one.amount, one.line_id, one.group, one.carc, reverses_id=one.id)
        for one in original.moves
    )
    return with_share_taken_back(PostingPlan(moves=back), owed)


def _unnamed_reversal(made: PostingPlan, owed: OpenClaim) -> Trouble | None:
    """Some payers reverse a payment without calling it a reversal. Where nothing like it was posted, somebody would
    owe what was never charged."""
    if not any(move.debit in BUCKETS and move.credit not in BUCKETS for move in made.moves):
        return None
    wrong = overcharge(made.moves, owed)
    return Trouble(ExceptionReason.NO_ORIGINAL, f"It reverses more than was posted here. {wrong}") if wrong else None


def _adjudication(paid: ClaimPayment, owed: OpenClaim, treat: Treat) -> PostingPlan:
    if not owed.lines:
        return PostingPlan(trouble=Trouble(ExceptionReason.LINE_UNMATCHED, "The claim has no lines to post to."))

    def informs(one: Adjustment) -> bool:
        return treat(one.group, one.carc, paid.rarcs) == Treatment.INFORMATION

    back, owed = with_its_part(owed, _prior(paid, owed, informs) if owed.is_opening else {})
    wrong = imbalance(paid)
    is_repeated = bool(wrong) and repeats_lines(paid)
    if is_repeated:
        wrong += " The claim level repeats the adjustments of the lines; without it everything ties out."
    if not wrong or is_repeated:
        paid = meet_bundles(paid)
    trouble = Trouble(ExceptionReason.UNBALANCED, wrong) if wrong else _first_look(paid, owed, informs)
    books = [
        _Line(share, owed, treat, is_forwarded=paid.is_forwarded)
        for share in line_shares(paid, owed, informs=informs, with_claim_level=not is_repeated)
    ]
    for book in books:
        book.work()
    short = [book for book in books if book.missing]
    trouble = trouble or _too_early(books, owed) or (_over_credit(short, owed) if short else None)
    return PostingPlan(
        moves=(*back, *(move for book in books for move in book.moves)),
        line_denials=tuple(denied for book in books for denied in (*book.line_denials, *book.probable)),
        reductions=tuple(reduction for book in books for reduction in book.reductions),
        results={book.share.line.id: book.result for book in books if book.share.charge or book.share.paid},
        trouble=trouble,
        pending=sum((book.pending for book in books), ZERO),
    )


def _prior(paid: ClaimPayment, owed: OpenClaim, informs: Informs) -> dict[int, Decimal]:
    """What a payer repeats of those before it (OA-23), by line."""
    shares = line_shares(paid, owed, informs=informs)
    return {share.line.id: sum((one.amount for one, _ in share.adjustments if informs(one)), ZERO) for share in shares}


def _first_look(paid: ClaimPayment, owed: OpenClaim, informs: Informs) -> Trouble | None:
    """What is wrong with a payment that adds up, before any bucket is asked."""
    if unknown := [line.position for line in paid.lines if line.line_id is None]:
        named = ", ".join(str(position) for position in unknown)
        detail = f"Paid line {named} fits no line of the claim."
        if candidates := sorted({number for line in paid.lines for number in line.candidates}):
            detail += f" It may sum some of lines {', '.join(map(str, candidates))}: say which."
        return Trouble(ExceptionReason.LINE_UNMATCHED, detail)
    moving = [one for one in paid.adjustments if one.amount and not informs(one)]
    if moving and owed.form != "I" and len(paid.lines) > 1:
        named = ", ".join(f"{one.group}-{one.carc} {figure(one.amount)}" for one in moving)
        return Trouble(
            ExceptionReason.ALLOCATE, f"Adjusted for the whole claim, paid by line: {named}. Say which lines."
        )
    return None


def _over_credit(short: list["_Line"], owed: OpenClaim) -> Trouble:
    parts = [
        f"line {book.share.line.number} by {figure(book.missing)} "
        f"(it holds {figure(book.share.line.buckets.get(owed.bucket, ZERO))})"
        for book in short[:4]
    ]
    return Trouble(ExceptionReason.OVER_CREDIT, f"More than {Bucket(owed.bucket).party} owes: {', '.join(parts)}.")


def _too_early(books: list["_Line"], owed: OpenClaim) -> Trouble | None:
    """A later payer's answer before the earlier payers have left it anything: what it denies or writes off now would
    be forgotten when they do."""
    earlier = [bucket for bucket in PAYERS if bucket < owed.bucket]
    if not earlier:
        return None
    holds, before = (
        sum((max(book.share.line.buckets.get(one, ZERO), ZERO) for book in books for one in found), ZERO)
        for found in ([owed.bucket], earlier)
    )
    if holds or not (owed.is_early or (before and any(book.takes_something for book in books))):
        return None
    missing = "a payer before it has not answered" if owed.is_early else f"the payers before it owe {figure(before)}"
    detail = (
        f"The {Bucket(owed.bucket).label.lower()} owes nothing yet: {missing}. "
        "This posts by itself as soon as their answer leaves it something."
    )
    return Trouble(ExceptionReason.OVER_CREDIT, detail)


def _above_charge(made: PostingPlan, owed: OpenClaim) -> Trouble | None:
    """Paid more than was charged, with an adjustment below zero to make it add up: no contract takes off less than
    nothing. Only a line that is itself below zero, a discount, may be reduced by as much."""
    sums = sum((move.amount * _taken_off(move) for move in made.moves), owed.standing.contractual)
    discounts = sum((min(line.charge, ZERO) for line in owed.lines), ZERO)
    if sums >= discounts or not any(_taken_off(move) < 0 for move in made.moves):
        return None
    detail = f"It pays {figure(-sums)} more than was charged; what the contract takes off would be below nothing."
    return Trouble(ExceptionReason.OVER_CREDIT, detail)


def _taken_off(move: Move) -> int:
    return (move.debit == "CONTRACTUAL") - (move.credit == "CONTRACTUAL")


class _Line:
    """Works out one line: pay, transfer, reduce, and note what was denied."""

    def __init__(self, share: LineShare, owed: OpenClaim, treat: Treat, *, is_forwarded: bool) -> None:
        self.share = share
        self.bucket = owed.bucket
        self.is_first = owed.bucket == "PAYER1"
        self.room = share.line.buckets.get(owed.bucket, ZERO)
        self.owed = owed
        self.next_payer = owed.next_payer or (next_payer(owed.bucket) if is_forwarded else "")
        self.treated = [(one, rarcs, treat(one.group, one.carc, rarcs)) for one, rarcs in share.adjustments]
        self.moves: list[Move] = []
        self.line_denials: list[LineDenial] = []
        self.probable: list[LineDenial] = []
        self.reductions: list[DisputedAmount] = []
        self.missing = self.pending = ZERO

    def work(self) -> None:
        """Fill `moves`, `line_denials`, `probable` (patient's shares), `reductions`, `pending` and `missing` (what the
        bucket could not bear)."""
        self._credit("payer_payment", "CASH", self.share.paid)
        for one, rarcs, treatment in self.treated:
            if treatment in (Treatment.TRANSFER, Treatment.VERIFY_FIRST, Treatment.NEXT_PAYER, Treatment.STATUTORY):
                self._transfer(one, rarcs, treatment)
        # What raises a payment (an incentive, CO-144 below zero) makes the room that the reductions beside it need.
        reductions = [(one, treatment) for one, _, treatment in self.treated if treatment in WRITTEN_OFF_TO]
        self._reduce_all([(one, treatment) for one, treatment in reductions if one.amount < 0])
        if self.room < 0 and not self.is_first:
            self._take_from_patient(-self.room)
        self._reduce_all([(one, treatment) for one, treatment in reductions if one.amount > 0])
        if self.room < 0 and self.room < self.share.line.buckets.get(self.bucket, ZERO):
            self.missing += -self.room
        self._note()

    @property
    def takes_something(self) -> bool:
        """Whether the payer denied or wrote off anything here."""
        moving = (Treatment.DENIAL, Treatment.DISPUTABLE, *WRITTEN_OFF_TO)
        return any(one.amount > 0 and treatment in moving for one, _, treatment in self.treated)

    @property
    def result(self) -> LineResult:
        """Charge, payment, and what the payer allowed."""
        allowed = allowed_amount(self.share.charge, ((one.amount, treatment) for one, _, treatment in self.treated))
        unpriced = (Treatment.DENIAL, Treatment.PENDING)
        is_denied = any(one.amount > 0 and treatment in unpriced for one, _, treatment in self.treated)
        is_priced = not is_denied and not self.share.is_bundled
        return LineResult(self.share.charge, self.share.paid, allowed, is_priced=is_priced)

    def _transfer(self, one: Adjustment, rarcs: tuple[str, ...], treatment: Treatment) -> None:
        if self.next_payer:
            self._credit("transfer", self.next_payer, one.amount, one)
        elif treatment == Treatment.STATUTORY or self.owed.rest_is_statutory:
            self._credit("statutory", "WO_STATUTORY", one.amount, one)
        elif treatment in (Treatment.TRANSFER, Treatment.VERIFY_FIRST):
            self._credit("transfer", "PATIENT", one.amount, one)
            if treatment == Treatment.VERIFY_FIRST and one.amount > 0:
                self.probable.append(LineDenial(self.share.line.id, one.group, one.carc, rarcs, one.amount))
        elif one.amount > 0:  # meant for a further payer that nobody knows: somebody has to find out
            self.line_denials.append(LineDenial(self.share.line.id, one.group, one.carc, rarcs, one.amount))

    def _take_from_patient(self, short: Decimal) -> None:
        """What a payer pays beyond what it owes, of what was put to the patient, goes back to it first (RULES 3.6)."""
        back = taken_back(self.share.line, self.bucket, short)
        self.moves[:0] = back
        self.room += sum((move.amount for move in back if move.debit == self.bucket), ZERO)

    def _reduce_all(self, reductions: list[tuple[Adjustment, Treatment]]) -> None:
        for one, treatment in reductions:
            self._reduce(one, WRITTEN_OFF_TO[treatment], str(treatment))

    def _reduce(self, one: Adjustment, account: str, kind: str) -> None:
        amount = min(one.amount, max(self.room, ZERO)) if one.amount > 0 else one.amount
        if self.is_first:
            self.missing += max(one.amount - amount, ZERO)
        self._credit(kind, account, amount, one)

    def _note(self) -> None:
        """Keep denials within what the bucket still holds; the rest was never this payer's to deny."""
        left = max(self.room, ZERO)
        kept = []
        for denied in self.line_denials:
            kept.append(replace(denied, amount=min(denied.amount, left)))
            left -= kept[-1].amount
        for one, rarcs, treatment in self.treated:
            amount = min(one.amount, left)
            if amount <= 0 or treatment not in (Treatment.DENIAL, Treatment.DISPUTABLE, Treatment.PENDING):
                continue
            left -= amount
            if treatment == Treatment.PENDING:
                self.pending += amount
            elif treatment == Treatment.DENIAL:
                kept.append(LineDenial(self.share.line.id, one.group, one.carc, rarcs, amount))
            else:
                self.reductions.append(DisputedAmount(self.share.line.id, one.group, one.carc, amount))
        self.line_denials = [denied for denied in kept if denied.amount > 0]
        if (
            self.owed.rest_is_statutory
            and left
            and not self.line_denials
            and not self.reductions
            and not self.pending
            and self.share.charge > 0
        ):
            self._credit("statutory", "WO_STATUTORY", left)

    def _credit(self, kind: str, debit: str, amount: Decimal, one: Adjustment | None = None) -> None:
        """Lower the bucket by `amount`; a negative amount goes the other way."""
        if not amount:
            return
        self.room -= amount
        accounts = (debit, self.bucket) if amount > 0 else (self.bucket, debit)
        group, carc = (one.group, one.carc) if one else ("", "")
        self.moves.append(Move(kind, *accounts, abs(amount), self.share.line.id, group, carc))
