"""What payers allowed, worked out a second way: from the ledger, for every payment that posted."""

from collections import defaultdict
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.models import Submission
from claims.ledger.models import Posting
from claims.remits.adjustment_rules import rules_in_force, treat_of
from claims.remits.era import STATUSES_WITHOUT_MONEY, Treatment
from claims.remits.explain import ExplainedPayment, explained
from claims.remits.models import RemitClaim

SENT_AGAIN = Submission.objects.filter(frequency__in=("7", "8"))
UNPRICED = (Treatment.DENIAL, Treatment.PENDING)


def payments_that_agree_with_the_books() -> int:
    """How many posted claim payments were compared; raises `AssertionError` for the first that disagrees.

    The payer paid what it allowed less all that was taken out of that (RULES 1.6), and of the primary payer's payments
    nothing but the price went to CONTRACTUAL: line by line charge - denied or pending - contractual postings is the
    allowed amount; all lines together where a charge was moved between them, for each then bears a part of the price.
    What a person settled may have been spread otherwise, a later payer's price is only a difference, and a replacement
    or void takes prices back itself.
    """
    written = _contractual_by_line()
    rules = rules_in_force()
    compared = 0
    posted = RemitClaim.objects.filter(state="posted").exclude(status__in=STATUSES_WITHOUT_MONEY)
    for one in explained(list(posted.select_related("remittance__payer"))):
        remittance = one.row.remittance
        treat = treat_of(remittance, rules=rules)
        sums = _by_treatment(one, treat)
        taken_out = sum((sums[one] for one in Treatment if one not in (Treatment.CONTRACTUAL, *UNPRICED)), ZERO)
        has_doubt = one.row.exceptions.exists() or SENT_AGAIN.filter(claim=one.row.claim_id).exists()
        if not any(sums[one] for one in UNPRICED) and not has_doubt:
            assert one.allowed == one.row.paid + taken_out, one.row
        if one.row.bucket == "PAYER1" and not has_doubt and not one.adjustments:
            by_line: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
            for line in one.lines:
                of_line = _by_treatment(line, treat)
                unpriced = sum((of_line[one] for one in UNPRICED), ZERO)
                by_line[line.line_id] += line.charge - unpriced - line.allowed
            if _is_bundled(one):
                together = sum(written[one.row.pk, line_id] for line_id in by_line)
                assert one.row.charge - one.allowed == together, one.row
                by_line.clear()
            for line_id, price in by_line.items():
                assert price == written[one.row.pk, line_id], one.row
        compared += 1
    return compared


def _is_bundled(said: ExplainedPayment) -> bool:
    moved = [cut.amount > 0 for line in said.lines for cut in line.adjustments if cut.carc in ("59", "94", "97")]
    return {*moved} == {True, False}


def _contractual_by_line() -> dict[tuple[int | None, int | None], Decimal]:
    written: dict[tuple[int | None, int | None], Decimal] = defaultdict(lambda: ZERO)
    rows = Posting.objects.filter(kind="contractual")
    for remit_claim, line, debit, amount in rows.values_list("remit_claim_id", "line_id", "debit", "amount"):
        written[remit_claim, line] += amount if debit == "CONTRACTUAL" else -amount
    return written


def _by_treatment(said, treat) -> dict[Treatment, Decimal]:
    sums = dict.fromkeys(Treatment, ZERO)
    parts = said.lines if isinstance(said, ExplainedPayment) else ()
    for part in (said, *parts):
        rarcs = tuple(code for code, _ in (*part.remarks, *said.remarks))
        for cut in part.adjustments:
            sums[treat(cut.group, cut.carc, rarcs)] += cut.amount
    return sums
