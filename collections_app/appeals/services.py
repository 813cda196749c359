"""Opening an appeal, at its first level or the next one; taking it over, planning its next step, withdrawing it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from arwork.lib.dates import long_day
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.denials.claim_windows import windows_of_denial
from claims.denials.models import Denial
from claims.payers.deadlines import APPEALS, RuleScope, governing_state
from claims.payers.rule_book import rule_book
from claims.payers.rules import RuleBook
from claims.practices.closures import ClosureBook, closure_book
from collections_app.appeals.appeal_clocks import AppealWindow, window_of
from collections_app.appeals.appeal_levels import AppealLevel, ladder_code, level_of, next_level
from collections_app.appeals.models import UNSENT, AppealCase, AppealedDenial, AppealEvent

if TYPE_CHECKING:
    from arwork.staff.models import User

State, Did = AppealCase.State, AppealEvent.Kind
FIRST_STEP = "Gather what goes along, and write the letter"
LONGEST = 1_000


class BadAppeal(DomainError):
    """An appeal that can't be kept or sent as entered, naming the field."""

    code = "bad_appeal"


class NotAppealable(DomainError):
    """What was denied can't be appealed, and what to do instead."""

    code = "not_appealable"


@dataclass(frozen=True, slots=True)
class CaseBooks:
    """The payer rules and closed days by which windows are counted; read once for many cases."""

    rules: RuleBook
    closures: ClosureBook


def case_books() -> CaseBooks:
    """As they stand now."""
    return CaseBooks(rule_book(), closure_book())


@transaction.atomic
def open_case(
    claim_id: int, *, denial_ids: Sequence[int], route: str, actor: "User", today: dt.date, now: dt.datetime
) -> AppealCase:
    """Open an appeal of denials of one claim by one payer, at the level that their notice opens, or the next one after
    a decision; none named: all that can be appealed. `route` is how it was chosen (`appeal`, `reconsideration`).

    Raises `NotAppealable` with what to do instead, `Conflict` where one is appealed already, `NotFound`, `Forbidden`.
    """
    require(actor, Capability.WORK_ITEMS)
    claim = _claim(claim_id, actor)
    denials, before = _chosen(claim, denial_ids)
    if before is not None:
        if before.outcome == AppealCase.Outcome.WON:
            raise Conflict("It was won: wait for the payment, or ask for it.")
        return open_next_level(before.pk, received_on=None, actor=actor, today=today, now=now)
    case = drafted(claim, denials, route=route, actor=actor, books=case_books(), today=today, now=now)
    case.save(force_insert=True)
    AppealedDenial.objects.bulk_create([AppealedDenial(case=case, denial=one) for one in denials])
    tell(case, Did.OPENED, actor=actor, now=now, words="; ".join(case.reasoning)[:LONGEST])
    return case


@transaction.atomic
def open_next_level(
    case_id: int, *, received_on: dt.date | None, actor: "User", today: dt.date, now: dt.datetime
) -> AppealCase:
    """Go on after a decision against us: the window of the next level runs from it. `received_on` is the documented day
    on which the decision came. What went along before goes along again.

    Raises `Conflict` where there is no decision against us, no further level, or it goes on already; `BadAppeal`.
    """
    before = locked_case(case_id, actor=actor)
    level = level_above(before)
    if before.state != State.DECIDED or before.outcome == AppealCase.Outcome.WON or before.decided_on is None:
        raise Conflict("The next level follows a decision against us. Record it first.")
    if level is None:
        raise Conflict("There is no further level. Write it off with the reason, or look for another way.")
    if AppealCase.objects.filter(previous=before).exists():
        raise Conflict("The next level is open already.")
    if received_on is not None and not before.decided_on <= received_on <= today:
        raise BadAppeal("The decision came between its own day and today.", field="received_on")
    open_ones = [one.denial for one in before.denials.select_related("denial") if one.denial.state == Denial.State.OPEN]
    if not open_ones:
        raise Conflict("Nothing that was denied is still open.")
    if AppealedDenial.objects.filter(denial__in=open_ones, is_open=True).exists():
        raise Conflict("It is appealed already. Look at the appeals of the claim.")
    window = next_window(before, received_on=received_on)
    case = AppealCase(
        practice_id=before.practice_id, claim_id=before.claim_id, payer_id=before.payer_id, previous=before,
        route=before.route, ladder=before.ladder, level=level.number, category=before.category,
        amount=sum((one.amount - one.recovered for one in open_ones), ZERO), notice_on=before.decided_on,
        notice_received_on=received_on, points=before.points, is_urgent=before.is_urgent, owner=actor,
        next_action=FIRST_STEP, next_on=today, opened_on=today, opened_by=actor, changed_at=now,
        **window_columns(window),
    )  # fmt: skip
    case.save(force_insert=True)
    AppealedDenial.objects.bulk_create([AppealedDenial(case=case, denial=one) for one in open_ones])
    for enclosure in before.enclosures.order_by("position", "pk"):
        case.enclosures.create(document_id=enclosure.document_id, kind=enclosure.kind, position=enclosure.position)
    tell(case, Did.OPENED, actor=actor, now=now, words="; ".join(case.reasoning)[:LONGEST])
    return case


def drafted(
    claim: Claim,
    denials: Sequence[Denial],
    *,
    route: str,
    actor: "User",
    books: CaseBooks,
    today: dt.date,
    now: dt.datetime,
) -> AppealCase:
    """A case before it is stored, with its window and reasoning. No query where payers, plans and rules are read."""
    first = max(denials, key=lambda one: one.amount)
    payer = first.payer or claim.payer
    if payer is None:
        raise NotAppealable("Nobody knows which payer denied it. Name the payer on the claim first.", field="payer")
    cover = next(
        (one for one in (claim.coverage1, claim.coverage2, claim.coverage3) if one and one.payer_id == payer.pk), None
    )
    plan = cover.plan if cover else None
    ladder = ladder_code(payer.payer_class, plan.funding if plan else "")
    number = min(_level_numbers(first), default=1)
    level = level_of(ladder, number) or level_of(ladder, 1)
    if level is None:
        raise NotAppealable("This payer has no appeal.")
    notice_on = min(one.initial_on for one in denials)
    scope = _scope(claim, payer, plan.pk if plan else None, books)
    window = window_of(level, notice_on=notice_on, received_on=None, scope=scope, rules=books.rules)
    return AppealCase(
        practice_id=claim.practice_id, claim=claim, payer=payer, route=route[:24], ladder=ladder, level=level.number,
        category=first.category, amount=sum((one.amount - one.recovered for one in denials), ZERO),
        notice_on=notice_on, owner=actor, next_action=FIRST_STEP, next_on=today, opened_on=today, opened_by=actor,
        changed_at=now, **window_columns(window),
    )  # fmt: skip


def next_window(case: AppealCase, *, received_on: dt.date | None = None) -> AppealWindow:
    """The window of the next level after the decision of a case."""
    level = level_above(case)
    if level is None or case.decided_on is None:
        return AppealWindow(None, None, ("There is no further level.",))
    return _window_at(case, level, case.decided_on, received_on)


def level_above(case: AppealCase) -> AppealLevel | None:
    """The level to which a case would go on."""
    level = level_of(case.ladder, case.level)
    return next_level(level) if level else None


@transaction.atomic
def change_notice(
    case_id: int,
    *,
    notice_on: dt.date,
    received_on: dt.date | None,
    is_urgent: bool,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> AppealCase:
    """Put right which notice a case answers, and the documented day on which it came; its window is counted anew."""
    case = locked_case(case_id, actor=actor)
    ensure_unsent(case)
    if notice_on > today:
        raise BadAppeal("The notice is not of a day to come.", field="notice_on")
    if received_on is not None and not notice_on <= received_on <= today:
        raise BadAppeal("It came between its own day and today.", field="received_on")
    level = level_of(case.ladder, case.level)
    if level is None:
        raise NotAppealable("This payer has no such level.")
    window = _window_at(case, level, notice_on, received_on)
    case.notice_on, case.notice_received_on, case.is_urgent = notice_on, received_on, is_urgent
    for name, value in window_columns(window).items():
        setattr(case, name, value)
    changed(case, now=now)
    tell(case, Did.WRITTEN, actor=actor, now=now, words="; ".join(case.reasoning)[:LONGEST])
    return case


@transaction.atomic
def take(case_id: int, *, actor: "User", now: dt.datetime) -> AppealCase:
    """Answer for a case from now on."""
    case = locked_case(case_id, actor=actor)
    ensure_open(case)
    case.owner = actor
    case.save(update_fields=["owner"])
    tell(case, Did.TAKEN, actor=actor, now=now)
    return case


@transaction.atomic
def plan_next(case_id: int, *, action: str, on: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> AppealCase:
    """What comes next, and when. Raises `BadAppeal` naming the field, `SensitiveText`."""
    case = locked_case(case_id, actor=actor)
    ensure_open(case)
    action = " ".join(action.split())
    if not action:
        raise BadAppeal("Say what comes next.", field="action")
    if on < today:
        raise BadAppeal("Choose today or a later day.", field="on")
    ensure_not_sensitive(action=action)
    case.next_action, case.next_on, case.owner = action[:120], on, case.owner or actor
    case.save(update_fields=["next_action", "next_on", "owner"])
    tell(case, Did.PLANNED, actor=actor, now=now, words=f"{case.next_action}, {long_day(on)}")
    return case


@transaction.atomic
def withdraw(case_id: int, *, why: str, actor: "User", today: dt.date, now: dt.datetime) -> AppealCase:
    """Give an appeal up, with the reason; its denials can be appealed again while their window is open."""
    case = locked_case(case_id, actor=actor)
    ensure_open(case)
    close(case, State.WITHDRAWN, words=said("why", why), today=today)
    tell(case, Did.WITHDRAWN, actor=actor, now=now, words=case.answer)
    return case


def locked_case(case_id: int, *, actor: "User") -> AppealCase:
    """A case of the actor's practices, locked in the caller's transaction. Raises `NotFound`, `Forbidden`."""
    require(actor, Capability.WORK_ITEMS)
    rows = AppealCase.objects.select_for_update(of=("self",)).select_related("claim", "payer", "practice")
    found = rows.filter(pk=case_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such appeal in your practices.")
    return found


def ensure_open(case: AppealCase) -> None:
    """Raise `Conflict` for a case that is over."""
    if not case.is_open:
        raise Conflict("This appeal is over. Open the next level, or a new one.")


def ensure_unsent(case: AppealCase) -> None:
    """Raise `Conflict` for a case whose packet has left."""
    if case.state not in UNSENT:
        raise Conflict("It was sent as it is, and stays so.")


def changed(case: AppealCase, *, now: dt.datetime) -> None:
    """Store a case whose packet would look different: it is to be made ready again."""
    case.changed_at = now
    if case.state == State.READY:
        case.state, case.next_action = State.DRAFTING, FIRST_STEP
    case.save()


def close(case: AppealCase, state: str, *, words: str, today: dt.date) -> None:
    """End a case in the caller's transaction; its denials may be appealed again, and the level of one that was given up
    unsent may be opened again."""
    if state == State.WITHDRAWN and case.state in UNSENT:
        case.previous = None
    case.state, case.answer, case.closed_on = state, words[:LONGEST], today
    case.next_action, case.next_on = "", None
    case.save()
    AppealedDenial.objects.filter(case=case).update(is_open=False)


def said(name: str, words: str) -> str:
    """Words that somebody has to say. Raises `BadAppeal`, `SensitiveText`."""
    words = words.strip()[:LONGEST]
    if len(words) < 3:
        raise BadAppeal("Say it in a few words: whoever opens this later needs to know.", field=name)
    ensure_not_sensitive(**{name: words})
    return words


def tell(case: AppealCase, kind: str, *, actor: "User | None", now: dt.datetime, words: str = "", **after: Any) -> None:
    """Keep what happened to a case, in its history and in the trail, and let the worklist look at the claim."""
    AppealEvent.objects.create(case=case, kind=kind, words=words, by=actor, at=now)
    facts = {"claim": case.claim_id, "level": case.level, "state": case.state, **after}
    audit.record(actor, f"appeal_{kind}", "appeal_case", case.pk, practice_id=case.practice_id, after=facts, now=now)
    announce("appeal", claims=[case.claim_id])


def window_columns(window: AppealWindow) -> dict[str, Any]:
    """The columns of a case that keep its window."""
    return {
        "last_day_on": window.last_day,
        "due_on": window.internal_day,
        "reasoning": list(window.reasoning),
        "source": window.source[:300],
    }


def can_be_appealed(denial: Denial) -> bool:
    """Whether the notice opens a window of an appeal: not after MA130, nor where Medicare gave no determination."""
    return bool(_level_numbers(denial))


def decided_denials() -> QuerySet[AppealedDenial]:
    """Denials whose appeal is decided: the next level follows it, or the money. What was won and then denied by a later
    remittance is not among them: it is denied anew."""
    stands = ~Q(case__outcome=AppealCase.Outcome.WON) | Q(
        case__decided_on__gte=F("denial__remit_claim__remittance__paid_on")
    )
    return AppealedDenial.objects.filter(stands, case__state=State.DECIDED)


def _level_numbers(denial: Denial) -> list[int]:
    return [APPEALS.index(one.kind) + 1 for one in windows_of_denial(denial) if one.kind in APPEALS]


def _window_at(case: AppealCase, level: AppealLevel, notice_on: dt.date, received_on: dt.date | None) -> AppealWindow:
    claim = Claim.objects.select_related(*CLAIM_PARTS).get(pk=case.claim_id)
    covers = (claim.coverage1, claim.coverage2, claim.coverage3)
    cover = next((one for one in covers if one and one.payer_id == case.payer_id), None)
    books = case_books()
    scope = _scope(claim, case.payer, cover.plan_id if cover else None, books)
    return window_of(level, notice_on=notice_on, received_on=received_on, scope=scope, rules=books.rules)


#: What of a claim is read with it, to count the windows of its appeals.
CLAIM_PARTS = (
    "practice", "payer", "coverage1__payer", "coverage1__plan", "coverage2__payer", "coverage2__plan",
    "coverage3__payer", "coverage3__plan",
)  # fmt: skip


def _scope(claim: Claim, payer: Any, plan_id: int | None, books: CaseBooks) -> RuleScope:
    return RuleScope(
        payer_class=payer.payer_class,
        payer_id=payer.pk,
        plan_id=plan_id,
        practice_id=claim.practice_id,
        state=governing_state(payer=payer.state, practice=claim.practice.state),
        closures=books.closures.of(claim.practice_id),
    )


def _claim(claim_id: int, actor: "User") -> Claim:
    rows = Claim.objects.select_for_update(of=("self",)).select_related(*CLAIM_PARTS)
    found = rows.filter(pk=claim_id, practice__in=practice_ids(actor), merged_into=None).first()
    if found is None:
        raise NotFound("There is no such claim in your practices.")
    return found


def _chosen(claim: Claim, denial_ids: Iterable[int]) -> tuple[list[Denial], AppealCase | None]:
    """The denials that are to be appealed: those named, or all that can be; of one payer, and in no open case. With
    them the decided case that they go on from, where there is one."""
    wanted = set(denial_ids)
    rows = Denial.objects.filter(claim=claim, state=Denial.State.OPEN).select_related("payer", "rule").order_by("pk")
    found = [one for one in rows if not wanted or one.pk in wanted]
    if not found or wanted - {one.pk for one in found}:
        raise NotFound("Nothing of this claim is denied and open, or not any more. Look at the claim again.")
    able = [one for one in found if can_be_appealed(one)]
    if not able or (wanted and len(able) < len(found)):
        raise NotAppealable(
            "This denial can’t be appealed: the payer’s remark or the law gives no appeal. Send a new claim, or see "
            "what else is open on the claim."
        )
    taken = set(AppealedDenial.objects.filter(denial__in=able, is_open=True).values_list("denial_id", flat=True))
    if taken and (wanted or len(taken) == len(able)):
        raise Conflict("It is appealed already. Look at the appeals of the claim.")
    able = [one for one in able if one.pk not in taken]
    if len({one.payer_id for one in able}) > 1:
        if wanted:
            raise BadAppeal("They were denied by two payers: appeal to each of them.", field="denials")
        able = [one for one in able if one.payer_id == able[0].payer_id]
    links = decided_denials().filter(denial__in=able).select_related("case").order_by("case")
    decided = {one.denial_id: one.case for one in links}
    fresh = [one for one in able if one.pk not in decided]
    if not decided or (fresh and not wanted):
        return fresh, None
    if fresh or len({one.pk for one in decided.values()}) > 1:
        raise BadAppeal("They stand at different levels: appeal each by itself.", field="denials")
    return able, decided[able[0].pk]
