"""A request for records: taken in, screened, extended, handed on, refused or withdrawn; an authorization revoked."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.documents.services import BroughtFile, add_to_account
from claims.parties.models import Patient
from claims.parties.selectors import own_account
from collections_app.contacts.person_facts import facts_of
from collections_app.limits.selectors import limit_book
from collections_app.releases.authorization import Form, RequestBasis, Subject, lacks_of
from collections_app.releases.directory import own_requester
from collections_app.releases.figures import request_figures
from collections_app.releases.models import AuthorizationRevocation, RecordRequest, Screening
from collections_app.releases.rules import OURS, PARTS, due_on

if TYPE_CHECKING:
    from arwork.staff.models import User

State = RecordRequest.State
#: What is to be done next in each open state, and in how many days somebody looks at it.
_NEXT = {
    State.RECEIVED: ("Screen the form", 1),
    State.DEFECTIVE: ("Look for a better form", 14),
    State.VALID: ("Release the records", 2),
    State.INVOICED: ("Look for the payment of the fee", 14),
}


class BadRecordRequest(DomainError):
    """A request, or an answer to one, that can't be so; names the field."""

    code = "bad_record_request"


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """A request as it came: `kind` is a `RequestBasis`, `asked` are codes of `rules.PARTS`, `answer_by` a day that the
    paper names."""

    requester_id: int
    patient_id: int
    kind: str
    received_on: dt.date
    asked: Sequence[str]
    reference: str = ""
    words: str = ""
    service_from: dt.date | None = None
    service_to: dt.date | None = None
    answer_by: dt.date | None = None


def receive(
    account_id: int, draft: RequestDraft, *, actor: "User", today: dt.date, now: dt.datetime,
    paper: BroughtFile | None = None,
) -> RecordRequest:  # fmt: skip
    """Take in a request about a patient of an account, with its paper; who takes it in owns it first.

    Raises `BadRecordRequest` naming the field, `NotFound`, `NoDocument`, `SensitiveText`.
    """
    require(actor, Capability.WORK_ITEMS)
    account = own_account(account_id, actor=actor)
    requester = own_requester(draft.requester_id, actor=actor)
    patient = Patient.objects.filter(pk=draft.patient_id, account=account).first()
    if patient is None or requester.practice_id != account.practice_id:
        raise NotFound("There is no such patient or requester at this account.", field="patient")
    _ensure_sound(draft, today)
    basis = RequestBasis(draft.kind)
    last = due_on(
        basis, draft.received_on, request_figures(requester.practice, on=draft.received_on), asked_by=draft.answer_by
    )
    with transaction.atomic():
        document = add_to_account(account.pk, paper, actor=actor, now=now) if paper else None
        made = RecordRequest(
            practice_id=account.practice_id, account=account, patient=patient, requester=requester, kind=basis,
            reference=" ".join(draft.reference.split()), words=draft.words.strip(),
            asked=[part.code for part in PARTS if part.code in draft.asked], service_from=draft.service_from,
            service_to=draft.service_to, received_on=draft.received_on, due_on=last, document=document, owner=actor,
            entered_by=actor, entered_at=now,
        )  # fmt: skip
        _next(made, today)
        made.save(force_insert=True)
        tell(made, "record_request_received", actor=actor, now=now, after={"kind": made.kind, "due": made.due_on})
    return made


def attach_paper(request_id: int, paper: BroughtFile, *, actor: "User", now: dt.datetime) -> RecordRequest:
    """Keep the form, or a better one, with an open request; it is to be screened then."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        ensure_open(found)
        found.document = add_to_account(found.account_id, paper, actor=actor, now=now)
        found.save(update_fields=["document"])
        tell(found, "record_request_paper", actor=actor, now=now, after={"document": found.document_id})
    return found


def screen(request_id: int, form: Form, *, actor: "User", today: dt.date, now: dt.datetime) -> Screening:
    """Keep what was read off the form, with the verdict that follows from it. Raises `Conflict` for a closed one."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(authority=form.authority, expires_event=form.expires_event)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        ensure_open(found)
        return _screened(found, form, actor=actor, today=today, now=now)


def rely_on(request_id: int, screening_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Screening:
    """Answer a request by an authorization that stands already, of the same patient and requester.

    Raises `NotFound` where there is none, `Conflict` where it was revoked or has expired.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        ensure_open(found)
        stands = Screening.objects.filter(
            pk=screening_id, is_valid=True, basis=RequestBasis.AUTHORIZATION, relies_on=None,
            request__patient=found.patient_id, request__requester=found.requester_id,
        ).first()  # fmt: skip
        if stands is None or found.kind != RequestBasis.AUTHORIZATION:
            raise NotFound("There is no such authorization of this patient for this requester.")
        screened = _screened(found, form_of(stands), actor=actor, today=today, now=now, relies_on=stands)
        if not screened.is_valid:
            raise Conflict("This authorization stands no more: it has expired, or the patient revoked it.")
    return screened


def revoke(screening_id: int, *, revoked_on: dt.date, how: str, actor: "User", today: dt.date, now: dt.datetime) -> int:
    """The patient took an authorization back: whatever waits to leave by it stops at once; how many requests.

    What left before stays right (45 CFR 164.508(b)(5)). Raises `BadRecordRequest`, `Conflict`, `NotFound`.
    """
    require(actor, Capability.WORK_ITEMS)
    how = " ".join(how.split())
    if not how:
        raise BadRecordRequest("Say how the patient revoked it: by which letter, or where it stands.", field="how")
    if revoked_on > today:
        raise BadRecordRequest("Enter a day up to today.", field="revoked_on")
    ensure_not_sensitive(how=how)
    with transaction.atomic():
        given = Screening.objects.filter(pk=screening_id, request__practice__in=practice_ids(actor)).first()
        if given is None or given.basis != RequestBasis.AUTHORIZATION:
            raise NotFound("There is no such authorization in your practices.")
        root_id = given.relies_on_id or given.pk
        by_it = Q(screenings=root_id) | Q(screenings__relies_on=root_id)
        ids = list(RecordRequest.objects.filter(by_it).order_by("pk").values_list("pk", flat=True).distinct())
        rows = list(RecordRequest.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
        if AuthorizationRevocation.objects.filter(screening=root_id).exists():
            raise Conflict("It is revoked already.")
        AuthorizationRevocation.objects.create(screening_id=root_id, revoked_on=revoked_on, how=how, at=now, by=actor)
        stopped = 0
        for row in rows:
            latest = latest_screening(row)
            stands_on_it = latest is not None and root_id in (latest.pk, latest.relies_on_id)
            if row.is_open and stands_on_it and latest is not None:
                _screened(row, form_of(latest), actor=actor, today=today, now=now, relies_on=latest.relies_on or latest)
                stopped += 1
            tell(row, "authorization_revoked", actor=actor, now=now, after={"screening": root_id})
    return stopped


def extend_access(request_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> RecordRequest:
    """Take the longer term for a patient's access; the patient is told in writing why and until when. Once."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        ensure_open(found)
        if found.kind != RequestBasis.ACCESS or found.extended_on is not None:
            raise Conflict("Only a patient’s access is extended, and only once (45 CFR 164.524(b)(2)).")
        if today > found.due_on:
            raise Conflict("Its days are over: it can’t be extended any more. Answer it today.")
        found.extended_on = today
        figures = request_figures(found.practice, on=found.received_on)
        found.due_on = due_on(RequestBasis.ACCESS, found.received_on, figures, is_extended=True)
        found.save(update_fields=["extended_on", "due_on"])
        tell(found, "record_request_extended", actor=actor, now=now, after={"due": found.due_on})
    return found


def plan_next(
    request_id: int, *, owner_id: int, next_action: str, next_on: dt.date, actor: "User", today: dt.date,
    now: dt.datetime,
) -> RecordRequest:  # fmt: skip
    """Say who does what next, and when."""
    require(actor, Capability.WORK_ITEMS)
    next_action = " ".join(next_action.split())[:80]
    if not next_action or next_on < today:
        raise BadRecordRequest("Say what comes next, and on which day from today on.", field="next_action")
    ensure_not_sensitive(next_action=next_action)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        ensure_open(found)
        if not found.practice.staff.filter(pk=owner_id, is_active=True).exists():
            raise BadRecordRequest("Choose somebody who works for this practice.", field="owner")
        found.owner_id, found.next_action, found.next_on = owner_id, next_action, next_on
        found.save(update_fields=["owner", "next_action", "next_on"])
        tell(found, "record_request_planned", actor=actor, now=now, after={"owner": owner_id, "on": next_on})
    return found


def close_without(
    request_id: int, state: str, *, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> RecordRequest:
    """Close a request of which nothing leaves: refused by us, or withdrawn by who asked. It can be opened again."""
    require(actor, Capability.WORK_ITEMS)
    reason = " ".join(reason.split())[:300]
    if state not in (State.REFUSED, State.WITHDRAWN):
        raise BadRecordRequest("Choose refused or withdrawn.", field="state")
    if not reason:
        raise BadRecordRequest("Say why: a refusal names its reason (45 CFR 164.524(d)).", field="reason")
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        ensure_open(found)
        close(found, state, because=reason, today=today)
        tell(found, f"record_request_{state}", actor=actor, now=now)
    return found


def reopen(request_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> RecordRequest:
    """Open a request again that was refused or withdrawn; it is screened anew."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        if found.state not in (State.REFUSED, State.WITHDRAWN):
            raise Conflict("Only what was refused or withdrawn is opened again.")
        found.state, found.closed_on, found.closed_because, found.owner = State.RECEIVED, None, "", actor
        _next(found, today)
        found.save()
        tell(found, "record_request_reopened", actor=actor, now=now)
    return found


# What the other verbs of this slice share.


def locked_request(request_id: int, *, actor: "User") -> RecordRequest:
    """A request of the actor's practices, locked in the caller's transaction. Raises `NotFound`."""
    rows = RecordRequest.objects.select_for_update(of=("self",)).select_related("practice", "requester", "account")
    found = rows.filter(pk=request_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such request in your practices.")
    return found


def ensure_open(request: RecordRequest) -> None:
    """Raise `Conflict` for a request that is closed."""
    if not request.is_open:
        raise Conflict("This request is closed. Look at it again.")


def latest_screening(request: RecordRequest) -> Screening | None:
    """The verdict that counts: the last one."""
    rows = Screening.objects.filter(request=request).select_related("relies_on", "screened_by", "document")
    return rows.order_by("-screened_at", "-pk").first()


def lacks_now(request: RecordRequest, form: Form, *, on: dt.date, root_id: int | None) -> list[str]:
    """What a form lacks on a day, by codes: days go by, and patients revoke."""
    is_revoked = root_id is not None and AuthorizationRevocation.objects.filter(screening=root_id).exists()
    found = lacks_of(RequestBasis(request.kind), form, subject_of(request, on=on), on=on, is_revoked=is_revoked)
    return [point.code for point in found]


def subject_of(request: RecordRequest, *, on: dt.date) -> Subject:
    """What our records say of the patient."""
    person = request.patient.person
    return Subject(
        birth_on=person.birth_on,
        is_dead=facts_of([person.pk], on)[person.pk].is_estate,
        of_age_years=limit_book().value("of_age_years", on=on),
    )


def form_of(screening: Screening) -> Form:
    """What was read off the form, as it was kept."""
    facts: dict[str, Any] = dict(screening.facts)
    for name in ("signed_on", "expires_on"):
        facts[name] = dt.date.fromisoformat(facts[name]) if facts[name] else None
    return Form(**facts | {"shows": frozenset(facts["shows"])})


def close(request: RecordRequest, state: str, *, because: str, today: dt.date) -> None:
    """Nothing is to be done any more."""
    request.state, request.closed_on, request.closed_because = state, today, because
    request.next_action, request.next_on = "", None
    request.save()


def go_to(request: RecordRequest, state: str, *, today: dt.date) -> None:
    """The state that follows, with its next step."""
    request.state = state
    _next(request, today)
    request.save()


def tell(
    request: RecordRequest, action: str, *, actor: "User", now: dt.datetime, after: dict[str, Any] | None = None
) -> None:
    """Leave the trace of a change."""
    told = {"account": request.account_id, **(after or {})}
    audit.record(
        actor, action, "record_request", request.pk, practice_id=request.practice_id, after=told, now=now
    )  # fmt: skip


def _screened(
    request: RecordRequest, form: Form, *, actor: "User", today: dt.date, now: dt.datetime,
    relies_on: Screening | None = None,
) -> Screening:  # fmt: skip
    root_id = relies_on.pk if relies_on else None
    lacks = lacks_now(request, form, on=today, root_id=root_id)
    facts = asdict(form) | {
        "shows": sorted(form.shows),
        "signed_on": form.signed_on.isoformat() if form.signed_on else None,
        "expires_on": form.expires_on.isoformat() if form.expires_on else None,
    }
    made = Screening.objects.create(
        request=request, relies_on=relies_on, document=relies_on.document if relies_on else request.document,
        basis=request.kind, facts=facts, is_valid=not lacks, lacks=lacks, expires_on=form.expires_on,
        screened_on=today, screened_at=now, screened_by=actor,
    )  # fmt: skip
    is_unpaid = request.fee_invoiced_on is not None and request.fee_paid_on is None and request.fee > ZERO
    go_to(request, State.DEFECTIVE if lacks else State.INVOICED if is_unpaid else State.VALID, today=today)
    tell(request, "record_request_screened", actor=actor, now=now, after={"valid": made.is_valid, "lacks": lacks})
    return made


def _next(request: RecordRequest, today: dt.date) -> None:
    action, days = _NEXT[State(request.state)]
    request.next_action, request.next_on = action, today + dt.timedelta(days=days)


def _ensure_sound(draft: RequestDraft, today: dt.date) -> None:
    ensure_not_sensitive(reference=draft.reference, words=draft.words)
    if draft.kind not in list(RequestBasis):
        raise BadRecordRequest("Choose by what right they ask.", field="kind")
    if draft.received_on > today:
        raise BadRecordRequest("Enter the day it came, up to today.", field="received_on")
    if not set(draft.asked) or not set(draft.asked) <= {part.code for part in PARTS}:
        raise BadRecordRequest("Choose what they ask for.", field="asked")
    if not set(draft.asked) & set(OURS):
        raise BadRecordRequest(
            "Medical records are kept by the clinic: send the request there. Nothing of ours is asked.", field="asked"
        )
    if draft.service_from and draft.service_to and draft.service_from > draft.service_to:
        raise BadRecordRequest("The last day of service comes before the first.", field="service_to")
