"""Open claims from the remittances that pay them: the onboarding of a practice that has nothing else.

A claim opened here has what CLP and SVC say: number, charge, days, codes, the patient's name and member id. It
is marked as such (`origin` 835), so that the 837 may correct it when it comes. A later payer's payment names what
the earlier ones did as OA-23; that part of the charge is put to the primary payer, the rest to the one who pays.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.buckets import PAYERS
from claims.billing.models import Claim
from claims.billing.possible_duplicates import flag_repeated
from claims.billing.services import ChargeableClaim, ResolvedCoverage, open_claims
from claims.billing.submitted_claims import ENTIRE_CLAIM, Bill, BillLine
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.parties.party_drafts import CoverageDraft, PartiesDraft, PersonDraft
from claims.parties.services import open_parties
from claims.remits.adjustment_rules import treat_of
from claims.remits.era import (
    PREDETERMINATION,
    REVERSAL_STATUS,
    Adjustment,
    ExceptionReason,
    Treat,
    Treatment,
    names_prior_payer,
)
from claims.remits.match_rules import ClaimMatch
from claims.remits.models import RemitClaim, RemitClaimRow, RemitLine, RemitLineRow, Remittance
from claims.remits.payment_records import adjustments_of, carcs_of, payer_bucket

#: A payment that was kept before, or one on its way in.
ClaimPaymentWords = RemitClaim | RemitClaimRow
Lines = Sequence[RemitLine] | Sequence[RemitLineRow]


def open_missing_claims(
    remittance: Remittance,
    staged: Sequence[tuple[ClaimPaymentWords, Lines, ClaimMatch]],
    *,
    today: dt.date,
    now: dt.datetime,
    service_on: dt.date | None = None,
) -> int:
    """Open a claim for each payment that matched none; how many. A number is opened once, from its first payment.

    Reversals and payments whose number means another claim, here or at a sister practice, open nothing; nor do
    those that name no day of service, but for `service_on`, which a person knows: it stays unknown until the bill
    comes. Call inside a transaction.
    """
    wanted: dict[str, tuple[ClaimPaymentWords, Lines]] = {}
    for row, lines, match in staged:
        is_missing = match.trouble is not None and match.trouble.reason == ExceptionReason.UNMATCHED
        if is_missing and not match.is_elsewhere and can_open_claim(row) and service_day(row, remittance, service_on):
            wanted.setdefault(row.number, (row, lines))
    if not wanted:
        return 0
    chosen = list(wanted.values())
    parties = open_parties([_parties(remittance, row, lines) for row, lines in chosen], today=today)
    bills = []
    for (row, lines), people in zip(chosen, parties, strict=True):
        payers = {_rank(row, lines): remittance.payer_id} if remittance.payer_id else {}
        cover = ResolvedCoverage(coverages=people.coverages, payers=payers, destination=remittance.payer_id)
        first = service_day(row, remittance, service_on)
        assert first
        bills.append((_bill(remittance, row, lines, first), people, cover))
    opened = open_claims(bills, today=today)
    Claim.objects.filter(id__in=[one.claim_id for one in opened]).update(origin="835")
    treat = treat_of(remittance)
    entries = [
        entry
        for one, (row, lines) in zip(opened, chosen, strict=True)
        for entry in _charges(remittance, row, lines, one, treat, today)
    ]
    ledger.post(entries, now=now, reason="remit")
    places = {
        one.claim_id: (people.patient_id, bill.service_from)
        for one, (bill, people, _) in zip(opened, bills, strict=True)
    }
    flag_repeated(places, today=today)
    return len(opened)


def can_open_claim(row: ClaimPaymentWords) -> bool:
    """Whether the payment says enough to open a claim: a number and a charge of services that were rendered (an
    estimate before them is owed by nobody), and it is no reversal. What day it was, a person may have to add."""
    return bool(row.number) and row.status not in (REVERSAL_STATUS, PREDETERMINATION) and row.charge > 0


def service_day(row: ClaimPaymentWords, remittance: Remittance, given: dt.date | None = None) -> dt.date | None:
    """The first day of service, as the payment says or a person (`given`); None where it names none, or one that had
    not come when it was read."""
    possible = (day for day in (row.service_from, given) if day and day <= remittance.received_on)
    return next(possible, None)


def _rank(row: ClaimPaymentWords, lines: Lines) -> int:
    is_later = names_prior_payer(carcs_of(row, lines))
    said = payer_bucket(row.status, None, (None, None, None), names_prior_payer=is_later)
    return 1 + PAYERS.index(said or PAYERS[0])


def _parties(remittance: Remittance, row: ClaimPaymentWords, lines: Lines) -> PartiesDraft:
    last, _, first = row.patient_name.partition(",")
    first, _, middle = first.strip().partition(" ")
    person = PersonDraft(
        last=last.strip() or "Unknown",
        first=first,
        middle=middle,
        otherwise=row.member_id or row.number,
    )
    covers: tuple[CoverageDraft, ...] = ()
    if remittance.payer_id:
        cover = CoverageDraft(
            payer_id=remittance.payer_id, rank=_rank(row, lines), member_id=row.member_id, filing_code=row.filing_code,
            is_learned=True,
        )  # fmt: skip
        covers = (cover,)
    return PartiesDraft(practice_id=remittance.practice_id, patient=person, guarantor=person, coverages=covers)


def _bill(remittance: Remittance, row: ClaimPaymentWords, lines: Lines, first: dt.date) -> Bill:
    last = row.service_to or max((line.service_to for line in lines if line.service_to), default=None) or first
    is_institutional = any(line.revenue_code for line in lines)
    return Bill(
        practice_id=remittance.practice_id,
        number=row.number[:38],
        form="I" if is_institutional else "P",
        charge=row.charge,
        service_from=first,
        service_to=max(first, last),
        submitted_on=min(max(first, last), remittance.paid_on),
        source=f"835:{remittance.pk}:{row.position}",
        bucket=f"PAYER{_rank(row, lines)}",
        lines=_bill_lines(row, lines, first),
    )


def _bill_lines(row: ClaimPaymentWords, lines: Lines, first: dt.date) -> tuple[BillLine, ...]:
    """A line for each SVC, and line 0 for what CLP03 says beyond them, so that a claim's lines sum to its charge."""
    if not lines:
        return (BillLine(number=1, charge=row.charge, service_from=first, service_to=first),)
    told = tuple(
        BillLine(
            number=line.position,
            charge=line.charge,
            service_from=line.service_from or first,
            service_to=line.service_to or line.service_from or first,
            control=line.control,
            code=line.code,
            modifiers=line.modifiers,
            revenue_code=line.revenue_code,
            units=line.units or Decimal(1),
        )
        for line in lines
    )
    rest = row.charge - sum((line.charge for line in told), ZERO)
    return (*told, BillLine(number=ENTIRE_CLAIM, charge=rest, service_from=first, service_to=first)) if rest else told


def _charges(
    remittance: Remittance,
    row: ClaimPaymentWords,
    lines: Lines,
    opened: ChargeableClaim,
    treat: Treat,
    today: dt.date,
) -> list[Entry]:
    bucket = f"PAYER{_rank(row, lines)}"
    said = {line.position: adjustments_of(line.adjustments) for line in lines} or {1: adjustments_of(row.adjustments)}
    entries = []
    for line in opened.lines:
        before = _prior(said.get(line.number, ()), treat) if bucket != "PAYER1" else ZERO
        before = max(min(before, line.charge), ZERO)
        for owner, amount in (("PAYER1", before), (bucket, line.charge - before)):
            if amount:
                entries.append(
                    Entry(
                        practice_id=remittance.practice_id,
                        kind="charge",
                        debit=owner if amount > 0 else "REVENUE",
                        credit="REVENUE" if amount > 0 else owner,
                        amount=abs(amount),
                        posted_on=today,
                        effective_on=line.service_from,
                        key=posting_key("charge", "835", opened.claim_id, line.number, owner),
                        claim_id=opened.claim_id,
                        line_id=line.line_id,
                    )
                )
    return entries


def _prior(adjustments: Sequence[Adjustment], treat: Treat) -> Decimal:
    """What the payers before took care of, as this one repeats it (OA-23)."""
    return sum((one.amount for one in adjustments if treat(one.group, one.carc, ()) == Treatment.INFORMATION), ZERO)
