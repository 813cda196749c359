"""What a day brings for searches: who is lost is looked for, who is found is not any more, and what is over ends.

Bounded batches, each in a transaction; a second run of a day changes nothing. Somebody for whom a person stopped the
search is not looked for by the house again; one that was exhausted goes on when the books know a new lead.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Q

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from claims.parties.models import Person
from claims.practices.models import Practice
from collections_app.contacts.models import Contact, ContactOutcome, Direction
from collections_app.limits.selectors import limit_book
from collections_app.tracing import cases as books
from collections_app.tracing.cases import Moment, State
from collections_app.tracing.facts import balances_of, owing_people
from collections_app.tracing.figures import TraceFigures, figures_of
from collections_app.tracing.from_books import leads_in_books
from collections_app.tracing.leads import leads_left, put_leads, rescore
from collections_app.tracing.models import OPEN_STATES, TraceCase, TraceEvent
from collections_app.tracing.selectors import people_to_find
from collections_app.tracing.stopping import SearchFacts, is_worth, why_over

BATCH = 500
Why = TraceCase.Why


@dataclass(frozen=True)
class TracedDay:
    """What a day did: searches begun, gone on with, ended because somebody was found, or given up."""

    opened: int = 0
    reopened: int = 0
    found: int = 0
    exhausted: int = 0

    def __add__(self, other: "TracedDay") -> "TracedDay":
        return TracedDay(
            self.opened + other.opened, self.reopened + other.reopened, self.found + other.found,
            self.exhausted + other.exhausted,
        )  # fmt: skip


def run_tracing(*, today: dt.date, now: dt.datetime) -> TracedDay:
    """The searches of a day, in bounded batches; queries depend on batches, not on people."""
    at, book, done = Moment(None, today, now), limit_book(), TracedDay()
    for practice in Practice.objects.order_by("pk").values_list("pk", flat=True):
        figures = figures_of(book, practice, on=today)
        for people in bulk.chunks(owing_people([practice]), BATCH):
            done += _open_lost(people, practice, figures, at)
        followed = TraceCase.objects.filter(practice=practice, state__in=(*OPEN_STATES, State.EXHAUSTED))
        for ids in bulk.chunks(followed.order_by("pk").values_list("pk", flat=True), BATCH):
            done += _follow(ids, figures, at)
    return done


def _open_lost(people: list[int], practice: int, figures: TraceFigures, at: Moment) -> TracedDay:
    worth = {pk for pk, owed in balances_of(people).items() if is_worth(owed, figures.stop)}
    kept = Q(state__in=(*OPEN_STATES, State.EXHAUSTED)) | Q(state=State.STOPPED, balance__gte=figures.stop.least)
    taken = TraceCase.objects.filter(kept, Among("person", worth))
    asked = sorted(worth - set(taken.values_list("person_id", flat=True)))
    lost = people_to_find(dict.fromkeys(asked, practice), at.today)
    if not lost:
        return TracedDay()
    with transaction.atomic():
        found = books.cases_for(list(lost), lost, at, next_days=figures.next_days)
    return TracedDay(opened=len(found))


def _follow(ids: list[int], figures: TraceFigures, at: Moment) -> TracedDay:
    with transaction.atomic():
        rows = TraceCase.objects.select_for_update(of=("self",)).filter(Among("pk", ids)).order_by("pk")
        cases = {one.pk: one for one in rows.select_related("person")}
        found = _close_found(list(cases.values()), at)
        going = {pk: one for pk, one in cases.items() if one.is_open or one.state == State.EXHAUSTED}
        put = put_leads(leads_in_books(list(going.values()), on=at.today), going, at)
        again = [going[pk] for pk, rows in put.items() if not going[pk].is_open and any(one.is_new for one in rows)]
        for case in again:
            books.reopen(case, "the books know a new lead", at, next_days=figures.next_days, is_working=False)
        practice = {one.practice_id: figures.weights for one in going.values()}
        rescore(going.values(), practice, on=at.today)
        books.rank(going.values())
        over = _end_what_is_over([one for one in going.values() if one.is_open], figures, at)
    return TracedDay(reopened=len(again), found=found, exhausted=over)


def _close_found(cases: list[TraceCase], at: Moment) -> int:
    """Who can be reached again is found; who became one with another person is looked for under that one. A talk with
    somebody at whom no mail arrives ends nothing: their address is still to be found."""
    practice_of = {one.person_id: one.practice_id for one in cases}
    lost = people_to_find(practice_of, at.today)
    reached = _reached_since(cases)
    merged = set(Person.objects.filter(Among("pk", practice_of)).exclude(merged_into=None).values_list("pk", flat=True))
    count = 0
    for case in cases:
        if case.person_id in merged:
            books.close(case, State.STOPPED, "One with another person now", at)
        elif case.person_id in lost:
            continue
        elif case.person_id in reached:
            books.close(case, State.FOUND, "The right person was reached", at)
        elif case.why not in (Why.MOVED, Why.BY_HAND):
            books.close(case, State.FOUND, "A good address or number came", at)
        else:
            continue
        count += case.state == State.FOUND
    return count


def _reached_since(cases: list[TraceCase]) -> set[int]:
    """Who of the people looked for was reached, or wrote or called, after the search began. Two queries."""
    rows = TraceEvent.objects.filter(Among("case", [one.pk for one in cases]), code__in=("opened", "reopened"))
    began = dict(rows.order_by().values_list("case__person").annotate(Max("at")))
    if not began:
        return set()
    talks = Contact.objects.filter(
        Q(outcome=ContactOutcome.REACHED) | Q(direction=Direction.IN), Among("person", began), retold_by=None,
        at__gt=min(began.values()),
    ).exclude(outcome__in=(ContactOutcome.WITHDRAWN, ContactOutcome.NOTED))  # fmt: skip
    return {pk for pk, at in talks.values_list("person_id", "at") if pk and at > began[pk]}


def _end_what_is_over(cases: list[TraceCase], figures: TraceFigures, at: Moment) -> int:
    left, count = leads_left([one.pk for one in cases]), 0
    for case in cases:
        facts = SearchFacts(
            opened_on=case.opened_on, lead_on=case.lead_on, tries=case.tries, leads_left=left[case.pk],
            balance=case.balance or ZERO, spent=case.spent,
        )  # fmt: skip
        end = why_over(facts, figures.stop, on=at.today)
        if end is None:
            continue
        books.close(case, State.STOPPED if end.code == "small" else State.EXHAUSTED, end.words.capitalize(), at)
        count += end.code != "small"
    return count
