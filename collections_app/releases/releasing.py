"""Records leave: the packet frozen under its hash, the log written, the disclosure recorded where the law counts it."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.dates import long_day
from arwork.lib.errors import Conflict
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, require
from claims.documents import services as documents
from claims.documents.services import MadeFile
from claims.privacy.services import note_disclosure
from collections_app.contacts.models import Hold
from collections_app.contacts.services import place_hold, tell_of_hold
from collections_app.releases.authorization import points_named
from collections_app.releases.directory import lines_of
from collections_app.releases.models import RecordRelease, RecordRequest, Requester, Screening
from collections_app.releases.packet import Packet, PacketChoice, packet_of, where_to
from collections_app.releases.rules import is_counted, needs_minimum, part_labels
from collections_app.releases.services import (
    BadRecordRequest,
    State,
    close,
    ensure_open,
    form_of,
    lacks_now,
    latest_screening,
    locked_request,
    tell,
)

if TYPE_CHECKING:
    from arwork.staff.models import User

Way = RecordRelease.Way
#: What proves that it came: the number of the mail or the confirmation of the fax.
_PROVEN = (Way.CERTIFIED, Way.FAX, Way.HANDED)


@dataclass(frozen=True, slots=True)
class Leaving:
    """How it leaves: `way` is a `RecordRelease.Way`; `because` says why no less would do, where the law asks that."""

    way: str
    went_to: str = ""
    proof: str = ""
    because: str = ""


def release(
    request_id: int,
    choice: PacketChoice,
    *,
    leaving: Leaving,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
    seen_sha256: str = "",
) -> RecordRelease:
    """Let exactly these records leave, and close the request.

    The verdict is asked again on this day: what expired or was revoked since lets nothing leave. With `seen_sha256`
    only the very packet leaves that somebody looked at. Raises `Conflict`, `BadRecordRequest` naming the field.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        screening = _ensure_may_leave(found, today)
        went_to = _ensure_said(found, leaving, today)
        packet = packet_of(found, choice, actor=actor, today=today)
        if seen_sha256 and hashlib.sha256(packet.pdf).hexdigest() != seen_sha256:
            raise Conflict("The books changed since you looked at the packet. Look at it again.")
        document = documents.keep_made(
            found.practice_id, MadeFile(BytesIO(packet.pdf), f"records-{today:%Y-%m-%d}.pdf", "Records released"),
            account_id=found.account_id, claim_ids=list(packet.claim_ids), actor=actor, now=now,
        )  # fmt: skip
        made = RecordRelease.objects.create(
            request=found, screening=screening, document=document, sha256=document.sha256, pages=packet.pages,
            parts=list(packet.parts), attached=list(packet.document_ids), service_from=packet.service_from,
            service_to=packet.service_to, visits=len(packet.claim_ids), because=" ".join(leaving.because.split()),
            way=leaving.way, went_to=went_to, proof=" ".join(leaving.proof.split()), fee=found.fee,
            disclosure_id=_disclosed(found, packet, went_to, actor=actor, today=today, now=now),
            released_on=today, released_at=now, released_by=actor,
        )  # fmt: skip
        close(found, State.RELEASED, because="", today=today)
        told = {"release": made.pk, "pages": made.pages, "sha256": made.sha256, "disclosure": made.disclosure_id}
        tell(found, "records_released", actor=actor, now=now, after=told)
    return made


def name_attorney(request_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> RecordRequest:
    """The letter says that a law firm represents the guarantor: nobody but the firm is contacted about the debt from
    now on (12 CFR 1006.6(b)(2)). Where a hold stands already, it learns the firm. Raises `Conflict`."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        if found.requester.kind != Requester.Kind.LAW_FIRM:
            raise Conflict("Only a law firm represents somebody. Correct the directory first.")
        firm = found.requester
        reach = " · ".join(part for part in (*lines_of(firm)[1:], firm.phone, firm.email) if part)
        facts = {"attorney": firm.name, "attorney_contact": reach}
        stands = Hold.objects.filter(
            person=found.account.guarantor_id, practice=found.practice_id, reason=Hold.Reason.ATTORNEY, lifted_at=None
        ).first()
        if stands is not None:
            found.hold = tell_of_hold(
                actor=actor, hold_id=stands.pk, facts={**(stands.facts or {}), **facts}, now=now, today=today
            )
        else:
            found.hold = place_hold(
                actor=actor, account_id=found.account_id, reason=Hold.Reason.ATTORNEY, facts=facts,
                note="Letter of representation", now=now, today=today,
            )  # fmt: skip
        found.save(update_fields=["hold"])
        tell(found, "attorney_named", actor=actor, now=now, after={"hold": found.hold_id})
    return found


def _ensure_may_leave(request: RecordRequest, today: dt.date) -> Screening:
    ensure_open(request)
    if request.state == State.INVOICED:
        raise Conflict("Its fee is not here yet. Note the payment, or waive the fee.")
    screening = latest_screening(request)
    if request.state != State.VALID or screening is None or not screening.is_valid:
        raise Conflict("Nothing leaves before the form was screened and found valid.")
    root_id = screening.relies_on_id or screening.pk
    if lacks := lacks_now(request, form_of(screening), on=today, root_id=root_id):
        first = points_named(lacks)[0]
        raise Conflict(f"It is valid no more. {first.lacks} ({first.cite}). Screen it again.")
    return screening


def _ensure_said(request: RecordRequest, leaving: Leaving, today: dt.date) -> str:
    """Where it goes, once everything is said that the way and the law want."""
    ensure_not_sensitive(went_to=leaving.went_to, proof=leaving.proof, because=leaving.because)
    if leaving.way not in Way.values:
        raise BadRecordRequest("Say how it leaves.", field="way")
    if leaving.way in _PROVEN and not leaving.proof.strip():
        raise BadRecordRequest(
            "Enter the number of the mail, the confirmation of the fax, or who took it.", field="proof"
        )
    if needs_minimum(request.basis) and not leaving.because.strip():
        raise BadRecordRequest("Say why no less would do: 45 CFR 164.502(b).", field="because")
    went_to = " ".join(leaving.went_to.split()) or _usual_place(request, leaving.way, today)
    if not went_to:
        raise BadRecordRequest("Enter where it goes: the directory does not know it.", field="went_to")
    return went_to


def _usual_place(request: RecordRequest, way: str, today: dt.date) -> str:
    """Where the directory, or the patient's own address, says that a requester is reached in this way."""
    firm = request.requester
    if way == Way.FAX:
        return firm.fax
    if way == Way.EMAIL:
        return firm.email
    lines = where_to(request, on=today)
    return ", ".join(lines) if way == Way.HANDED or len(lines) > 1 else ""


def _disclosed(
    request: RecordRequest, packet: Packet, went_to: str, *, actor: "User", today: dt.date, now: dt.datetime
) -> int | None:
    """The row of the accounting, where 45 CFR 164.528 counts this disclosure; else None."""
    if not is_counted(request.basis):
        return None
    first = long_day(packet.service_from) if packet.service_from else "the first visit"
    last = long_day(packet.service_to) if packet.service_to else "the last visit"
    labels = "; ".join(label.split(":")[0] for label in part_labels(packet.parts))
    number = f", their number {request.reference}" if request.reference else ""
    return note_disclosure(
        request.account, actor=actor, disclosed_on=today, recipient=request.requester.name,
        recipient_address=went_to[:300], what=f"{labels}, services of {first} to {last}"[:500],
        purpose=f"{request.basis.label}{number}"[:500], today=today, now=now,
    ).pk  # fmt: skip
