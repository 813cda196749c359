"""Sums of a claim, and what earlier payers decided: both balance or the claim is refused. Pure.

Loops 2320 and 2430: for each line charge = paid + adjustments; for the claim charge = AMT*D + all adjustments of claim
and lines (005010X222A1 section 1.4.2, RULES 3).
"""

from collections.abc import Iterator
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.edi.x12.records_837 import OtherCoverage, Svd
from collections_app.claim_edits.findings import Finding, stop, warn
from collections_app.claim_edits.subject import Subject

_UNREADABLE = frozenset({"bad_amount", "bad_date", "bad_number", "bad_group", "bad_reason", "misplaced_segment"})
_ORDER = "PSTABCDEFGH"


def check_money(subject: Subject) -> Iterator[Finding]:
    """What does not add up."""
    yield from _unreadable(subject)
    record = subject.record
    total = sum((line.charge for line in record.lines), ZERO)
    if record.lines and total != record.charge:
        words = f"The lines sum to ${total:,.2f}, and the claim charges ${record.charge:,.2f}: they are the same."
        yield stop("sum", "CLM02", words, "charge")
    if record.patient_paid is not None and record.patient_paid > record.charge:
        words = "The patient cannot have paid more than the charge (AMT*F5)."
        yield stop("patient_paid", "AMT*F5", words, "patient_paid")
    yield from _earlier_payers(subject)


def _unreadable(subject: Subject) -> Iterator[Finding]:
    """Amounts, quantities and days that our reader could not read; other problems of reading have a check here."""
    for problem in subject.record.problems:
        if problem.code in _UNREADABLE:
            what = problem.message.partition(", ")[2] or problem.message
            yield stop("unreadable", f"{problem.where.tag}", f"It cannot be read: {what}")


def _earlier_payers(subject: Subject) -> Iterator[Finding]:
    record = subject.record
    own = subject.facts.sequence or record.subscriber.sequence
    rank = _ORDER.find(own)
    told = [one for one in record.other_coverages if one.paid is not None or one.adjustments or _svds(subject, one)]
    earlier = {one.subscriber.sequence: one for one in told}
    for sequence in _ORDER[: max(rank, 0)]:
        if sequence not in earlier and sequence in "PST":
            words = (
                f"What payer {sequence} decided is missing (loop 2320 with AMT*D and CAS): a later payer decides by it."
            )
            yield stop("earlier_payer_missing", "loop 2320", words, "other_payers")
    for one in told:
        yield from _balance(subject, one)


def _balance(subject: Subject, coverage: OtherCoverage) -> Iterator[Finding]:
    sequence = coverage.subscriber.sequence
    place = f"payer {sequence}, loop 2320"
    adjusted = sum((cas.amount for cas in coverage.adjustments), ZERO)
    days = [coverage.adjudicated_on]
    decided = _svds(subject, coverage)
    for ordinal, svd in decided:
        line = subject.record.lines[ordinal - 1]
        line_adjusted = sum((cas.amount for cas in svd.adjustments), ZERO)
        adjusted += line_adjusted
        days.append(svd.adjudicated_on)
        if line.charge != svd.paid + line_adjusted:
            words = (
                f"Line {ordinal} charges ${line.charge:,.2f}, and payer {sequence} decided ${svd.paid:,.2f} paid and "
                f"${line_adjusted:,.2f} adjusted: ${line.charge - svd.paid - line_adjusted:,.2f} are missing."
            )
            yield stop("cob_line", f"line {ordinal}, loop 2430", words, f"lines.{ordinal}.other_payers")
    if coverage.paid is None:
        words = f"What payer {sequence} paid is missing (AMT*D): 0.00 where it paid nothing."
        yield stop("cob_paid_missing", f"{place}, AMT*D", words, "other_payers")
        return
    if subject.record.charge != coverage.paid + adjusted:
        words = (
            f"The claim charges ${subject.record.charge:,.2f}, and payer {sequence} decided ${coverage.paid:,.2f} paid "
            f"and ${adjusted:,.2f} adjusted: the two sum to the charge."
        )
        yield stop("cob_claim", place, words, "other_payers")
    paid: Decimal = sum((svd.paid for _, svd in decided), ZERO)
    claim_adjusted = sum((cas.amount for cas in coverage.adjustments), ZERO)
    if decided and len(decided) == len(subject.record.lines) and paid - claim_adjusted != coverage.paid:
        words = f"The lines of payer {sequence} paid ${paid:,.2f}, and the claim says ${coverage.paid:,.2f} (AMT*D)."
        yield stop("cob_paid", f"{place}, AMT*D", words, "other_payers")
    if not any(days):
        words = f"The day on which payer {sequence} decided is missing (DTP*573)."
        yield stop("cob_day_missing", f"{place}, DTP*573", words, "other_payers")
    elif any(day and day > subject.facts.today for day in days):
        yield warn("cob_day_future", f"{place}, DTP*573", f"Payer {sequence} decides on a day to come.", "other_payers")


def _svds(subject: Subject, coverage: OtherCoverage) -> list[tuple[int, Svd]]:
    payer_id = coverage.payer.id if coverage.payer else ""
    return [
        (ordinal, svd)
        for ordinal, line in enumerate(subject.record.lines, 1)
        for svd in line.svds
        if svd.payer_id == payer_id
    ]
