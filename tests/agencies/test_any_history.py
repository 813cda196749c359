"""Whatever is placed, paid, returned and called back: nothing that is closed lands, and the books stay together."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arwork.lib.errors import DomainError
from claims.ledger.models import Posting, Receivable
from claims.remits.verify import verify
from collections_app.agencies import recalling, taking_in
from collections_app.agencies.models import AgencyFile, AgencyFileRow, AgencyPlacement
from collections_app.agencies.placing import place
from collections_app.contacts.models import Hold
from tests.cast import NOW, TODAY

DAY = TODAY + dt.timedelta(days=20)
CENTS = st.integers(min_value=2500, max_value=90_000)
STEP = st.tuples(st.sampled_from(["pay", "return", "recall", "night"]), st.integers(0, 2), st.integers(1, 60_000))


def total(rows, name="amount"):
    return rows.aggregate(total=Sum(name))["total"] or Decimal(0)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(owed=st.lists(CENTS, min_size=3, max_size=3), held=st.integers(0, 3), steps=st.lists(STEP, max_size=5))
def test_the_books_stay_together(owed, held, steps, request):
    from django.db import transaction

    agency, sol = request.getfixturevalue("agency"), request.getfixturevalue("sol")
    owing = request.getfixturevalue("owing")
    with transaction.atomic():
        accounts = [owing(str(Decimal(cents) / 100), last=f"Name{place_}") for place_, cents in enumerate(owed)]
        _tell(agency, sol, accounts, held, steps)
        transaction.set_rollback(True)


def _tell(agency, sol, accounts, held, steps):
    closed = accounts[held:] if held < len(accounts) else []
    for one in closed:
        Hold.objects.create(
            practice=one.practice, account=one, reason="dispute", from_on=TODAY, placed_at=NOW, placed_by=sol
        )
    owed_before = total(Receivable.objects.all())
    when = {"actor": sol, "today": TODAY, "now": NOW}
    if closed:
        with pytest.raises(DomainError):
            place([one.pk for one in accounts], agency.pk, key=uuid4(), **when)
        assert not AgencyPlacement.objects.exists()
    if accounts[:held]:
        place([one.pk for one in accounts[:held]], agency.pk, key=uuid4(), **when)
    placed = list(AgencyPlacement.objects.order_by("pk"))
    assert {one.account_id for one in placed} == {one.pk for one in accounts[:held]}
    then = {"actor": sol, "today": DAY, "now": NOW}
    for number, (deed, which, cents) in enumerate(steps):
        if not placed:
            break
        one = placed[which % len(placed)]
        if deed == "night":
            recalling.keep_up(today=DAY, now=NOW)
        elif deed == "recall":
            one.refresh_from_db()
            if one.state == "placed":
                recalling.recall([one.pk], code="request", because="", **then)
        else:
            amount = Decimal(cents) / 100
            fee = (amount / 4).quantize(Decimal("0.01"))
            line = f"K{number},{one.reference},payment,2026-12-01,{amount},{fee},,"
            deposit = amount - fee
            if deed == "return":
                line, deposit = f"K{number},{one.reference},return,2026-12-01,,,exhausted,", Decimal(0)
            text = f"key,reference,type,date,amount,fee,code,note\n{line}\n".encode()
            taking_in.take_in(agency.pk, "x.csv", text, deposit=deposit, deposit_reference="", **then)
        _holds_together(agency, owed_before)


def _holds_together(agency, owed_before):
    open_ones = AgencyPlacement.objects.filter(state="placed")
    bucket = Receivable.objects.filter(bucket="AGENCY")
    assert set(bucket.values_list("claim__account_id", flat=True)) <= set(
        open_ones.values_list("account_id", flat=True)
    )
    assert not bucket.exclude(claim__placed_visits__placement__in=open_ones).exists()
    cash = total(Posting.objects.filter(debit="CASH"))
    files = AgencyFile.objects.filter(kind="answer")
    waits = total(AgencyFileRow.objects.filter(state="waiting"))
    assert cash + waits == total(files, "deposit") + total(files, "fee")
    unapplied = total(Posting.objects.filter(credit="UNAPPLIED"))
    assert total(Receivable.objects.all()) == owed_before - cash + unapplied
    assert all(check.holds for check in verify([agency.practice_id]))
