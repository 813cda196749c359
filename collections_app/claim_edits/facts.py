"""What the books know of claims under the checks, gathered for many at once: the number of queries does not depend on
how many there are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.billing.buckets import SEQUENCES
from claims.billing.models import Claim, ClaimLine, Submission
from claims.denials.models import Denial
from claims.edi.x12.claim_text import ClaimText
from claims.edi.x12.records_837 import Claim837
from claims.payers.deadlines import ClaimDates, Deadline, RuleScope, deadline_of, governing_state
from claims.payers.rule_book import rule_book
from claims.payers.rules import RuleBook
from collections_app.claim_edits.claim_record import record_of
from collections_app.claim_edits.code_forms import plain_icd
from collections_app.claim_edits.code_lists import code_book
from collections_app.claim_edits.subject import CheckedClaim, Facts, SentService

if TYPE_CHECKING:
    from claims.parties.models import Coverage

#: The claims as submissions sent them, by submission id, as far as their files are kept.
TextsOf = Callable[[Sequence[Submission]], Mapping[int, ClaimText]]
_RANKS = {sequence: rank for rank, sequence in enumerate(SEQUENCES.values(), 1)}
NAMES = ("payer", "practice", "coverage1__payer", "coverage2__payer", "coverage3__payer")


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A claim as it would be sent; `claim` None: only the text is judged. With its `NAMES` read already."""

    text: ClaimText
    claim: Claim | None
    sequence: str
    frequency: str
    on: dt.date


def subjects_of(asked: Sequence[ToCheck]) -> list[CheckedClaim]:
    """The claims under the checks, in the same order. Six queries, whatever their number."""
    records = [record_of(one.text) for one in asked]
    codes = code_book({code for record in records for code in _codes(record)})
    rules = rule_book() if any(one.claim for one in asked) else None
    sent, notices = _sent_services(asked, records), _notices(asked)
    found = []
    for one, record in zip(asked, records, strict=True):
        facts = Facts(sequence=one.sequence, frequency=one.frequency, today=one.on, is_valid=codes.is_valid)
        if one.claim is not None and rules is not None:
            cover = _coverage(one.claim, one.sequence)
            payer = cover.payer if cover else one.claim.payer
            facts = Facts(
                sequence=one.sequence,
                frequency=one.frequency,
                today=one.on,
                payer_id=payer.pk if payer else None,
                payer_class=payer.payer_class if payer else "",
                practice_id=one.claim.practice_id,
                covered_from=cover.valid_from if cover else None,
                covered_to=cover.valid_to if cover else None,
                filing=_window(one, record, rules, notices.get(one.claim.pk)),
                sent=tuple(row for pk, row in sent.get(one.claim.patient_id, ()) if pk != one.claim.pk),
                is_valid=codes.is_valid,
            )
        found.append(CheckedClaim(one.text, record, facts))
    return found


def _coverage(claim: Claim, sequence: str) -> "Coverage | None":
    found: Coverage | None = getattr(claim, f"coverage{_RANKS.get(sequence, 1)}")
    return found


def _codes(record: Claim837) -> Iterable[str]:
    yield from (plain_icd(one.code) for one in record.diagnoses)
    for line in record.lines:
        yield line.code
        yield from line.modifiers


def _window(one: ToCheck, record: Claim837, rules: RuleBook, notice_on: dt.date | None) -> Deadline | None:
    """The window that this sending has to keep: of filing, of filing to a later payer, or of a correction."""
    assert one.claim is not None
    cover = _coverage(one.claim, one.sequence)
    payer = cover.payer if cover else one.claim.payer
    scope = RuleScope(
        payer_class=payer.payer_class if payer else None,
        payer_id=payer.pk if payer else None,
        plan_id=cover.plan_id if cover else one.claim.plan_id,
        practice_id=one.claim.practice_id,
        state=governing_state(payer=payer.state if payer else "", practice=one.claim.practice.state),
    )
    decided = [other.adjudicated_on for other in record.other_coverages]
    decided += [svd.adjudicated_on for line in record.lines for svd in line.svds]
    dates = ClaimDates(
        dos_on=record.service_from,
        through_on=record.service_to,
        notice_on=notice_on,
        primary_eob_on=max((day for day in decided if day), default=None),
        is_institutional=one.text.form == "I",
    )
    is_later = one.sequence != SEQUENCES["PAYER1"]
    kind = "corrected" if one.frequency in ("7", "8") else "filing_secondary" if is_later else "filing"
    on = notice_on if kind == "corrected" else record.service_from
    return deadline_of(kind, dates, scope=scope, rules=rules, on=on) if on else None


def _notices(asked: Sequence[ToCheck]) -> dict[int, dt.date]:
    """The day of the last notice of each claim: from it a correction has its time."""
    claims = [one.claim.pk for one in asked if one.claim is not None and one.frequency in ("7", "8")]
    rows = Denial.objects.filter(claim__in=claims).order_by("initial_on").values_list("claim_id", "initial_on")
    return dict(rows) if claims else {}


def _sent_services(
    asked: Sequence[ToCheck], records: Sequence[Claim837]
) -> Mapping[int, list[tuple[int, SentService]]]:
    """Services of the same patients on the same days that other open claims bill, by patient."""
    patients = {one.claim.patient_id for one in asked if one.claim is not None}
    days = {line.service_from for record in records for line in record.lines if line.service_from}
    found: dict[int, list[tuple[int, SentService]]] = defaultdict(list)
    if not patients or not days:
        return found
    rows = ClaimLine.objects.filter(
        claim__patient__in=patients, claim__state=Claim.State.OPEN, claim__merged_into=None, service_from__in=days
    ).exclude(code="")
    for row in rows.select_related("claim").order_by("claim_id", "number"):
        service = SentService(row.claim.number, row.service_from, row.code, tuple(row.modifiers.split()), row.charge)
        found[row.claim.patient_id].append((row.claim_id, service))
    return found
