"""Whatever happened in whatever order: looking over everything leaves the worklist equal to the books, and at rest."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arwork.lib.money import ZERO
from claims.billing.models import Submission
from claims.ledger import services as ledger
from claims.ledger.models import Receivable
from collections_app.limits.selectors import limit_book
from collections_app.worklist import queue, refresh
from collections_app.worklist import services as worklist
from collections_app.worklist.models import QueueEntry, WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_practice, move

pytestmark = pytest.mark.django_db

claims = st.integers(0, 2)
amounts = st.integers(1, 30_000).map(lambda cents: Decimal(cents) / 100)
events = st.one_of(
    st.tuples(st.just("pays"), claims, amounts),
    st.tuples(st.just("leaves"), claims, amounts),
    st.tuples(st.just("rejects"), claims, amounts),
    st.tuples(st.just("tells"), claims, amounts),
    st.tuples(st.just("works"), claims, amounts),
    st.tuples(st.just("sleeps"), st.integers(1, 40), amounts),
)


def happen(event, made, ana, today, number):
    kind, which, amount = event
    claim = made[which % 3]
    line = claim.lines.first()
    if kind == "pays":
        entry = move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount=amount, on=TODAY, tag=number)
        ledger.post([entry], now=NOW)
    elif kind == "leaves":
        entry = move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount=amount, on=TODAY, tag=number)
        ledger.post([entry], now=NOW)
    elif kind == "rejects":
        Submission.objects.filter(claim=claim).update(state="rejected")
    elif kind == "tells":
        worklist.refresh(claims=[claim.pk], accounts=[claim.account_id], today=today, now=NOW, event="payment")
    elif kind == "works":
        item = WorkItem.objects.filter(claim=claim, state="open", kind="no_response").first()
        if item:
            worklist.record_outcome(
                actor=ana, item_id=item.pk, disposition="in_process", none_given=True, now=NOW, today=today
            )
    else:
        opens(today := today + dt.timedelta(days=which))
    return today


def opens(today):
    """What the opening of a day does to the queue: time alone makes items due."""
    worklist.refresh_all(today=today, now=NOW)
    queue.sync_queue(queue.items_without_entry(today=today).values_list("pk", flat=True), today=today)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(events, max_size=12))
def test_the_worklist_equals_the_books_and_rests(story):
    with transaction.atomic():
        ana = make_ana(make_practice())
        made = [make_claim(lines=("240.00",), billed_on=dt.date(2026, 10, 1)) for _ in range(3)]
        today = TODAY
        for number, event in enumerate(story):
            today = happen(event, made, ana, today, number)
        worklist.refresh_all(today=today, now=NOW)

        for row in Receivable.objects.all():
            side = {"account": row.account_id, "claim": None} if row.bucket == "PATIENT" else {"claim": row.claim_id}
            assert WorkItem.objects.filter(state="open", **side).count() == 1
        payer_side = sum((row.amount for row in Receivable.objects.exclude(bucket="PATIENT") if row.amount > 0), ZERO)
        items = WorkItem.objects.filter(state="open", claim__isnull=False).exclude(kind="credit_balance")
        assert sum((item.amount for item in items), ZERO) == payer_side

        offered = set(WorkItem.objects.filter(queue.offerable(today)).values_list("pk", flat=True))
        assert set(QueueEntry.objects.values_list("pk", flat=True)) == offered
        assert queue.sync_queue(WorkItem.objects.values_list("pk", flat=True), today=today) == 0

        again = worklist.refresh_all(today=today, now=NOW)
        assert (again.opened, again.changed, again.closed) == (0, 0, 0)
        asked = worklist.refresh(
            claims=[claim.pk for claim in made], accounts=[c.account_id for c in made], today=today, now=NOW
        )
        assert (asked.opened, asked.closed) == (0, 0)
        everything = refresh.RowScope(first=0, end=10**9)
        assert refresh.stale(refresh.CLAIM_SIDE, everything, today=today, limits=limit_book()) == []
        transaction.set_rollback(True)
