"""A claim of an 837 whose number stands for another claim: compared with it, and settled as a person decides.

Nothing of such a claim is in the books. It is read again from the kept bytes, shown beside the claim that has its
number, and taken in alone, in one transaction: as a claim of its own, under the number and its first day (payments
that come back under the number find it there), or as the correction of the claim that it was not marked as.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.billing.models import Claim, ClaimLine
from claims.billing.submitted_claims import BillEffect, decide_bill
from claims.edi import store
from claims.edi.claims_837 import ClaimIntake, ConflictChoice
from claims.edi.counterparts import with_known_claims
from claims.edi.file_actions import PARTLY_STATUS
from claims.edi.files import ImportRequest, TransactionTally, bytes_missing
from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.selectors import file_seen_by, may_read_bytes
from claims.edi.services import apply_parked
from claims.edi.store import without_nul_bytes
from claims.edi.translate_837 import TranslatedClaim
from claims.edi.x12.reading import read
from claims.edi.x12.records import Claim837, ClaimRead, TransactionStart

if TYPE_CHECKING:
    from arwork.staff.models import User

CONFLICT_CODE = "number_taken"
_PLACE = re.compile(r"segment (\d+), CLM01")


@dataclass(frozen=True, slots=True)
class NumberConflict:
    """A claim as the file has it, beside the one in the books that has its number, and what disagrees."""

    file: EdiFile
    bill: TranslatedClaim
    claim: Claim
    differs: tuple[str, ...]

    @property
    def choices(self) -> tuple[ConflictChoice, ...]:
        """Somebody else's claim is corrected by nobody."""
        return (
            (ConflictChoice.SEPARATE,)
            if "patient" in self.differs
            else (ConflictChoice.SEPARATE, ConflictChoice.REPLACE)
        )

    @property
    def lines(self) -> list[ClaimLine]:
        """The services of the claim in the books."""
        return list(self.claim.lines.order_by("number"))


def open_conflicts(row: EdiTransaction) -> list[int]:
    """Where the claims in conflict stand that wait in a transaction: the ordinals of their CLM segments."""
    if row.status != PARTLY_STATUS or not row.kind.startswith("837"):
        return []
    return [segment for problem in row.problems if (segment := _segment(problem))]


def compare_conflict(
    file_id: int, *, position: int, segment: int, actor: "User", today: dt.date, now: dt.datetime
) -> NumberConflict:
    """Both claims side by side; that they were read is recorded. Raises `NotFound`, or `Conflict` if nothing waits."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    row = _waiting(file_id, position, segment, actor)
    taking, claim = _read(_intake(row.file, actor, today, now), row, segment)
    bill = taking.bill_of(claim)
    if bill is None:
        raise NotFound("The billing provider of this claim is none of your practices any more.")
    ((_, known),) = with_known_claims([bill])
    decision = decide_bill(bill.bill, known, patient_key=bill.patient_key)
    if known is None or decision.verb != BillEffect.CONFLICT:
        raise Conflict("The books have changed: this claim is in nobody's way any more. Try the file again.")
    audit.record_seen(
        actor, audit.RAW_READ, "edi_file", {"claim": [known.claim_id]}, subject_id=file_id,
        practice_id=bill.bill.practice_id, now=now,
    )  # fmt: skip
    shown = Claim.objects.select_related("patient__person", "payer").get(pk=known.claim_id)
    return NumberConflict(row.file, bill, shown, decision.differs)


def settle_conflict(
    file_id: int,
    *,
    position: int,
    segment: int,
    choice: ConflictChoice,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> Claim:
    """Take in one claim in conflict as `choice` says; the claim that it opened or corrected.

    Raises `NotFound`, or `Conflict` where nothing waits or the books still disagree; then nothing is changed.
    """
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with transaction.atomic():
        EdiTransaction.objects.select_for_update(of=("self",)).filter(file=file_id, position=position).first()
        row = _waiting(file_id, position, segment, actor)
        taking, claim = _read(_intake(row.file, actor, today, now), row, segment)
        bill = taking.bill_of(claim)
        tally = taking.take_one(claim, choice)
        if bill is None or not tally.counts.get("taken"):
            found = tally.problems[-1]["message"] if tally.problems else "The claim can't be taken in."
            raise Conflict(f"It can't be taken in like that. {found}")
        _keep(row, segment, tally)
        taken = Claim.objects.get(submissions__source=bill.bill.source)
        after = {"position": position, "segment": segment, "choice": str(choice), "claim": taken.pk}
        audit.record(actor, "settle_conflict", "edi_file", file_id, practice_id=taken.practice_id, after=after, now=now)
    apply_parked(today=today, now=now, source=bill.bill.source)
    return taken


def _waiting(file_id: int, position: int, segment: int, actor: "User") -> EdiTransaction:
    """The transaction, if the claim at `segment` waits in it and the actor works in every practice of the file."""
    view = file_seen_by(actor, file_id)
    if not may_read_bytes(actor, view):
        raise NotFound("This file holds claims of practices that are not yours. Somebody who works there settles it.")
    row = next((one for one in view.transactions if one.position == position), None)
    if row is None or view.is_busy or segment not in open_conflicts(row):
        raise Conflict("Nothing waits there. Look at the file again.")
    return row


def _intake(file: EdiFile, actor: "User", today: dt.date, now: dt.datetime) -> ImportRequest:
    return ImportRequest(file, file.practice_id, create_missing=False, today=today, now=now, actor=actor)


def _read(intake: ImportRequest, row: EdiTransaction, segment: int) -> tuple[ClaimIntake, Claim837]:
    """The claim at `segment` out of the kept bytes, and its transaction ready to take it."""
    if not store.stored_path(row.file.sha256).exists():
        raise bytes_missing(row.file)
    taking, position = ClaimIntake(intake, row), 0
    with store.open_stored(row.file.sha256) as raw:
        for event in read(without_nul_bytes(raw)):
            if isinstance(event, TransactionStart):
                position += 1
                if position == row.position:
                    taking.begin(event)
            elif position == row.position and isinstance(event, ClaimRead) and event.claim.first_segment == segment:
                assert isinstance(event.claim, Claim837)
                return taking, event.claim
    raise NotFound("The claim is not where it was found. Try the file again.")


def _keep(row: EdiTransaction, segment: int, tally: TransactionTally) -> None:
    """Bring the findings and figures of the transaction to what they are without this conflict."""
    progress = dict(row.summary.get("progress", {}))
    counts = dict(progress.get("counts", {}))
    for word, times in {**tally.counts, "conflict": tally.counts.get("conflict", 0) - 1}.items():
        counts[word] = counts.get(word, 0) + times
    exceptions = int(row.summary.get("exceptions") or 0) - 1
    row.summary = {
        **row.summary,
        "posted": int(row.summary.get("posted") or 0) + tally.counts["taken"],
        "exceptions": exceptions,
        "progress": {**progress, "counts": counts},
    }
    row.problems = [one for one in row.problems if _segment(one) != segment] + tally.problems
    row.status = row.status if exceptions else "posted"
    row.save(update_fields=["summary", "problems", "status"])


def _segment(problem: dict[str, str]) -> int:
    """Where a problem that is a conflict was found; 0 for any other."""
    found = _PLACE.fullmatch(problem["where"]) if problem["code"] == CONFLICT_CODE else None
    return int(found[1]) if found else 0
