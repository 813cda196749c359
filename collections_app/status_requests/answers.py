"""What payers say of claims (277), kept once and followed: the question is answered, and the work on the claim moves.

An answer to a question is known by its trace (TRN02); one that nobody asked for, by the claim it names. Read again, an
answer that is kept already does nothing.
"""

import datetime as dt
from collections.abc import Sequence

from arwork.lib import bulk
from arwork.lib.bulk import Among
from claims.billing.models import Claim
from claims.edi.answer_listeners import HeardStatus
from claims.payers.code_words import stc_words
from collections_app.status_requests.models import ClaimQuestion, StatusAnswer
from collections_app.status_requests.states import QuestionState
from collections_app.status_requests.verdicts import GivenStatus, StatusVerdict, deciding
from collections_app.status_requests.work import AnsweredClaim, MovedClaim, move_work

#: An answer as it will be kept, with the claim it is about.
_Told = tuple[HeardStatus, ClaimQuestion | None, Claim, StatusVerdict, GivenStatus]


def hear_statuses(heard: Sequence[HeardStatus], *, today: dt.date, now: dt.datetime) -> int:
    """A listener of 277s: keep what is new, move the work, answer the questions; how many were to questions of ours.
    Ten queries and what moving the work takes, whatever their number."""
    told = _new(heard)
    if not told:
        return 0
    last = _deciding(told)
    repeats = _repeats(last)
    answers = [_answered(each, repeats.get(claim_id, 0)) for claim_id, each in last.items()]
    moved = move_work([one for one in answers if one.verdict.moves], today=today, now=now)
    rows = []
    for one, question, claim, verdict, code in told:
        is_last = last[claim.pk][0] is one
        rows.append(_row(one, question, claim, verdict, code, moved.get(claim.pk) if is_last else None, today=today))
    bulk.insert(StatusAnswer, rows)
    asked = [question.pk for _, question, _, _, _ in told if question is not None]
    open_questions = ClaimQuestion.objects.filter(Among("pk", asked)).exclude(state=QuestionState.ANSWERED)
    open_questions.update(state=QuestionState.ANSWERED, failure="")
    return len(set(asked))


def _new(heard: Sequence[HeardStatus]) -> list[_Told]:
    sources = [one.source for one in heard]
    kept = set(StatusAnswer.objects.filter(source__in=sources).values_list("source", flat=True))
    fresh = [one for one in heard if one.source not in kept]
    traces = {one.status.trace for one in fresh if one.status.trace}
    questions = {one.trace: one for one in ClaimQuestion.objects.filter(trace__in=traces)}
    ids = {one.claim_id for one in fresh if one.claim_id} | {one.claim_id for one in questions.values()}
    claims = {claim.pk: claim for claim in Claim.objects.filter(Among("pk", sorted(ids)))}
    told: list[_Told] = []
    for one in fresh:
        question = questions.get(one.status.trace)
        if question and one.practice_ids is not None and question.practice_id not in one.practice_ids:
            question = None  # the same trace of somebody else's system
        if question and one.claim_id and question.claim_id != one.claim_id:
            question = None
        claim = claims.get(question.claim_id if question else one.claim_id or 0)
        if claim is None:
            continue
        codes = [GivenStatus(each.category, each.status, each.entity) for each in one.status.codes]
        verdict, code = deciding(codes, is_paid=bool(one.status.paid))
        told.append((one, question, claim, verdict, code))
    return told


def _deciding(told: Sequence[_Told]) -> dict[int, _Told]:
    """Of each claim the answer that counts, by claim: the last one heard. Where a payer names several of its claims
    under one question, the one with our charge, then the one that decided most."""
    best: dict[tuple[int, str], _Told] = {}
    for each in told:
        key = (each[2].pk, each[0].status.trace or each[0].source)
        if key not in best or _weight(each) >= _weight(best[key]):
            best[key] = each
    return {claim_id: each for (claim_id, _), each in best.items()}


def _weight(told: _Told) -> tuple[bool, int]:
    one, _, claim, verdict, _ = told
    decided = {StatusVerdict.PAID: 3, StatusVerdict.DENIED: 2, StatusVerdict.UNCLEAR: 0}
    return one.status.charge == claim.charge, decided.get(verdict, 1)


def _repeats(last: dict[int, _Told]) -> dict[int, int]:
    """How often in a row the same was said of each claim before."""
    counted: dict[int, int] = {}
    over: set[int] = set()
    rows = StatusAnswer.objects.filter(Among("claim", list(last))).order_by("claim_id", "-pk")
    for claim_id, verdict in rows.values_list("claim_id", "verdict"):
        if claim_id in over:
            continue
        if verdict == last[claim_id][3]:
            counted[claim_id] = counted.get(claim_id, 0) + 1
        else:
            over.add(claim_id)
    return counted


def _answered(told: _Told, repeats: int) -> AnsweredClaim:
    one, question, claim, verdict, code = told
    return AnsweredClaim(
        claim_id=claim.pk,
        verdict=verdict,
        words=stc_words(code.category, code.status) if code.category else verdict.words,
        effective_on=one.on,
        paid_on=one.on if verdict is StatusVerdict.PAID else None,
        is_by_check=bool(one.status.check_number),
        repeats=repeats,
        payer_id=question.payer_id if question else None,
    )


def _row(
    one: HeardStatus,
    question: ClaimQuestion | None,
    claim: Claim,
    verdict: StatusVerdict,
    code: GivenStatus,
    moved: MovedClaim | None,
    *,
    today: dt.date,
) -> StatusAnswer:
    return StatusAnswer(
        practice_id=claim.practice_id,
        claim=claim,
        payer_id=question.payer_id if question else claim.payer_id,
        question=question,
        source=one.source,
        heard_on=today,
        effective_on=one.on,
        verdict=verdict.value,
        category=code.category[:4],
        status_code=code.status[:6],
        icn=one.status.icn[:50],
        paid=one.status.paid,
        check_number=one.status.check_number[:50],
        message=one.status.message[:264],
        is_moved=moved is not None,
        next_on=moved.next_on if moved else None,
        is_call_avoided=bool(moved and moved.is_call_avoided),
    )
