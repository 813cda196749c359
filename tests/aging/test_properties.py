"""What holds for every story that postings can tell.

Random ledgers: charges, payments, transfers, credits, unapplied cash, reversals, in batches of any size, on any day of
a season, some dated before what was posted earlier. Each property was broken once to see it caught.
"""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.billing.models import Claim
from claims.ledger import receivables_as_of
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting, Receivable
from collections_app.aging import selectors, summaries
from collections_app.aging.buckets import LONG_AGE_BUCKETS, Basis, age_bucket_on
from collections_app.aging.table_columns import DATES, AgingBy
from tests.cast import NOW, TODAY, make_account, make_claim, make_payer, make_practice

pytestmark = pytest.mark.django_db

MOVES = [
    ("payer_payment", "CASH", "PAYER1"),
    ("payer_payment", "PAYER1", "CASH"),
    ("payer_payment", "UNAPPLIED", "PAYER1"),
    ("contractual", "CONTRACTUAL", "PAYER1"),
    ("transfer", "PATIENT", "PAYER1"),
    ("transfer", "PAYER1", "PATIENT"),
    ("transfer", "PAYER2", "PAYER1"),
    ("patient_payment", "CASH", "PATIENT"),
    ("write_off", "WO_SMALL", "PATIENT"),
    ("unapplied", "CASH", "UNAPPLIED"),
]
step = st.tuples(
    st.integers(0, 2),  # which claim
    st.sampled_from(MOVES),
    st.sampled_from(["10.00", "20.00", "50.00", "100.00", "0.01"]),
    st.integers(0, 100),  # posted that many days ago
    st.integers(0, 100),  # effective that many days ago
    st.booleans(),  # in the same batch as the one before
)
stories = st.lists(step, max_size=14)
many = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def tell(story) -> int:
    """Post a story and return the practice."""
    practice, account = make_practice(), make_account()
    second = make_payer(name="Second Mutual", payer_id="SEC01")
    claims = [
        make_claim(lines=["100.00"], service_on=ago(70), billed_on=ago(65), payers=[make_payer(), second]),
        make_claim(lines=["50.00"], service_on=ago(40), billed_on=None, payers=[second]),
        make_claim(lines=["20.00"], service_on=ago(10), billed_on=ago(8), payers=()),
    ]
    lines = [claim.lines.get() for claim in claims]
    batch: list[Entry] = []
    for number, (which, (kind, debit, credit), amount, posted, effective, is_joined) in enumerate(story):
        if batch and not is_joined:
            ledger.post(batch, now=NOW)
            batch = []
        on_line = kind != "unapplied"
        batch.append(
            Entry(
                practice_id=practice.pk,
                kind=kind,
                debit=debit,
                credit=credit,
                amount=Decimal(amount),
                posted_on=ago(posted),
                effective_on=ago(effective),
                key=posting_key("story", practice.pk, number),
                claim_id=claims[which].pk if on_line else None,
                line_id=lines[which].pk if on_line else None,
                account_id=account.pk if which == 1 and "UNAPPLIED" in (debit, credit) else None,
            )
        )
    ledger.post(batch, now=NOW)
    return practice.pk


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


class Undone(Exception):
    """Ends an example: everything it wrote is rolled back."""


def each(story, check) -> None:
    try:
        with transaction.atomic():
            check(tell(story))
            raise Undone
    except Undone:
        pass


@many
@given(stories)
def test_the_past_told_from_postings_and_the_present_kept_in_step_agree_today(story):
    def facts(row):
        dates = [getattr(row, name) for name in DATES.values()]
        return (row.claim_id, row.bucket, row.amount, row.payer_id, row.plan_id, *dates)

    def check(practice):
        kept = {facts(row) for row in Receivable.objects.filter(practice=practice)}
        claims = Claim.objects.filter(practice=practice).values_list("pk", flat=True)
        told = {facts(row) for row in receivables_as_of.owed_as_of(claims, as_of=TODAY, today=TODAY)}
        assert told == kept

    each(story, check)


@many
@given(stories, st.integers(0, 100))
def test_what_stands_still_and_what_moved_since_are_the_whole_past(story, days):
    def check(practice):
        day = {"as_of": ago(days), "today": TODAY}
        claims = Claim.objects.filter(practice=practice).values_list("pk", flat=True)
        names = [field.name for field in dataclasses.fields(receivables_as_of.ReceivableAsOf)]
        still = [
            receivables_as_of.ReceivableAsOf(*row)
            for row in receivables_as_of.unmoved_receivables([practice], **day).values_list(*names)
        ]
        told = set(receivables_as_of.owed_as_of(claims, **day))
        both = [*still, *receivables_as_of.moved_receivables([practice], **day)]
        assert len(both) == len(told)
        assert set(both) == told

    each(story, check)


@many
@given(stories, st.integers(0, 100))
def test_buckets_credits_and_unapplied_add_up_to_the_control_total_on_any_day(story, days):
    def check(practice):
        for day in (ago(days), TODAY):  # told from the postings, and kept in step
            holds_on(practice, day)

    each(story, check)


def holds_on(practice: int, day: dt.date) -> None:
    asked = {"practice_ids": [practice], "as_of": day, "today": TODAY}
    tie = selectors.tie_out(**asked)
    owed = {"PAYER1", "PAYER2", "PATIENT", "UNAPPLIED"}
    postings = Posting.objects.filter(practice=practice, posted_on__lte=day)
    control = sum(row.amount * ((row.debit in owed) - (row.credit in owed)) for row in postings)
    assert (tie.is_tied, tie.control) == (True, control)
    for basis in Basis:
        for by in AgingBy:
            totals = selectors.aging(**asked, basis=basis, by=by).totals
            assert (totals.debits.amount, totals.credits.amount) == (tie.debits, tie.credits)
            assert totals.net.amount - tie.unapplied == control


@many
@given(stories)
def test_the_summary_is_the_live_figure(story):
    def check(practice):
        summaries.refresh_summaries(practice_ids=[practice], day=TODAY, today=TODAY, now=NOW)
        asked = {"practice_ids": [practice], "as_of": TODAY, "today": TODAY}
        for basis in Basis:
            for by in AgingBy:
                figures = summaries.figures(**asked, basis=basis, by=by)
                assert figures.computed_at == NOW
                assert figures.table == selectors.aging(**asked, basis=basis, by=by)
        assert figures.tie_out == selectors.tie_out(**asked)

    each(story, check)


@many
@given(stories, st.integers(1, 100))
def test_what_happens_later_does_not_change_an_earlier_day(story, days):
    def check(practice):
        asked = {"practice_ids": [practice], "as_of": ago(days), "today": TODAY}
        before = {basis: selectors.aging(**asked, basis=basis, by=AgingBy.RESPONSIBILITY) for basis in Basis}
        line = Receivable.objects.filter(practice=practice).first()
        if line is None:
            return
        claim_line = line.claim.lines.get()
        for tag, amount in enumerate(("33.00", "67.00")):
            ledger.post(
                [
                    Entry(
                        practice_id=practice,
                        kind="transfer",
                        debit="PATIENT",
                        credit="PAYER1",
                        amount=Decimal(amount),
                        posted_on=ago(days - 1),
                        effective_on=ago(days - 1),
                        key=posting_key("later", practice, tag),
                        claim_id=line.claim_id,
                        line_id=claim_line.pk,
                    )
                ],
                now=NOW,
            )
        assert before == {basis: selectors.aging(**asked, basis=basis, by=AgingBy.RESPONSIBILITY) for basis in Basis}

    each(story, check)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(-400, 1_000))
def test_each_date_is_in_exactly_one_column(as_of, days):
    basis_date = as_of - dt.timedelta(days=days)
    assert sum(bucket.holds(days) for bucket in LONG_AGE_BUCKETS) == (1 if days >= 0 else 0)
    assert age_bucket_on(as_of, basis_date, buckets=LONG_AGE_BUCKETS).holds(days)
