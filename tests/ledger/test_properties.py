"""Whatever is posted, in whatever order and however often, the books stay sound."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.ledger import services as ledger
from claims.ledger.chart import ACCOUNTS, KINDS, pairs
from claims.ledger.models import Posting, Receivable
from claims.ledger.selectors import account_totals
from claims.ledger.verify import verify
from claims.parties.models import Account
from tests.balances import balance_of
from tests.cast import NOW, make_claim, make_payer, move

CENTS = st.integers(min_value=1, max_value=500_000).map(lambda cents: Decimal(cents).scaleb(-2))
ALLOWED = [(kind, *pair) for kind in KINDS for pair in sorted(pairs(kind))]
MOVES = st.sampled_from([row for row in ALLOWED if row[0] != "charge" and {row[1], row[2]} & set(BUCKETS)])
DAYS = st.dates(min_value=dt.date(2026, 1, 1), max_value=dt.date(2026, 11, 20))
STORY = st.lists(st.tuples(st.integers(0, 2), MOVES, CENTS, DAYS), max_size=12)
#: Money of a guarantor account that waits, is applied to a line, given back or refunded.
UNAPPLIED = st.sampled_from([row for row in ALLOWED if "UNAPPLIED" in row])
WAITING = st.lists(st.tuples(st.integers(0, 2), UNAPPLIED, CENTS, DAYS), max_size=8)


class TestBooks(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(story=STORY, repeats=st.integers(1, 2))
    def test_any_story_keeps_every_invariant(self, story, repeats):
        payers = [make_payer(), make_payer(name="Second Mutual", payer_id="SEC01")]
        claim = make_claim(lines=["300.00", "120.50", "9.99"], payers=payers)
        lines = list(claim.lines.select_related("claim").order_by("number"))
        entries = [
            move(lines[index], kind=kind, debit=debit, credit=credit, amount=amount, on=day, tag=position)
            for position, (index, (kind, debit, credit), amount, day) in enumerate(story)
        ]
        for _ in range(repeats):
            ledger.post(entries, now=NOW)
        assert [check.name for check in verify([claim.practice_id]) if not check.holds] == []
        assert sum(account_totals([claim.practice_id]).values(), ZERO) == ZERO
        owed = sum(balance_of(claim.pk).values(), ZERO)
        claim.refresh_from_db()
        assert claim.balance == owed
        assert claim.balance == sum((row.amount for row in Receivable.objects.filter(claim=claim)), ZERO)

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(story=STORY, waiting=WAITING, repeats=st.integers(1, 2))
    def test_a_household_has_unapplied_what_came_in_less_what_went_out(self, story, waiting, repeats):
        claim = make_claim(lines=["300.00", "120.50", "9.99"])
        lines = list(claim.lines.select_related("claim").order_by("number"))
        of_household, came_in = [], ZERO
        for position, (index, (kind, debit, credit), amount, day) in enumerate([*story, *waiting]):
            entry = move(lines[index], kind=kind, debit=debit, credit=credit, amount=amount, on=day, tag=position)
            if not {debit, credit} & set(BUCKETS):
                entry = entry._replace(claim_id=None, line_id=None)
            of_household.append(entry._replace(account_id=claim.account_id))
            came_in += amount * (credit == "UNAPPLIED") - amount * (debit == "UNAPPLIED")
        for _ in range(repeats):
            ledger.post(of_household, now=NOW)
        assert [check.name for check in verify([claim.practice_id]) if not check.holds] == []
        account = Account.objects.get(pk=claim.account_id)
        assert account.unapplied == came_in == -account_totals([claim.practice_id])["UNAPPLIED"]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(story=STORY)
    def test_posting_and_reversing_returns_to_the_start(self, story):
        claim = make_claim(lines=["300.00", "120.50", "9.99"])
        before = balance_of(claim.pk)
        lines = list(claim.lines.select_related("claim").order_by("number"))
        entries = [
            move(lines[index], kind=kind, debit=debit, credit=credit, amount=amount, on=day, tag=position)
            for position, (index, (kind, debit, credit), amount, day) in enumerate(story)
        ]
        entries = [entry._replace(account_id=claim.account_id) for entry in entries]
        ledger.post(entries, now=NOW)
        ids = Posting.objects.filter(key__in=[entry.key for entry in entries]).values_list("id", flat=True)
        ledger.reverse(ids, posted_on=dt.date(2026, 11, 20), now=NOW)
        assert balance_of(claim.pk) == before
        assert Account.objects.get(pk=claim.account_id).unapplied == ZERO


def test_a_transfer_changes_no_total_and_every_kind_has_its_pairs():
    assert all(debit in BUCKETS and credit in BUCKETS for debit, credit in KINDS["transfer"])
    with pytest.raises(KeyError):
        pairs("gift")


class TestTheCheckOfTheDatabase(TestCase):
    """`a_kind_allows_only_its_pairs` says what the chart says, no more and no less."""

    @settings(max_examples=300, deadline=None)
    @given(row=st.sampled_from(ALLOWED) | st.tuples(st.sampled_from(sorted(KINDS)), *[st.sampled_from(ACCOUNTS)] * 2))
    def test_it_admits_exactly_the_pairs_of_the_chart(self, row):
        kind, debit, credit = row
        (check,) = (one for one in Posting._meta.constraints if one.name == "a_kind_allows_only_its_pairs")
        admitted = check.condition.check({"kind": kind, "debit": debit, "credit": credit})
        assert admitted == ((debit, credit) in pairs(kind))
