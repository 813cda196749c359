"""Bankruptcies and estates, step by step (RULES 11.8): opened with their hold, followed to their end.

The hold stops everything in the minute it is placed; the case beside it sees to the rest. Nothing here lifts a hold but
the order of a court that somebody entered: a discharge frees what came after the petition, a dismissal everything.
Locks: the accounts of the person by id, their claims, then the case.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, require
from claims.adjustments import services as adjustments
from claims.adjustments.standing import Target
from claims.documents.services import BroughtFile, add_to_account
from claims.receipts.recording import lock_accounts
from collections_app.contacts.hold_facts import day_of
from collections_app.contacts.models import Hold
from collections_app.contacts.services import lift_hold
from collections_app.legal.clocks import split_at
from collections_app.legal.history import note
from collections_app.legal.models import CourtCase, DischargedVisit
from collections_app.legal.selectors import accounts_of_person, case_seen_by, lines_owed, owner_choices

if TYPE_CHECKING:
    from arwork.staff.models import User

Kind, State = CourtCase.Kind, CourtCase.State
#: Which hold opens which case.
KIND_OF = {Hold.Reason.BANKRUPTCY.value: Kind.BANKRUPTCY, Hold.Reason.DECEASED.value: Kind.ESTATE}
_FIRST = {
    Kind.BANKRUPTCY: "Read the court’s notice: chapter, list of creditors, last day to file",
    Kind.ESTATE: "Find who settles the estate, and the court",
}
#: What the end of an estate's case is called, and whether what is owed is given up with it.
ESTATE_ANSWERS = {
    State.ALLOWED.value: "The claim is allowed",
    State.DENIED.value: "The claim is denied",
    State.NO_ESTATE.value: "There is no estate",
}


class BadCase(DomainError):
    """Something about a case that can't be so, naming the field."""

    code = "bad_court_case"


@dataclass(frozen=True, slots=True)
class CaseEnd:
    """What the end of a case gave up: how much, and whether it waits for a second person."""

    amount: Decimal = ZERO
    waits: bool = False
    troubles: int = 0


def follow_hold(hold: Hold, *, actor: "User | None", now: dt.datetime) -> None:
    """Open the case of a bankruptcy or a death with its hold, close it where the hold is lifted, open it again where it
    is restored. The caller holds the transaction."""
    kind = KIND_OF.get(hold.reason)
    if kind is None or hold.person_id is None:
        return
    case = CourtCase.objects.select_for_update().filter(hold=hold).first()
    today = timezone.localdate(now)
    if case is None and hold.lifted_at is None:
        open_case(hold, actor=actor, today=today, now=now)
    elif case is not None and hold.lifted_at is not None and case.is_open:
        _end(case, State.CLOSED, "lifted", "", on=today, actor=actor, today=today, now=now)
    elif case is not None and hold.lifted_at is None and case.state == State.CLOSED:
        case.state, case.ended_on = State.OPEN, None
        case.next_action, case.next_on = _FIRST[kind], today
        case.save(update_fields=["state", "ended_on", "next_action", "next_on"])
        note(case, "restored", actor=actor, today=today, now=now)


def open_case(hold: Hold, *, actor: "User | None", today: dt.date, now: dt.datetime) -> CourtCase:
    """The case of a hold, with its first step for whoever placed it. The caller holds the transaction."""
    kind = KIND_OF[hold.reason]
    case = CourtCase.objects.create(
        practice_id=hold.practice_id, person_id=hold.person_id or 0, account_id=hold.account_id, hold=hold, kind=kind,
        owner=actor, next_action=_FIRST[kind], next_on=today, opened_at=now,
    )  # fmt: skip
    note(case, "opened", actor=actor, today=today, now=now)
    return case


def open_missing_cases(*, today: dt.date, now: dt.datetime) -> int:
    """Cases of holds that have none, however they came to be; how many. Nobody owns these yet: a supervisor sees them
    among what nobody follows."""
    rows = Hold.objects.filter(
        reason__in=list(KIND_OF), lifted_at=None, person__isnull=False, court_case=None, from_on__lte=today
    ).order_by("pk")[:500]
    done = 0
    for hold in rows:
        with transaction.atomic():
            if not CourtCase.objects.filter(hold=hold).exists():
                open_case(hold, actor=None, today=today, now=now)
                done += 1
    return done


def plan_step(
    case_id: int, *, next_action: str, next_on: dt.date, owner_id: int, actor: "User", today: dt.date, now: dt.datetime
) -> CourtCase:
    """Say who does what next, and when. Raises `BadCase` naming the field, `Conflict` where the case is over."""
    require(actor, Capability.WORK_ITEMS)
    words = " ".join(next_action.split())
    if not words:
        raise BadCase("Say what is to be done next.", field="next_action")
    if next_on < today:
        raise BadCase("Choose today or a later day.", field="next_on")
    ensure_not_sensitive(next_action=words)
    with transaction.atomic():
        case = _locked(case_id, actor)
        _ensure_open(case)
        if owner_id not in dict(owner_choices(actor, case.practice_id)):
            raise BadCase("Choose somebody of this practice.", field="owner")
        case.next_action, case.next_on, case.owner_id = words[:200], next_on, owner_id
        case.save(update_fields=["next_action", "next_on", "owner"])
        note(case, "planned", words=f"{words} by {next_on:%b} {next_on.day}", actor=actor, today=today, now=now)
    return case


def read_notice(
    case_id: int,
    *,
    claim_until: dt.date | None,
    is_listed: bool | None,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> CourtCase:
    """Enter what the notice of the court says: the last day to file, and whether the practice is listed as creditor."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        case = _locked(case_id, actor)
        _ensure_open(case)
        case.claim_until, case.is_listed = claim_until, is_listed
        case.save(update_fields=["claim_until", "is_listed"])
        facts = {"claim_until": claim_until, "is_listed": is_listed}
        note(case, "noticed", actor=actor, today=today, now=now, facts=facts)
    return case


def file_claim(
    case_id: int,
    *,
    amount: Decimal,
    filed_on: dt.date,
    copy: tuple[str, bytes] | None,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> CourtCase:
    """Note that the claim was filed with the court, with its copy (name and bytes of a PDF). Raises `BadCase`."""
    require(actor, Capability.WORK_ITEMS)
    if amount <= ZERO:
        raise BadCase("Enter how much was claimed.", field="amount")
    if filed_on > today:
        raise BadCase("This day is still to come.", field="filed_on")
    with transaction.atomic():
        case = _locked(case_id, actor)
        _ensure_open(case)
        if copy is not None:
            name, content = copy
            kept = BroughtFile(BytesIO(content), name, "other", "Claim as filed with the court")
            case.claim_document = add_to_account(case.account_id, kept, actor=actor, now=now)
        case.claim_filed_on, case.claim_amount = filed_on, amount
        case.next_action, case.next_on = "Await the court", today + dt.timedelta(days=30)
        case.save(update_fields=["claim_document", "claim_filed_on", "claim_amount", "next_action", "next_on"])
        note(
            case, "claim_filed", words=f"${amount:,.2f}", actor=actor, today=filed_on, now=now, facts={"amount": amount}
        )
    return case


def discharge(case_id: int, *, on: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> CaseEnd:
    """The court discharged the debts (11 USC 524, 727, 1328): what was owed for services up to the petition is written
    off as bankruptcy, by the limits of whoever enters it or after approval, and never asked for again. The hold ends:
    what came after the petition is billed as ever. Takes somebody who assigns work.

    Raises `BadCase` without a day of the petition, `Conflict`.
    """
    require(actor, Capability.ASSIGN_WORK)
    with transaction.atomic():
        case = _locked_with_books(case_id, actor)
        _ensure_open(case, Kind.BANKRUPTCY)
        filed_on = day_of(case.hold.facts, "filed_on")
        if filed_on is None:
            raise BadCase("Enter on the hold when the petition was filed: it divides the visits.", field="on")
        _ensure_day(on, filed_on, today)
        lines = lines_owed(case.person_id)
        visits = split_at(lines, filed_on)
        gone = [one for one in visits if one.before > ZERO and one.after == ZERO]
        DischargedVisit.objects.bulk_create(
            [DischargedVisit(case=case, claim_id=one.claim_id, discharged_on=on) for one in gone], ignore_conflicts=True
        )
        done = _give_up(
            [Target("PATIENT", one.owed, one.claim_id, one.line_id) for one in lines if one.service_on <= filed_on],
            "WO_BANKRUPTCY", "Discharged by the bankruptcy court", actor=actor, today=today, now=now,
        )  # fmt: skip
        words = f"${done.amount:,.2f} of before the petition"
        _end(case, State.DISCHARGED, "discharged", words, on=on, actor=actor, today=today, now=now)
        lift_hold(actor=actor, hold_id=case.hold_id, now=now, why="discharged")
    return done


def dismiss(case_id: int, *, on: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> CourtCase:
    """The court dismissed the case: the stay ends, and collection goes on as the law allows. The time to sue stood
    still meanwhile (11 USC 108(c)). Takes somebody who assigns work."""
    require(actor, Capability.ASSIGN_WORK)
    with transaction.atomic():
        case = _locked(case_id, actor)
        _ensure_open(case, Kind.BANKRUPTCY)
        _ensure_day(on, None, today)
        words = "The time to sue ends no sooner than 30 days after the notice of it: 11 USC 108(c)"
        _end(case, State.DISMISSED, "dismissed", words, on=on, actor=actor, today=today, now=now)
        lift_hold(actor=actor, hold_id=case.hold_id, now=now, why="dismissed")
    return case


def answer_of_estate(
    case_id: int, *, answer: str, on: dt.date, actor: "User", today: dt.date, now: dt.datetime
) -> CaseEnd:
    """What the court or the representative of an estate said to the claim. Denied, or no estate: what is owed is given
    up, by the limits of whoever enters it or after approval. The hold stays: nobody is asked for the debt of who died.
    """
    require(actor, Capability.ASSIGN_WORK)
    if answer not in ESTATE_ANSWERS:
        raise BadCase("Choose the answer.", field="answer")
    with transaction.atomic():
        case = _locked_with_books(case_id, actor)
        _ensure_open(case, Kind.ESTATE)
        _ensure_day(on, None, today)
        if answer == State.ALLOWED:
            case.state, case.next_action = State.ALLOWED, "Payment of the estate"
            case.next_on = today + dt.timedelta(days=60)
            case.save(update_fields=["state", "next_action", "next_on"])
            note(case, "allowed", actor=actor, today=on, now=now)
            return CaseEnd()
        done = _give_up(
            [Target("PATIENT", one.owed, one.claim_id, one.line_id) for one in lines_owed(case.person_id)],
            "WO_BAD_DEBT", f"Estate: {ESTATE_ANSWERS[answer].lower()}", actor=actor, today=today, now=now,
        )  # fmt: skip
        words = f"${done.amount:,.2f} given up"
        _end(case, State(answer), answer, words, on=on, actor=actor, today=today, now=now)
    return done


def close(case_id: int, *, words: str, actor: "User", today: dt.date, now: dt.datetime) -> CourtCase:
    """Nothing is left to do: paid by the trustee or the estate, or entered by mistake. Raises `BadCase` without why."""
    require(actor, Capability.ASSIGN_WORK)
    if not words.strip():
        raise BadCase("Say why nothing is left to do.", field="words")
    with transaction.atomic():
        case = _locked(case_id, actor)
        _ensure_open(case)
        _end(case, State.CLOSED, "closed", words, on=today, actor=actor, today=today, now=now)
    return case


def _give_up(
    targets: list[Target], books_to: str, reason: str, *, actor: "User", today: dt.date, now: dt.datetime
) -> CaseEnd:
    if not targets:
        return CaseEnd()
    done = adjustments.propose_many(targets, books_to=books_to, reason=reason, actor=actor, today=today, now=now)
    amount = sum((one.amount for one in done.adjustments.values()), ZERO)
    return CaseEnd(amount, done.is_waiting, len(done.troubles))


def _end(
    case: CourtCase, state: str, code: str, words: str, *, on: dt.date, actor: "User | None", today: dt.date,
    now: dt.datetime,
) -> None:  # fmt: skip
    case.state, case.ended_on, case.next_action, case.next_on = state, on, "", None
    case.save(update_fields=["state", "ended_on", "next_action", "next_on"])
    note(case, code, words=words, actor=actor, today=on, now=now)


def _locked(case_id: int, actor: "User") -> CourtCase:
    case_seen_by(actor, case_id)
    return CourtCase.objects.select_for_update(of=("self",)).select_related("hold").get(pk=case_id)


def _locked_with_books(case_id: int, actor: "User") -> CourtCase:
    """The case, behind the accounts of its person: money is about to move."""
    seen = case_seen_by(actor, case_id)
    lock_accounts(accounts_of_person(seen.person_id))
    return _locked(case_id, actor)


def _ensure_open(case: CourtCase, kind: str = "") -> None:
    if kind and case.kind != kind:
        raise Conflict("This is done with a case of the other kind.")
    if not case.is_open:
        raise Conflict(f"This case is over: {case.get_state_display().lower()}.")


def _ensure_day(on: dt.date, since: dt.date | None, today: dt.date) -> None:
    if on > today:
        raise BadCase("This day is still to come.", field="on")
    if since is not None and on < since:
        raise BadCase("That is before the petition.", field="on")
