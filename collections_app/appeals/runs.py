"""Runs: the packets of many denials that have one cause, made in the background, then sent together.

The cases of a run are opened with it, in one transaction. A worker makes their packets batch by batch and holds the
run by its beat; one that died is overtaken after `LEASE`, and what it had made stays made. A case whose packet can't be
made leaves the run with the reason as its next step: it keeps no other waiting.
"""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from arwork.lib import bulk
from arwork.lib.background import enqueue
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.denials.routing import category_label
from claims.documents.models import Document, DocumentLink
from claims.documents.selectors import bytes_of
from claims.documents.store import kept_documents
from claims.practices.closures import closure_book
from collections_app.appeals.appeal_clocks import ask_arrived_on, counts_as_filed_on
from collections_app.appeals.case_files import CaseFile, files_of
from collections_app.appeals.enclosing import SEND_IT, checklist_of
from collections_app.appeals.models import (
    AppealCase,
    AppealedDenial,
    AppealEvent,
    AppealPacket,
    AppealRun,
    AppealSending,
)
from collections_app.appeals.packet import BuiltPacket, build_packet, joined
from collections_app.appeals.sending import AFTER_SENDING, SendingFacts, decision_days, place_of, warnings_of
from collections_app.appeals.services import (
    CLAIM_PARTS,
    BadAppeal,
    NotAppealable,
    can_be_appealed,
    case_books,
    decided_denials,
    drafted,
)

if TYPE_CHECKING:
    from arwork.staff.models import User

MAKE = "collections_app.tasks.make_appeals"
#: Packets made between two beats; claims in one run.
BATCH, MOST = 25, 2_000
LEASE = dt.timedelta(minutes=3)
RunState, State, Did = AppealRun.State, AppealCase.State, AppealEvent.Kind
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SharedCause:
    """Open denials of one payer for one cause that nobody appeals yet: how many claims, and how many dollars."""

    practice_id: int
    payer_id: int
    payer: str
    category: str
    carc: str
    claims: int
    amount: Decimal

    @property
    def label(self) -> str:
        """`CO-50` without its group, and what it is: `50, medical necessity`."""
        return f"{self.carc}, {category_label(self.category)}"


@dataclass(frozen=True, slots=True)
class RunChoice:
    """What a run appeals: a practice's denials by one payer, of one category and reason code (empty: any). `points` are
    said in each letter; `without` is why what is missing of the checklist is left out."""

    practice_id: int
    payer_id: int
    category: str
    carc: str = ""
    points: str = ""
    without: str = ""


def shared_causes(actor: "User") -> list[SharedCause]:
    """Where several claims wait for the same appeal, the most dollars first. One query."""
    require(actor, Capability.SEE_CLAIMS)
    keys = ("practice_id", "payer_id", "payer__name", "category", "carc")
    rows = _unappealed().filter(practice__in=practice_ids(actor)).order_by().values_list(*keys)
    found = rows.annotate(claims=Count("claim", distinct=True), dollars=Sum("amount")).filter(claims__gt=1)
    return sorted((SharedCause(*row) for row in found), key=lambda one: (-one.amount, one.payer, one.carc))[:50]


@transaction.atomic
def start_run(choice: RunChoice, *, actor: "User", today: dt.date, now: dt.datetime) -> AppealRun:
    """Open an appeal of each claim that has such denials, at most `MOST`, and let a worker make the packets.

    Raises `BadAppeal` naming the field, `NotFound` where nothing waits, `QueueUnreachable`.
    """
    require(actor, Capability.ASSIGN_WORK)
    if choice.practice_id not in practice_ids(actor):
        raise NotFound("There is no such practice among yours.")
    if len(choice.without.strip()) < 3:
        raise BadAppeal("Say why what is missing of the checklist is left out.", field="without")
    ensure_not_sensitive(points=choice.points, without=choice.without)
    by_claim = _denials_by_claim(choice)
    books = case_books()
    rows = Claim.objects.select_for_update(of=("self",)).select_related(*CLAIM_PARTS)
    claims = {one.pk: one for one in rows.filter(bulk.Among("pk", by_claim)).order_by("pk")}
    cases: list[AppealCase] = []
    named: list[list[Denial]] = []
    for claim_id, denials in by_claim.items():
        try:
            case = drafted(claims[claim_id], denials, route="appeal", actor=actor, books=books, today=today, now=now)
        except NotAppealable:
            continue
        case.points = choice.points.strip()[:2000]
        cases.append(case)
        named.append(denials)
    if not cases:
        raise NotFound("No claim waits for such an appeal any more.")
    run = AppealRun.objects.create(
        practice_id=choice.practice_id, payer_id=choice.payer_id, category=choice.category, carc=choice.carc,
        points=choice.points.strip()[:2000], without=choice.without.strip()[:200], asked=len(cases), asked_by=actor,
        asked_at=now, asked_on=today,
    )  # fmt: skip
    for case in cases:
        case.run = run
    bulk.insert(AppealCase, cases)
    links = [
        AppealedDenial(case=case, denial=one) for case, denials in zip(cases, named, strict=True) for one in denials
    ]
    bulk.insert(AppealedDenial, links)
    _tell_many(cases, Did.OPENED, ["Opened in a run" for _ in cases], actor=actor, now=now)
    audit.record(actor, "appeal_run_started", "appeal_run", run.pk, practice_id=run.practice_id, now=now,
                 after={"claims": len(cases), "category": run.category, "carc": run.carc})  # fmt: skip
    announce("appeal", claims=[one.claim_id for one in cases])
    enqueue(MAKE, run_id=run.pk)
    return run


def make_run(run_id: int, *, clock: Callable[[], dt.datetime]) -> bool:
    """Make what is still to be made of a run; whether it is complete. Another worker's run is left alone."""
    now = clock()
    free = Q(beat_at=None) | Q(beat_at__lt=now - LEASE)
    if not AppealRun.objects.filter(free, pk=run_id, state=RunState.MAKING).update(beat_at=now):
        return False
    run = AppealRun.objects.select_related("asked_by").get(pk=run_id)
    while ids := _to_make(run):
        room = files_of(ids, today=run.asked_on)
        built: list[tuple[CaseFile, BuiltPacket]] = []
        failed: dict[int, str] = {}
        for file in room.files:
            _leave_out_missing(file, run.without)
            try:
                built.append((file, build_packet(file, room.texts, today=run.asked_on)))
            except DomainError as error:
                failed[file.case.pk] = error.message
        _keep(run, built, failed, now=clock())
    return bool(
        AppealRun.objects.filter(pk=run_id, state=RunState.MAKING).update(
            state=RunState.MADE, finished_at=clock(), beat_at=None
        )
    )


def resume_runs(*, clock: Callable[[], dt.datetime]) -> int:
    """Go on with runs that no worker is at; how many. Rung every minute."""
    stale = Q(beat_at=None, asked_at__lt=clock() - LEASE) | Q(beat_at__lt=clock() - LEASE)
    waiting = list(AppealRun.objects.filter(stale, state=RunState.MAKING).order_by("pk").values_list("pk", flat=True))
    for run_id in waiting:
        try:
            make_run(run_id, clock=clock)
        except Exception:  # it keeps no other waiting
            log.exception("run %s of appeals could not be made", run_id)
    return len(waiting)


@transaction.atomic
def send_run(run_id: int, given: SendingFacts, *, actor: "User", today: dt.date, now: dt.datetime) -> int:
    """Note that the packets of a run left together, as they were made; how many. Those of them that a warning stops, or
    that were changed since, stay to be sent one by one. Nine statements, however many.

    Raises `BadAppeal` naming the field, `Conflict` where nothing can be sent.
    """
    require(actor, Capability.ASSIGN_WORK)
    run = own_run(run_id, actor=actor, locked=True)
    sent_on = given.sent_on or today
    if given.way not in AppealSending.Way.values:
        raise BadAppeal("Say how they leave.", field="way")
    if not run.asked_on <= sent_on <= today:
        raise BadAppeal("They left between the day the run was made and today.", field="sent_on")
    if given.way != AppealSending.Way.MAIL and not given.proof.strip():
        raise BadAppeal("Enter what proves it: number, confirmation or reference.", field="proof")
    ensure_not_sensitive(proof=given.proof, to=given.to)
    packets = packets_to_send(run, is_locked=True)
    room = files_of([one.case_id for one in packets], today=today)
    files = [
        (file, packet)
        for file, packet in zip(room.files, packets, strict=True)
        if not warnings_of(file.case, way=given.way, sent_on=sent_on)
    ]
    if not files:
        raise Conflict("Nothing of this run can be sent together: open the appeals one by one.")
    closures, rules = closure_book().of(run.practice_id), case_books().rules
    sendings, rows = [], {}
    for file, packet in files:
        case = file.case
        filed_on = counts_as_filed_on(case.ladder, way=given.way, sent_on=sent_on)
        went_to = given.to.strip() or place_of(file, given.way)
        sendings.append(
            AppealSending(
                case=case, packet=packet, way=given.way, went_to=went_to[:400], proof=given.proof.strip()[:120],
                sent_on=sent_on, filed_on=filed_on, sent_at=now, sent_by=actor,
            )
        )  # fmt: skip
        rows[case.pk] = (
            State.SENT, sent_on, packet.version.split(";")[0][:40], decision_days(case, filed_on, rules=rules),
            AFTER_SENDING, ask_arrived_on(sent_on, closures=closures),
        )  # fmt: skip
    bulk.insert(AppealSending, sendings)
    columns = ("state", "sent_on", "text_version", "decision_due_on", "next_action", "next_on")
    bulk.write(AppealCase, columns, rows)
    sent = [file.case for file, _ in files]
    _tell_many(sent, Did.SENT, ["Sent with its run" for _ in sent], actor=actor, now=now)
    run.state = RunState.SENT
    run.save(update_fields=["state"])
    announce("appeal", claims=[one.claim_id for one in sent])
    return len(sent)


def print_file(packets: Sequence[AppealPacket]) -> bytes:
    """Packets of a run, one after the other, as they were made: for a printer or a print vendor."""
    if not packets:
        raise NotFound("No packet of this run waits to be sent.")
    return joined([b"".join(bytes_of(one.document)) for one in packets])


def own_run(run_id: int, *, actor: "User", locked: bool = False) -> AppealRun:
    """A run of the actor's practices. Raises `NotFound`."""
    rows = AppealRun.objects.select_for_update(of=("self",)) if locked else AppealRun.objects.all()
    rows = rows.select_related("payer", "practice", "asked_by")
    found = rows.filter(pk=run_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such run of appeals in your practices.")
    return found


def runs_seen(actor: "User") -> QuerySet[AppealRun]:
    """The runs of the actor's practices, the latest first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = AppealRun.objects.filter(practice__in=practice_ids(actor)).select_related("payer", "practice", "asked_by")
    return rows.order_by("-asked_at", "-pk")


def _unappealed() -> QuerySet[Denial]:
    taken = AppealedDenial.objects.filter(denial=OuterRef("pk"), is_open=True)
    decided = decided_denials().filter(denial=OuterRef("pk"))
    return Denial.objects.filter(~Exists(taken), ~Exists(decided), state=Denial.State.OPEN, payer__isnull=False)


def _denials_by_claim(choice: RunChoice) -> dict[int, list[Denial]]:
    """The denials of a choice that can be appealed, by claim: the largest claims first, at most `MOST` of them."""
    rows = _unappealed().filter(practice=choice.practice_id, payer=choice.payer_id, category=choice.category)
    if choice.carc:
        rows = rows.filter(carc=choice.carc)
    found: dict[int, list[Denial]] = {}
    for one in rows.select_related("payer", "rule").order_by("-amount", "pk"):
        if can_be_appealed(one) and (one.claim_id in found or len(found) < MOST):
            found.setdefault(one.claim_id, []).append(one)
    return found


def _to_make(run: AppealRun) -> list[int]:
    made = AppealPacket.objects.filter(case=OuterRef("pk"))
    rows = AppealCase.objects.filter(~Exists(made), run=run, state=State.DRAFTING)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _leave_out_missing(file: CaseFile, why: str) -> None:
    missing = {one.code: why for one in checklist_of(file) if one.is_missing}
    file.case.left_out = {**file.case.left_out, **missing}


@transaction.atomic
def _keep(
    run: AppealRun, built: Sequence[tuple[CaseFile, BuiltPacket]], failed: dict[int, str], *, now: dt.datetime
) -> None:
    """Keep a batch of packets with their documents; what could not be made leaves the run, and what was changed while
    its packet was made waits for another. Ten statements a batch."""
    AppealRun.objects.select_for_update().get(pk=run.pk)
    ids = [*(file.case.pk for file, _ in built), *failed]
    rows = AppealCase.objects.select_for_update(of=("self",)).filter(bulk.Among("pk", ids), state=State.DRAFTING)
    standing = dict(rows.filter(run=run).order_by("pk").values_list("pk", "changed_at"))
    kept = [(file, packet) for file, packet in built if standing.get(file.case.pk) == file.case.changed_at]
    documents = [_document(run, file, packet, now=now) for file, packet in kept]
    bulk.insert(Document, documents)
    pairs = list(zip(kept, documents, strict=True))
    by = {"linked_by": run.asked_by, "linked_at": now}
    links = [DocumentLink(document=document, claim_id=file.case.claim_id, **by) for (file, _), document in pairs]
    links += [
        DocumentLink(document=document, account_id=file.case.claim.account_id, **by) for (file, _), document in pairs
    ]
    bulk.insert(DocumentLink, links)
    packets = [
        AppealPacket(
            case=file.case, document=document, sha256=document.sha256, pages=packet.pages,
            contents=list(packet.contents), version=packet.version[:80], made_on=run.asked_on, made_at=now,
            made_by=run.asked_by,
        )
        for (file, packet), document in pairs
    ]  # fmt: skip
    bulk.insert(AppealPacket, packets)
    ready = {file.case.pk: (State.READY, SEND_IT, file.case.left_out) for file, _ in kept}
    bulk.write(AppealCase, ("state", "next_action", "left_out"), ready)
    gone = {pk: (None, f"Packet not made: {words}"[:120]) for pk, words in failed.items() if pk in standing}
    bulk.write(AppealCase, ("run", "next_action"), gone)
    words = [f"{one.pages} pages, SHA-256 {one.sha256[:16]}" for one in packets]
    _tell_many([file.case for file, _ in kept], Did.PACKET, words, actor=run.asked_by, now=now)
    run.made += len(kept)
    run.skipped += len(gone)
    AppealRun.objects.filter(pk=run.pk).update(beat_at=now, made=run.made, skipped=run.skipped)


def _document(run: AppealRun, file: CaseFile, packet: BuiltPacket, *, now: dt.datetime) -> Document:
    sha256, size = kept_documents.keep(BytesIO(packet.pdf))
    return Document(
        practice_id=run.practice_id, kind=Document.Kind.MADE, media="application/pdf", sha256=sha256, size=size,
        name=f"appeal-{file.case.pk}-{run.asked_on:%Y-%m-%d}.pdf", note="Packet of an appeal", added_by=run.asked_by,
        added_at=now,
    )  # fmt: skip


def packets_to_send(run: AppealRun, *, is_locked: bool = False) -> list[AppealPacket]:
    """The latest packet of each case that is ready and was not changed since, in the order of the cases; the cases
    locked in the caller's transaction, so that nobody changes or sends one meanwhile."""
    cases = AppealCase.objects.filter(run=run, state=State.READY).order_by("pk")
    if is_locked:
        cases = cases.select_for_update(of=("self",))
    ids = list(cases.values_list("pk", flat=True))
    rows = AppealPacket.objects.filter(bulk.Among("case", ids)).select_related("case", "document")
    latest = {one.case_id: one for one in rows.order_by("case", "pk")}
    return [one for one in latest.values() if one.made_at >= one.case.changed_at]


def _tell_many(
    cases: Sequence[AppealCase], kind: str, words: Sequence[str], *, actor: "User", now: dt.datetime
) -> None:
    """Keep the same step of many cases, in their histories and in the trail."""
    bulk.insert(
        AppealEvent,
        [
            AppealEvent(case=case, kind=kind, words=told, by=actor, at=now)
            for case, told in zip(cases, words, strict=True)
        ],
    )
    audit.record_many(
        actor,
        [
            audit.Deed(f"appeal_{kind}", "appeal_case", one.pk, one.practice_id, after={"claim": one.claim_id})
            for one in cases
        ],
        now=now,
    )
