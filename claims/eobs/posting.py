"""An entry that ties becomes a remittance, staged as the rows of an 835 are, and posts by the same engine.

One transaction: either the whole check is in the books, each claim posted or waiting with its reason, or nothing is.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.money import ZERO, to_cents
from arwork.lib.races import told_when_lost
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.billing.models import Submission
from claims.documents.services import link_to_claims
from claims.eobs.drafts import ensure_version, locked, reading_of, said
from claims.eobs.entered_facts import EnteredClaimFacts, EnteredLineFacts
from claims.eobs.entry_rules import EnteredClaim, EnteredLine, EntryReading
from claims.eobs.models import Eob
from claims.ledger.models import Period
from claims.remits.entered_by_hand import known_twins
from claims.remits.era import is_crossover
from claims.remits.match_rules import SoughtClaim, SoughtLine
from claims.remits.models import ProviderAdjustment, RemitClaimRow, RemitLineRow, Remittance
from claims.remits.release import release_remittance
from claims.remits.staging import ClaimPaymentDraft, finish_staging, open_remittance, remittance_key, stage_payments

if TYPE_CHECKING:
    from arwork.staff.models import User

CHANGED_MEANWHILE = (
    "An import or somebody else changed one of these claims at the same moment, so nothing was posted. Post it again."
)


class NotTied(Conflict):
    """The entry can't post yet; `facts["errors"]` says what is wrong at which cell."""

    code = "not_tied"


class KnownCheck(Conflict):
    """A payment of this number and amount is in the books; `facts["remittance"]` is its id."""

    code = "known_check"


def post_eob(
    eob_id: int, *, version: int, another_because: str = "", actor: "User", today: dt.date, now: dt.datetime
) -> Eob:
    """Post an entry. `another_because` says why it is another check than one of the same number and amount.

    Raises `NotTied`, `KnownCheck`, `SavedMeanwhile`, `PeriodClosed` and `DomainError` for days in a closed period.
    """
    require(actor, Capability.POST_MONEY)
    with told_when_lost(CHANGED_MEANWHILE), transaction.atomic():
        eob = locked(eob_id, actor=actor)
        ensure_version(eob, version)
        _, facts, reading = reading_of(eob)
        _ensure_tied(reading)
        _ensure_open(eob)
        _ensure_new(eob, another_because)
        claim_ids = list(dict.fromkeys(one.claim for one in reading.claims))
        eob.before = standing_submissions(claim_ids, facts)
        remittance = open_remittance(_remittance(eob, reading, today=today))
        drafts = [_draft(place, one, facts[one.claim], remittance) for place, one in enumerate(reading.claims, 1)]
        stage_payments(remittance, drafts, today=today, now=now)
        finish_staging(remittance, _provider(remittance, reading), errors=[], now=now)
        eob.state, eob.remittance, eob.posted_by, eob.posted_at = Eob.State.POSTED, remittance, actor, now
        eob.another_because = said(another_because) if another_because.strip() else ""
        eob.save()
        if eob.document and claim_ids:
            link_to_claims(eob.document, claim_ids, actor=actor, now=now)
        after = {"remittance": remittance.pk, "amount": eob.amount, "claims": len(reading.claims)}
        audit.record(actor, "eob_posted", "eob", eob.pk, practice_id=eob.practice_id, after=after, now=now)
        release_remittance(remittance, today=today, now=now, actor=actor)
    return eob


def twins_of(eob: Eob) -> list[Remittance]:
    """What is in the books of the same number and amount."""
    if not eob.amount:
        return []
    with transaction.atomic():
        return known_twins(eob.practice_id, trace=eob.trace, amount=eob.amount, but=[eob.remittance_id or 0])


def standing_submissions(claim_ids: Iterable[int], facts: Mapping[int, EnteredClaimFacts]) -> dict[str, Any]:
    """How the submissions and control numbers of claims stand, as JSON keeps it. One query."""
    rows = Submission.objects.filter(claim__in=claim_ids).order_by("pk")
    stood = {
        str(pk): [state, state_on.isoformat(), icn]
        for pk, state, state_on, icn in rows.values_list("pk", "state", "state_on", "icn")
    }
    return {"submissions": stood, "icns": {str(pk): facts[pk].icn for pk in claim_ids}}


def _ensure_tied(reading: EntryReading) -> None:
    if reading.is_tied:
        return
    if reading.errors:
        detail = f"{len(reading.errors)} cells are not right yet; each says what is missing."
    elif reading.difference:
        detail = "The entry does not make the check."
    else:
        detail = "Nothing is entered."
    raise NotTied(f"{detail} Nothing was posted.", errors=dict(reading.errors))


def _ensure_open(eob: Eob) -> None:
    closed = Period.objects.filter(practice=eob.practice_id).aggregate(last=Max("ends_on"))["last"]
    if closed and eob.received_on <= closed:
        raise DomainError(
            f"The books are closed through {closed:%b %d, %Y}, so no deposit of that time can be added. Enter the day "
            "on which it is taken in now.",
            field="received_on",
        )


def _ensure_new(eob: Eob, another_because: str) -> None:
    twins = known_twins(eob.practice_id, trace=eob.trace, amount=eob.amount) if eob.amount else []
    if twins and not another_because.strip():
        twin = twins[0]
        how = "by hand" if twin.source == Remittance.Source.BY_HAND else "from a file"
        who = twin.payer.name if twin.payer else twin.payer_name
        raise KnownCheck(
            f"{who} {twin.trace} of {twin.paid_on:%b %d, %Y} over the same amount came {how} before, so nothing was "
            "posted. Discard this entry if it is the same check; if it is another one, say why.",
            field="another_because",
            remittance=twin.pk,
        )


def _remittance(eob: Eob, reading: EntryReading, *, today: dt.date) -> Remittance:
    return Remittance(
        practice_id=eob.practice_id,
        payer_id=eob.payer_id,
        source=Remittance.Source.BY_HAND,
        key=remittance_key("by hand", eob.pk),
        trace=eob.trace.strip() or f"EOB {eob.pk}",
        payer_name=eob.payer.name[:80],
        method=eob.method,
        amount=eob.amount,
        paid_on=eob.paid_on,
        received_on=eob.received_on,
        state=Remittance.State.STAGED,
        claim_count=len(reading.claims),
        total_charge=sum((one.charge for one in reading.claims), ZERO),
        total_paid=reading.paid,
        total_patient=sum((one.patient_share for one in reading.claims), ZERO),
        total_provider=-reading.at_provider_level,
        is_balanced=True,
    )


def _draft(place: int, one: EnteredClaim, claim: EnteredClaimFacts, remittance: Remittance) -> ClaimPaymentDraft:
    lines = {line.id: line for line in claim.lines}
    paired = [(line, lines[line.line]) for line in one.lines]
    rarcs = [rarc for line in one.lines for rarc in line.remarks]
    row = RemitClaimRow(
        remittance_id=remittance.pk,
        position=place,
        segment=0,
        number=claim.number[:50],
        status=one.status,
        charge=one.charge,
        paid=one.paid,
        patient_responsibility=one.patient_share,
        filing_code="",
        icn=one.icn,
        patient_name=claim.patient[:100],
        member_id="",
        service_from=claim.service_from,
        service_to=claim.service_to,
        rarcs=" ".join(one.remarks)[:60],
        adjustments=[],
        is_forwarded=is_crossover(one.status, [*one.remarks, *rarcs], names_next_payer=False),
    )
    return ClaimPaymentDraft(
        row=row,
        sought=sought_as_it_stands(claim, icn=one.icn),
        lines=[_line(nth, line, known) for nth, (line, known) in enumerate(paired, 1)],
        sought_lines=[_sought_line(known) for _, known in paired],
    )


def sought_as_it_stands(claim: EnteredClaimFacts, *, icn: str) -> SoughtClaim:
    """A claim that a person chose, as the ladder looks for it: nothing of it differs from itself."""
    return SoughtClaim(
        number=claim.number,
        icn=icn,
        member_id="",
        last=claim.last,
        first=claim.first,
        charge=abs(claim.charge),
        service_from=claim.service_from,
        service_to=claim.service_to,
    )


def _line(nth: int, line: EnteredLine, known: EnteredLineFacts) -> RemitLineRow:
    return RemitLineRow(
        position=nth,
        code=known.code,
        modifiers=known.modifiers,
        revenue_code=known.revenue_code,
        submitted_code="",
        control=known.control or str(known.number),
        charge=line.charge,
        paid=line.paid,
        units=known.units,
        allowed=line.allowed,
        service_from=known.service_from,
        service_to=known.service_to,
        adjustments=[[one.group, one.carc, to_cents(one.amount), None] for one in line.adjustments],
        rarcs=" ".join(line.remarks)[:60],
    )


def _sought_line(known: EnteredLineFacts) -> SoughtLine:
    return SoughtLine(
        control=known.control or str(known.number),
        code=known.code,
        modifiers=known.modifiers,
        submitted_code="",
        charge=known.charge,
        service_from=known.service_from,
        revenue_code=known.revenue_code,
    )


def _provider(remittance: Remittance, reading: EntryReading) -> list[ProviderAdjustment]:
    return [
        ProviderAdjustment(
            remittance_id=remittance.pk, position=nth, code=one.code, reference=one.reference, amount=-one.amount
        )
        for nth, one in enumerate(reading.provider, 1)
    ]
