"""Why one item is where it is: its score in words and its deadlines with their reasoning, asked for item by item.

The same arithmetic as the nightly run, from the few rows that one item needs instead of the context of everything.
"""

import datetime as dt
from dataclasses import replace

from django.db.models import Q

from claims.payers.deadlines import Deadline
from claims.payers.models import Payer
from claims.payers.rule_book import rule_book
from claims.payers.rules import RuleBook
from claims.remits.takeback_windows import dispute_windows
from collections_app.limits.selectors import limit_book
from collections_app.worklist import answer_hours, facts, history, item_score, score_words
from collections_app.worklist.deadlines import deadlines_for
from collections_app.worklist.facts import ScoringContext
from collections_app.worklist.models import WorkItem
from collections_app.worklist.rate_models import PayerPace, SegmentRate
from collections_app.worklist.score_words import Score
from collections_app.worklist.takebacks import takeback_dates


def reasons_of(item: WorkItem, *, today: dt.date, now: dt.datetime) -> tuple[Score, list[Deadline]]:
    """The score with its parts, and every deadline, the nearest first. Eleven queries at most for a claim."""
    around = _around(item, today=today, now=now)
    known = item_score.scoring_facts(item, around)
    if item.next_action == "call_patient" and item.window is not None:
        histories = answer_hours.answer_histories([item.practice_id])
        known = replace(known, answers=answer_hours.odds_in_window(item.practice_id, item.window, histories, now=now))
    score = score_words.score(known, today=today)
    if item.claim_id is None and item.exception_id is None:
        return score, []
    around.rules = rule_book()
    if item.claim_id is None:
        scope = around.scope(practice_id=item.practice_id, payer_id=item.payer_id, plan_id=None)
        told = takeback_dates(Q(pk=item.exception_id)).values()
        return score, [one for dates in told for one in dispute_windows(dates, scope=scope, rules=around.rules)]
    claim = facts.claim_facts([item.claim_id])[item.claim_id]
    named = [claim.denied_by, *(one.payer_id for one in claim.owing.values())]
    others = {payer_id for payer_id in named if payer_id and payer_id != item.payer_id}
    for payer in Payer.objects.filter(pk__in=others) if others else ():
        _learn(around, payer)
    scope = around.scope(practice_id=item.practice_id, payer_id=item.payer_id, plan_id=claim.plan_id)
    return score, list(deadlines_for(item, claim, scope, around))


def _around(item: WorkItem, *, today: dt.date, now: dt.datetime) -> ScoringContext:
    around = ScoringContext(
        today=today,
        now=now,
        rules=RuleBook(()),
        limits=limit_book(),
        practice_state={item.practice_id: item.practice.state},
        rates=history.segment_histories(SegmentRate.objects.filter(practice=item.practice_id, kind=item.kind)),
        paces=history.payer_histories(PayerPace.objects.filter(practice=item.practice_id, payer=item.payer_id or 0)),
    )
    if item.payer:
        _learn(around, item.payer)
    return around


def _learn(around: ScoringContext, payer: Payer) -> None:
    around.payer_class[payer.pk], around.payer_state[payer.pk] = payer.payer_class, payer.state
