"""Claims asked about: by a person, one or several, and every night whatever is due (RULES 9.3).

A question is a row before anything leaves: no claim is asked about twice at a time, and the sweep asks about none twice
a day. What was asked in a file and not answered for days is given up, so that it can be asked again.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.errors import DomainError
from arwork.lib.races import LOST_RACE, ChangedMeanwhile, told_when_lost
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from collections_app.status_requests.asked_facts import claims_to_ask, owing_payer
from collections_app.status_requests.models import ClaimQuestion
from collections_app.status_requests.sending import send_questions
from collections_app.status_requests.states import FILE, STATUS, QuestionState
from collections_app.status_requests.ways import open_ways
from collections_app.status_requests.work import DueClaim, due_claims

if TYPE_CHECKING:
    from arwork.staff.models import User

#: A claim that was asked about is left alone by the sweep for so many days; a person may ask sooner.
REST_DAYS = 3
#: A file that nobody answered for so many days is given up.
GIVEN_UP_DAYS = 5
MOST_AT_ONCE = 500
_WAITING = (QuestionState.READY, QuestionState.ASKED)
_SOMEBODY = "somebody asked"


class NotAsked(DomainError):
    """Nothing could be asked, and why."""

    code = "not_asked"


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """How many claims were asked about, how many answers came at once, how many questions failed, and why others were
    not asked, with how many each reason held back."""

    asked: int = 0
    answered: int = 0
    failed: int = 0
    held_back: tuple[tuple[str, int], ...] = ()


def ask_claims(claim_ids: Iterable[int], *, actor: "User", today: dt.date, now: dt.datetime) -> AskedAbout:
    """Ask about these claims of the actor's practices now. Never within a transaction: questions leave.

    Raises `NotAsked` where nothing can be asked about any of them, `ChangedMeanwhile` and `Forbidden`.
    """
    require(actor, Capability.WORK_ITEMS)
    wanted = list(dict.fromkeys(claim_ids))[:MOST_AT_ONCE]
    with told_when_lost(LOST_RACE), transaction.atomic():
        found = claims_to_ask(wanted, practice_ids=practice_ids(actor))
        questions, held = _questions(found, {}, actor=actor, today=today, now=now)
        counted = Counter(one.practice_id for one in questions)
        audit.record_many(
            actor,
            [
                audit.Deed("ask_claim_status", "practice", practice, practice, None, {"claims": count})
                for practice, count in sorted(counted.items())
            ],
            now=now,
        )
    if not questions:
        raise NotAsked(next(iter(held), "There is no such claim in your practices."))
    sent = send_questions(STATUS, [one.pk for one in questions], actor=actor, today=today, now=now)
    return AskedAbout(len(questions), sent.answered, sent.failed, tuple(held.items()))


def sweep(*, today: dt.date, now: dt.datetime) -> AskedAbout:
    """Ask about everything that is due at payers that are asked, within each payer's limit of the day. Idempotent for
    the day: what was asked about is not asked about again. For a job; bounded batches."""
    give_up(today=today)
    ways = open_ways(STATUS)
    left = {payer: way.most_a_day for payer, way in ways.items()}
    asked = ClaimQuestion.objects.filter(asked_on=today, payer__in=left).order_by().values_list("payer_id", flat=True)
    for payer, count in Counter(asked).items():
        left[payer] -= count
    open_payers = [payer for payer, most in left.items() if most > 0]
    if not open_payers:
        return AskedAbout()
    due = due_claims(practice_ids=None, payer_ids=open_payers, today=today, most=max(left.values()))
    total = AskedAbout()
    for batch in bulk.chunks(_within(due, left), MOST_AT_ONCE):
        total = _added(total, _ask_batch(batch, today=today, now=now))
    return total


def give_up(*, today: dt.date) -> int:
    """Give up what nobody answered within some days; how many."""
    old = ClaimQuestion.objects.filter(
        state__in=_WAITING, way=FILE, asked_on__lt=today - dt.timedelta(days=GIVEN_UP_DAYS)
    )
    stuck = ClaimQuestion.objects.filter(state__in=_WAITING, asked_on__lt=today).exclude(way=FILE)
    words = f"no answer within {GIVEN_UP_DAYS} days"
    given_up = old.update(state=QuestionState.FAILED, failure=words)
    return given_up + stuck.update(state=QuestionState.FAILED, failure="it was not sent, or not answered at once")


def _ask_batch(batch: Sequence[DueClaim], *, today: dt.date, now: dt.datetime) -> AskedAbout:
    why = {one.claim_id: one for one in batch}
    try:
        questions, held = _batch_questions(why, today=today, now=now)
    except ChangedMeanwhile:  # somebody asked about one of them at the same moment: now it is seen, and left out
        questions, held = _batch_questions(why, today=today, now=now)
    sent = send_questions(STATUS, [one.pk for one in questions], actor=None, today=today, now=now)
    return AskedAbout(len(questions), sent.answered, sent.failed, tuple(held.items()))


def _batch_questions(
    why: dict[int, DueClaim], *, today: dt.date, now: dt.datetime
) -> tuple[list[ClaimQuestion], dict[str, int]]:
    with told_when_lost(LOST_RACE), transaction.atomic():
        found = claims_to_ask(why, practice_ids={one.practice_id for one in why.values()})
        return _questions(found, why, actor=None, today=today, now=now)


def lately_asked(today: dt.date) -> Exists:
    """Whether the claim of a row was asked about in the last days, or a question about it waits: a condition on rows
    that name a claim."""
    lately = Q(asked_on__gt=today - dt.timedelta(days=REST_DAYS)) | Q(state__in=_WAITING)
    return Exists(ClaimQuestion.objects.filter(lately, claim=OuterRef("claim")))


def _within(due: Sequence[DueClaim], left: dict[int, int]) -> list[DueClaim]:
    counted: Counter[int] = Counter()
    taken = []
    for one in due:
        if counted[one.payer_id] < left.get(one.payer_id, 0):
            counted[one.payer_id] += 1
            taken.append(one)
    return taken


def _questions(
    found: Sequence[Claim], why: dict[int, DueClaim], *, actor: "User | None", today: dt.date, now: dt.datetime
) -> tuple[list[ClaimQuestion], dict[str, int]]:
    """The questions as rows, and why claims were held back."""
    owing = {claim.pk: owing_payer(claim) for claim in found}
    ways = open_ways(STATUS, {one.payer.pk for one in owing.values() if one})
    rows = ClaimQuestion.objects.filter(Among("claim", list(owing)))
    waiting = set(rows.filter(state__in=_WAITING).values_list("claim_id", flat=True))
    if actor is None:
        waiting |= set(rows.filter(asked_on=today, asked_by=None).values_list("claim_id", flat=True))
    held: Counter[str] = Counter()
    ready = []
    for claim in found:
        payer = owing[claim.pk]
        if payer is None:
            held[f"Claim {claim.number} waits for no payer, so none can be asked."] += 1
        elif claim.pk in waiting:
            held["It was asked about already, and the answer is not here yet."] += 1
        elif payer.payer.pk not in ways:
            held[f"{payer.payer.name} is not set up to be asked about claims (Setup, Questions to payers)."] += 1
        else:
            ready.append((claim, ways[payer.payer.pk]))
    keys = bulk.reserve(ClaimQuestion, len(ready)) if ready else []
    questions = [
        ClaimQuestion(
            pk=key, practice_id=claim.practice_id, claim=claim, payer_id=way.payer_id, way=way.way, trace=f"S{key}",
            because=(why[claim.pk].because if claim.pk in why else _SOMEBODY)[:200],
            amount=why[claim.pk].amount if claim.pk in why else claim.balance, asked_on=today, asked_by=actor,
        )
        for key, (claim, way) in zip(keys, ready, strict=True)
    ]  # fmt: skip
    bulk.insert(ClaimQuestion, questions)
    return questions, dict(held)


def _added(one: AskedAbout, other: AskedAbout) -> AskedAbout:
    held = Counter(dict(one.held_back)) + Counter(dict(other.held_back))
    return AskedAbout(
        one.asked + other.asked, one.answered + other.answered, one.failed + other.failed, tuple(held.items())
    )
