"""Rows in bulk: what goes in comes out, on both engines, whatever stands in the text."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arwork.lib import bulk
from claims.billing.models import Claim, ClaimLine
from claims.payers.models import Payer, PayerRule
from claims.remits.models import Remittance
from tests.cast import make_claim, make_practice

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


class TestInsert(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(names=st.lists(NAMES, min_size=1, max_size=5))
    def test_any_text_survives_the_way_in(self, names):
        payers = [Payer(name=name, notes=f"{name}\\N\t{name}") for name in names]
        bulk.insert(Payer, payers)
        found = Payer.objects.in_bulk([payer.pk for payer in payers])
        assert [found[payer.pk].name for payer in payers] == names
        assert [found[payer.pk].notes for payer in payers] == [f"{name}\\N\t{name}" for name in names]


ONE_AND_MANY = pytest.mark.parametrize("count", [1, 3])  # a row by itself goes another way than several


@pytest.mark.django_db
@ONE_AND_MANY
def test_every_kind_of_column_survives(count):
    practice = make_practice()
    rows = [
        Remittance(
            practice=practice, transaction_id=7, key=f"k{n}", trace="T\\1", method="ACH", amount=Decimal("-12.34"),
            paid_on=dt.date(2026, 10, 5), received_on=dt.date(2026, 10, 6), problems=[{"where": 'a"b\\c', "n": None}],
            is_balanced=True,
        )
        for n in range(count)
    ]  # fmt: skip
    bulk.insert(Remittance, rows)
    for row in rows:
        found = Remittance.objects.get(pk=row.pk)
        assert (found.amount, found.trace) == (Decimal("-12.34"), "T\\1")
        assert found.problems == [{"where": 'a"b\\c', "n": None}]
        assert (found.is_balanced, found.posted_on, found.paid_on) == (True, None, dt.date(2026, 10, 5))


@pytest.mark.django_db
@ONE_AND_MANY
def test_a_broken_constraint_is_an_integrity_error(count):
    dates = {"valid_from": dt.date(2026, 2, 1), "valid_to": dt.date(2026, 1, 1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(PayerRule, [PayerRule(kind="filing", value=1, **dates) for _ in range(count)])
    assert not PayerRule.objects.exists()


@pytest.mark.django_db
def test_amounts_are_added_to_the_rows_named_and_no_others():
    claim = make_claim(lines=["100.00", "50.00"])
    first, second = claim.lines.order_by("number")
    bulk.add(ClaimLine, {first.pk: {"payer1": Decimal("-0.10"), "patient": Decimal("0.10")}})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.payer1, first.patient, second.payer1) == (Decimal("99.90"), Decimal("0.10"), Decimal("50.00"))


@pytest.mark.django_db
def test_columns_are_written_with_nulls_among_values():
    one, two = make_claim(), make_claim()
    day = dt.date(2026, 11, 1)
    bulk.write(Claim, ["awaiting_correction_since", "icn"], {one.pk: (None, "I1"), two.pk: (day, "")})
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.awaiting_correction_since, one.icn) == (None, "I1")
    assert (two.awaiting_correction_since, two.icn) == (day, "")


def test_chunks_cover_everything_once():
    assert list(bulk.chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one way to commit")
def test_only_a_batch_that_is_taken_up_again_commits_without_waiting_for_the_disk() -> None:
    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return bool(cursor.fetchone()[0] == "on")

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")
    with bulk.repeatable():
        assert not waits()
    assert waits(), "whatever says that the work is done"
    with transaction.atomic():
        with bulk.repeatable():
            assert waits(), "what somebody decided is told to be kept"
        assert waits()


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_is_taken_up_again_is_whole_or_not_there() -> None:
    with suppress(RuntimeError), bulk.repeatable():
        Payer.objects.create(name="Half")
        raise RuntimeError
    assert not Payer.objects.exists()
