"""What people do to find somebody: ask for a search, add leads, confirm or drop one, give up, go on.

Calls to a lead are in `trying`, files in `ncoa_in`, `vendor_in` and `files_out`.
"""

import datetime as dt

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_ids, require
from arwork.staff.models import User
from claims.amendments import history
from claims.amendments.history import Turn, Word
from claims.amendments.models import ChangeSource
from claims.parties.models import Account
from collections_app.limits.selectors import limit_book
from collections_app.tracing import cases as books
from collections_app.tracing.cases import Moment, State, locked_case, tell
from collections_app.tracing.facts import balances_of
from collections_app.tracing.figures import TraceFigures, figures_of
from collections_app.tracing.files_in import import_ncoa
from collections_app.tracing.finding import end_if_found
from collections_app.tracing.lead_values import WRITTEN, shown
from collections_app.tracing.leads import LeadEntry, put_leads, rescore, settle
from collections_app.tracing.models import OPEN_STATES, TraceCase, TraceLead
from collections_app.tracing.sources import BY_HAND, ORIGINS
from collections_app.tracing.writing import write_to_person

__all__ = ["LeadEntry", "import_ncoa"]
Lead = TraceLead.State
#: On whose word a confirmed lead is written, by its source; a file and the web are files.
_WORDS = {"patient": ChangeSource.CALL, "relative": ChangeSource.CALL, "label": ChangeSource.RETURN_MAIL}


class NotTraceable(Conflict):
    """What can't be done to a search or a lead as it stands."""

    code = "not_traceable"
    status = 422


def ask_for_search(account: str, *, words: str, actor: User, today: dt.date, now: dt.datetime) -> TraceCase:
    """Look for whoever answers for an account (its number), though nothing shows yet that they can't be reached.

    Raises `NotTraceable` where they owe less than is worth looking for, or a search is open, `NotFound`.
    """
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(words=words)
    rows = Account.objects.filter(number=account.strip().upper(), practice__in=practice_ids(actor), merged_into=None)
    meant = rows.order_by("pk").first()
    if meant is None:
        raise NotFound("There is no account of this number in your practices.", field="account")
    at, figures = Moment(actor, today, now), _figures(meant.practice_id, today)
    with transaction.atomic():
        balance = balances_of([meant.guarantor_id]).get(meant.guarantor_id)
        if balance is None or balance < figures.stop.least:
            raise NotTraceable(f"Less than ${figures.stop.least:,.2f} is owed: nobody is looked for.")
        if TraceCase.objects.filter(person=meant.guarantor_id, state__in=OPEN_STATES).exists():
            raise NotTraceable("Somebody looks for them already.")
        person = meant.guarantor_id
        case = books.cases_for([person], {person: TraceCase.Why.BY_HAND}, at, next_days=figures.next_days)[person]
        case.owner = actor
        case.save(update_fields=["owner"])
        if words.strip():
            tell([(case, "note", words.strip())], at)
    return case


def add_lead(case_id: int, entry: LeadEntry, *, actor: User, today: dt.date, now: dt.datetime) -> TraceLead:
    """A lead that somebody heard of or found; a search that was given up goes on.

    Raises `BadLead` naming the field, `NotTraceable` where the same lead failed before, `SensitiveText`, `NotFound`.
    """
    require(actor, Capability.WORK_ITEMS)
    if entry.source not in BY_HAND:
        raise DomainError("Say where you have it from.", field="source")
    if entry.said_on > today:
        raise DomainError("That day is still to come.", field="said_on")
    at = Moment(actor, today, now)
    with transaction.atomic():
        case = locked_case(case_id, actor)
        [put] = put_leads({case.pk: [entry]}, {case.pk: case}, at)[case.pk]
        if put.lead.state in (Lead.WRONG, Lead.DEAD):
            raise NotTraceable(f"This lead stands here and was found {put.lead.get_state_display().lower()}.")
        figures = _figures(case.practice_id, today)
        if not case.is_open and put.is_new:
            books.reopen(case, "a new lead came", at, next_days=figures.next_days)
        _rank(case, figures, today)
    put.lead.refresh_from_db()
    return put.lead


def look_at_source(case_id: int, source: str, *, actor: User, today: dt.date, now: dt.datetime) -> TraceCase:
    """Somebody looked into a source of the checklist and found nothing. Raises `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    if source not in ORIGINS:
        raise NotFound("There is no such source.")
    with transaction.atomic():
        case = locked_case(case_id, actor)
        if source not in case.looked_at:
            case.looked_at = [*case.looked_at, source]
            case.save(update_fields=["looked_at"])
            tell([(case, "looked", f"Nothing in {ORIGINS[source].label}")], Moment(actor, today, now))
    return case


def plan_next(
    case_id: int, *, action: str, on: dt.date, owner_id: int | None, actor: User, today: dt.date, now: dt.datetime
) -> TraceCase:
    """Who does what next, and when. Raises `DomainError` naming the field, `NotTraceable` for one that is over."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(action=action)
    if not action.strip():
        raise DomainError("Say what is done next.", field="action")
    if on < today:
        raise DomainError("That day is past.", field="on")
    with transaction.atomic():
        case = locked_case(case_id, actor)
        if not case.is_open:
            raise NotTraceable("This search is over. Reopen it first.")
        if owner_id and owner_id != actor.pk and owner_id not in dict(who_may_look(case_id, actor=actor)):
            raise DomainError("They don't work in this practice.", field="owner")
        case.owner_id, case.state = owner_id or actor.pk, State.WORKING
        case.next_action, case.next_on = " ".join(action.split())[:80], on
        case.save(update_fields=["owner", "state", "next_action", "next_on"])
        tell([(case, "planned", case.next_action)], Moment(actor, today, now))
    return case


def confirm_lead(
    lead_id: int, *, words: str, actor: User, today: dt.date, now: dt.datetime, phone_kind: str = "unknown"
) -> TraceLead:
    """A lead is right: it is written to the person, with its source and a way back, and the search ends as found.

    A number carries no consent to automated calls or texts (RULES 10.2). An employer or a relative stays a lead: enter
    what they told as one of its own. Raises `NotTraceable`, `BadParticulars`, `NotFound`.
    """
    require(actor, Capability.WORK_ITEMS)
    at = Moment(actor, today, now)
    with transaction.atomic():
        case, lead = _lead(lead_id, actor)
        if lead.kind not in WRITTEN:
            raise NotTraceable("Enter what they told you as a lead of its own, and confirm that one.")
        if lead.state == Lead.CONFIRMED:
            raise NotTraceable("This lead is confirmed already.")
        turn = Turn(actor, Word(_word_of(lead), reason=words.strip() or "Confirmed lead of a search"), now, today)
        lead.change = write_to_person(case.person_id, lead, turn, phone_kind=phone_kind)
        lead.save(update_fields=["change"])
        settle(lead, Lead.CONFIRMED)
        tell([(case, "confirmed", shown(lead.kind, lead.parts))], at, lead=lead)
        end_if_found(case, f"{lead.get_kind_display()} confirmed", at)
        _rank(case, _figures(case.practice_id, today), today)
    return lead


def unconfirm_lead(lead_id: int, *, actor: User, today: dt.date, now: dt.datetime) -> TraceLead:
    """It was a mistake: what was written to the person is taken back, and the search goes on. Raises `NotTraceable`,
    `Conflict` where something later stands in the way."""
    require(actor, Capability.WORK_ITEMS)
    at = Moment(actor, today, now)
    with transaction.atomic():
        case, lead = _lead(lead_id, actor)
        if lead.state != Lead.CONFIRMED:
            raise NotTraceable("This lead is not confirmed.")
        if lead.change_id:
            history.undo(
                lead.change_id, Turn(actor, Word(ChangeSource.SLIP, reason="Confirmed by mistake"), now, today)
            )
            lead.change = None
            lead.save(update_fields=["change"])
        settle(lead, Lead.TRIED if lead.tried_on else Lead.UNTRIED)
        figures = _figures(case.practice_id, today)
        tell([(case, "unconfirmed", shown(lead.kind, lead.parts))], at, lead=lead)
        if not case.is_open:
            books.reopen(case, "a lead was confirmed by mistake", at, next_days=figures.next_days)
        _rank(case, figures, today)
    return lead


def drop_lead(
    lead_id: int, state: str, *, words: str, actor: User, today: dt.date, now: dt.datetime
) -> TraceLead:  # fmt: skip
    """A lead reaches somebody else (`wrong`) or nobody (`dead`); it is not tried again. Raises `NotTraceable`."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(words=words)
    if state not in (Lead.WRONG, Lead.DEAD):
        raise DomainError("Choose what is so of it.", field="state")
    with transaction.atomic():
        case, lead = _lead(lead_id, actor)
        if lead.state not in books.LIVE:
            raise NotTraceable(f"This lead is {lead.get_state_display().lower()} already.")
        settle(lead, state)
        tell([(case, state, words.strip() or shown(lead.kind, lead.parts))], Moment(actor, today, now), lead=lead)
        _rank(case, _figures(case.practice_id, today), today)
    return lead


def revive_lead(lead_id: int, *, actor: User, today: dt.date, now: dt.datetime) -> TraceLead:
    """It was dropped by mistake. Raises `NotTraceable` for one that was not."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        case, lead = _lead(lead_id, actor)
        if lead.state not in (Lead.WRONG, Lead.DEAD):
            raise NotTraceable("This lead was not dropped.")
        settle(lead, Lead.TRIED if lead.tried_on else Lead.UNTRIED)
        tell([(case, "revived", shown(lead.kind, lead.parts))], Moment(actor, today, now), lead=lead)
        _rank(case, _figures(case.practice_id, today), today)
    return lead


def stop(case_id: int, *, words: str, actor: User, today: dt.date, now: dt.datetime) -> TraceCase:
    """Nobody looks any more, for a reason; the house does not open it again by itself. Raises `NotTraceable`."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(words=words)
    if not words.strip():
        raise DomainError("Say why nobody looks any more.", field="words")
    with transaction.atomic():
        case = locked_case(case_id, actor)
        if not case.is_open:
            raise NotTraceable("This search is over already.")
        books.close(case, State.STOPPED, words.strip(), Moment(actor, today, now))
    return case


def reopen(case_id: int, *, words: str, actor: User, today: dt.date, now: dt.datetime) -> TraceCase:
    """Look on. Raises `NotTraceable` for one that is open."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(words=words)
    with transaction.atomic():
        case = locked_case(case_id, actor)
        if case.is_open:
            raise NotTraceable("This search is open.")
        figures = _figures(case.practice_id, today)
        books.reopen(case, words.strip() or "somebody looks on", Moment(actor, today, now), next_days=figures.next_days)
        _rank(case, figures, today)
    return case


def case_of_lead(lead_id: int, *, actor: User) -> int:
    """The search that a lead belongs to. Raises `NotFound`."""
    rows = TraceLead.objects.filter(pk=lead_id, case__practice__in=practice_ids(actor))
    found = rows.values_list("case", flat=True).first()
    if found is None:
        raise NotFound("There is no such lead in your practices.")
    return found


def who_may_look(case_id: int, *, actor: User) -> list[tuple[int, str]]:
    """Who may look for somebody, other than the actor: who works items of the practice. One query."""
    practice = TraceCase.objects.filter(pk=case_id, practice__in=practice_ids(actor)).values("practice")
    staff = User.objects.filter(
        is_active=True, is_service=False, role__in=books.WORKING_ROLES, practices__in=practice
    ).exclude(pk=actor.pk)
    return [(one.pk, one.get_full_name() or one.username) for one in staff.order_by("first_name", "pk")]


def _word_of(lead: TraceLead) -> str:
    codes = list(lead.sources.order_by("pk").values_list("source", flat=True))
    return next((_WORDS[code] for code in codes if code in _WORDS), ChangeSource.FILE)


def _lead(lead_id: int, actor: User) -> tuple[TraceCase, TraceLead]:
    """A lead with its case, both locked, the case first. Raises `NotFound`."""
    lead = TraceLead.objects.filter(pk=lead_id).first()
    if lead is None:
        raise NotFound("There is no such lead in your practices.")
    case = locked_case(lead.case_id, actor)
    return case, TraceLead.objects.select_for_update().get(pk=lead_id)


def _figures(practice_id: int, today: dt.date) -> TraceFigures:
    return figures_of(limit_book(), practice_id, on=today)


def _rank(case: TraceCase, figures: TraceFigures, today: dt.date) -> None:
    rescore([case], {case.practice_id: figures.weights}, on=today)
    books.rank([case])
