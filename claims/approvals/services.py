"""Ask a second person, and answer: approve, which carries it out, refuse with a reason, withdraw.

Locks are taken in one order: what the questions are about, then the questions. So two approvers, and an approver and
whoever settles the matter otherwise, come one after the other, and the second is told.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.lib.races import told_when_lost
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.approvals.authority import Authority, authority_now, may_approve
from claims.approvals.kinds import kind_of
from claims.approvals.models import REASON, ApprovalRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

State = ApprovalRequest.State
_ASKED_ALREADY = "A second person was asked about this already. Wait for the answer, or withdraw the question."


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be asked. `authority` names the limits that count; `amount` is dollars, `payload` ids and figures."""

    kind: str
    authority: str
    practice_id: int
    subject: str
    subject_id: int
    amount: Decimal = ZERO
    claim_id: int | None = None
    line_id: int | None = None
    account_id: int | None = None
    books_to: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision about many: which were approved, which went on to somebody with a higher limit, and
    why the others were not (by id)."""

    approved: Sequence[ApprovalRequest] = ()
    passed_on: Sequence[ApprovalRequest] = ()
    troubles: Mapping[int, str] = field(default_factory=dict)


def ask(question: Question, *, reason: str, actor: "User", today: dt.date, now: dt.datetime) -> ApprovalRequest:
    """Ask somebody else to approve. Call in the transaction, and under the lock, of what it is about; the caller knows
    that the actor may ask and can't settle it alone.

    Raises `Conflict` while somebody has asked already, `DomainError` without a reason.
    """
    return ask_many([question], reason=reason, actor=actor, today=today, now=now)[0]


def ask_many(
    questions: Sequence[Question], *, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> list[ApprovalRequest]:
    """The same of many at once, weighed by their sum: what is cut into pieces needs who may approve the whole.

    Raises as `ask`; nothing is asked then.
    """
    if not reason.strip():
        raise DomainError("Say why: whoever approves needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    figures, total = authority_now(), sum((abs(one.amount) for one in questions), ZERO)
    batch = uuid4() if len(questions) > 1 else None
    with transaction.atomic():
        if _waiting_about(questions):
            raise Conflict(_ASKED_ALREADY)
        rows = [_row(one, batch, total, reason, figures, actor, today, now) for one in questions]
        with told_when_lost(_ASKED_ALREADY):
            asked = ApprovalRequest.objects.bulk_create(rows, batch_size=500)
        _note("asked", asked, actor=actor, now=now)
    return asked


def _row(
    one: Question,
    batch: UUID | None,
    total: Decimal,
    reason: str,
    figures: Authority,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> ApprovalRequest:
    return ApprovalRequest(
        practice_id=one.practice_id,
        kind=kind_of(one.kind).code,
        authority=one.authority,
        subject=one.subject,
        subject_id=one.subject_id,
        claim_id=one.claim_id,
        line_id=one.line_id,
        account_id=one.account_id,
        amount=abs(one.amount),
        weighed_amount=total,
        books_to=one.books_to,
        batch=batch,
        payload=dict(one.payload),
        reason=reason.strip()[:REASON],
        asked_by=actor,
        asked_at=now,
        escalates_on=figures.answered_by(today, practice_id=one.practice_id),
    )


def _waiting_about(questions: Sequence[Question]) -> bool:
    """Whether any of the questions waits already. One query a kind of subject."""
    about: dict[tuple[str, str], set[int]] = defaultdict(set)
    for one in questions:
        about[one.kind, one.subject].add(one.subject_id)
    waiting = ApprovalRequest.objects.filter(state=State.WAITING)
    return any(
        waiting.filter(bulk.Among("subject_id", ids), kind=kind, subject=subject).exists()
        for (kind, subject), ids in about.items()
    )


def approve(request_id: int, *, note: str = "", actor: "User", today: dt.date, now: dt.datetime) -> ApprovalRequest:
    """Approve one question and carry it out, in one transaction; where the actor's own limit is too low, pass it on
    with their yes to somebody whose limit is high enough (the question still waits then).

    Raises `Forbidden` for who asked, `Conflict` where it was answered or no longer fits, `NotFound`.
    """
    require(actor, Capability.DECIDE_SECOND)
    with transaction.atomic():
        found = _one(request_id, actor)
        if found.asked_by_id == actor.pk:
            raise Forbidden("You asked: somebody else has to approve or refuse.")
        done = approve_many([request_id], note=note, actor=actor, today=today, now=now)
        if done.troubles:
            raise Conflict(done.troubles[request_id])
    return (*done.approved, *done.passed_on)[0]


def approve_many(
    request_ids: Iterable[int], *, note: str = "", actor: "User", today: dt.date, now: dt.datetime
) -> Decided:
    """Approve what can be approved and say why the rest can't; each is carried out or untouched. Set-based."""
    require(actor, Capability.DECIDE_SECOND)
    ensure_not_sensitive(note=note)
    with transaction.atomic():
        rows, troubles = _locked(request_ids, actor)
        figures = authority_now()
        mine, too_much = [], []
        for row in rows:
            if row.asked_by_id == actor.pk:
                troubles[row.pk] = "You asked: somebody else has to approve or refuse."
            elif may_approve(
                row.authority, row.weighed_amount, actor=actor, practice_id=row.practice_id, today=today, given=figures
            ):
                mine.append(row)
            else:
                too_much.append(row)
        approved = []
        for code, group in _by_kind(mine).items():
            unfit = _carried_out(code, group, note=note, actor=actor, today=today, now=now)
            troubles |= unfit
            approved += [row for row in group if row.pk not in unfit]
        passed_on = _pass_on(too_much, troubles, actor=actor, now=now)
    return Decided(approved, passed_on, troubles)


def refuse(request_ids: Sequence[int], *, note: str, actor: "User", now: dt.datetime) -> list[ApprovalRequest]:
    """Refuse questions; `note` says why, for who asked. All or none. Raises as `approve`."""
    require(actor, Capability.DECIDE_SECOND)
    ensure_not_sensitive(note=note)
    if not note.strip():
        raise DomainError("Say why: whoever asked needs to know.", field="note")
    with transaction.atomic():
        rows = _locked_all(request_ids, actor)
        if any(row.asked_by_id == actor.pk for row in rows):
            raise Forbidden("You asked: somebody else has to approve or refuse. You can withdraw it.")
        _end(rows, State.REFUSED, note=note, actor=actor, now=now)
    return rows


def withdraw(request_id: int, *, actor: "User", now: dt.datetime) -> ApprovalRequest:
    """Take one's own question back. Raises `NotFound`, `Conflict`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with transaction.atomic():
        rows = _locked_all([request_id], actor)
        if rows[0].asked_by_id != actor.pk:
            raise Conflict("Only who asked withdraws the question. Refuse it instead.")
        _end(rows, State.WITHDRAWN, note="", actor=actor, now=now)
    return rows[0]


def supersede(rows: "QuerySet[ApprovalRequest]", *, actor: "User | None", now: dt.datetime) -> int:
    """Say of waiting questions among `rows` that the matter was settled otherwise; how many. Call under the lock of
    what they are about."""
    found = list(rows.filter(state=State.WAITING).order_by("pk").select_for_update())
    if found:
        _end(found, State.SUPERSEDED, note="", actor=actor, now=now)
    return len(found)


def _one(request_id: int, actor: "User") -> ApprovalRequest:
    found = ApprovalRequest.objects.filter(practice__in=practice_ids(actor), pk=request_id).first()
    if found is None:
        raise NotFound("There is no such question in your practices.")
    return found


def _locked(request_ids: Iterable[int], actor: "User") -> tuple[list[ApprovalRequest], dict[int, str]]:
    """Waiting questions of the actor's practices, with what they are about, locked; and a sentence for the others."""
    wanted = sorted(set(request_ids))
    known = ApprovalRequest.objects.filter(bulk.Among("id", wanted), practice__in=practice_ids(actor))
    for code, group in sorted(_by_kind(list(known.order_by("pk"))).items()):
        kind_of(code).lock(group)
    # of=("self",): joined rows of people need no lock
    rows = list(known.select_related("asked_by").select_for_update(of=("self",)).order_by("pk"))
    troubles = dict.fromkeys(wanted, "There is no such question in your practices.")
    for row in rows:
        troubles[row.pk] = "This question is answered already."
    waiting = [row for row in rows if row.state == State.WAITING]
    return waiting, {pk: why for pk, why in troubles.items() if pk not in {row.pk for row in waiting}}


def _locked_all(request_ids: Iterable[int], actor: "User") -> list[ApprovalRequest]:
    rows, troubles = _locked(request_ids, actor)
    for why in troubles.values():
        raise (Conflict if "answered" in why else NotFound)(why)
    return rows


def _by_kind(rows: Iterable[ApprovalRequest]) -> dict[str, list[ApprovalRequest]]:
    found: dict[str, list[ApprovalRequest]] = defaultdict(list)
    for row in rows:
        found[row.kind].append(row)
    return found


def _carried_out(
    code: str, rows: list[ApprovalRequest], *, note: str, actor: "User", today: dt.date, now: dt.datetime
) -> dict[int, str]:
    """Approve and carry out questions of one kind; a sentence for each that doesn't fit, which waits as before.

    Where all of them fail at once each is tried alone.
    """
    try:
        with transaction.atomic():
            _settle(rows, State.APPROVED, note=note, actor=actor, now=now)
            unfit = dict(kind_of(code).carry_out(rows, actor=actor, today=today, now=now))
            undone = [row for row in rows if row.pk in unfit]
            _put_back(undone)
            fitting = [row for row in rows if row.pk not in unfit]
            _note(State.APPROVED, fitting, actor=actor, now=now)
            _tell(fitting)
            return unfit
    except DomainError as error:
        _forget_answer(rows)
        if len(rows) == 1:
            return {rows[0].pk: error.message}
    troubles: dict[int, str] = {}
    for row in rows:
        troubles |= _carried_out(code, [row], note=note, actor=actor, today=today, now=now)
    return troubles


def _put_back(rows: Sequence[ApprovalRequest]) -> None:
    if rows:
        _forget_answer(rows)
        ApprovalRequest.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.WAITING, decided_by=None, decided_at=None, note=""
        )


def _forget_answer(rows: Sequence[ApprovalRequest]) -> None:
    for row in rows:
        row.state, row.decided_by, row.decided_at, row.note = State.WAITING, None, None, ""


def _pass_on(
    rows: Sequence[ApprovalRequest], troubles: dict[int, str], *, actor: "User", now: dt.datetime
) -> list[ApprovalRequest]:
    """Note that somebody with too low a limit said yes; once, for it is the next one's question then."""
    fresh = []
    for row in rows:
        if row.passed_on_at is not None:
            troubles[row.pk] = "It is more than your role approves, and it was passed on already."
            continue
        row.passed_on_at, row.passed_on_by = now, actor
        fresh.append(row)
    ids = [row.pk for row in fresh]
    ApprovalRequest.objects.filter(pk__in=ids).update(passed_on_at=now, passed_on_by=actor)
    _note("passed_on", fresh, actor=actor, now=now)
    return fresh


def _end(rows: Sequence[ApprovalRequest], state: str, *, note: str, actor: "User | None", now: dt.datetime) -> None:
    """Write down that questions ended without being carried out, and tell whoever waits for the answer."""
    _settle(rows, state, note=note, actor=actor, now=now)
    for code, group in _by_kind(rows).items():
        kind_of(code).ended(group, actor=actor, now=now)
    _note(state, rows, actor=actor, now=now)
    _tell(rows)


def _settle(rows: Sequence[ApprovalRequest], state: str, *, note: str, actor: "User | None", now: dt.datetime) -> None:
    text = note.strip()[:REASON]
    for row in rows:
        row.state, row.decided_by, row.decided_at, row.note = state, actor, now, text
    ids = [row.pk for row in rows]
    ApprovalRequest.objects.filter(pk__in=ids).update(state=state, decided_by=actor, decided_at=now, note=text)


def _tell(rows: Sequence[ApprovalRequest]) -> None:
    """The worklist hears of answers: an item that waited for one comes back."""
    announce(
        "approval",
        claims={row.claim_id for row in rows if row.claim_id},
        accounts={row.account_id for row in rows if row.account_id},
    )


def _note(deed: str, rows: Sequence[ApprovalRequest], *, actor: "User | None", now: dt.datetime) -> None:
    audit.record_many(
        actor,
        [audit.Deed(f"approval_{deed}", "approval", row.pk, row.practice_id, after=_facts(row)) for row in rows],
        now=now,
    )


def _facts(row: ApprovalRequest) -> dict[str, Any]:
    facts = {"kind": row.kind, row.subject: row.subject_id, "amount": row.amount, "books_to": row.books_to}
    if row.state != State.WAITING:
        facts |= {"asked_by": row.asked_by_id}
    return {name: value for name, value in facts.items() if value != ""}
