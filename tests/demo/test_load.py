"""Loading the demo through the ordinary door: sound books, the same ones every time, and a load can be resumed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum

from claims.edi import services as edi
from claims.ledger.models import Period, Posting
from claims.ledger.verify import verify
from claims.practices.models import Practice
from collections_app.demo import seed as demo
from tests.remits.allowed_oracle import payments_that_agree_with_the_books

pytestmark = pytest.mark.django_db
UNTIL = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 17, tzinfo=dt.UTC)


def load(claims: int = 24) -> demo.Loaded:
    return demo.load(claims=claims, seed=3, today=UNTIL, now=NOW, work=False)


def books() -> list[tuple[str, str, str, str, Decimal]]:
    rows = Posting.objects.order_by("claim__number", "line__number", "kind", "debit", "amount", "posted_on")
    return list(rows.values_list("claim__number", "kind", "debit", "credit", "amount"))


def test_the_books_are_sound_and_hold_what_the_files_say():
    load()
    checks = list(verify(list(Practice.objects.values_list("id", flat=True))))
    assert [check.failures for check in checks if not check.holds] == []
    assert Posting.objects.filter(kind="charge").aggregate(total=Sum("amount"))["total"] > Decimal("1000.00")
    assert payments_that_agree_with_the_books() > 15
    assert Posting.objects.filter(kind="sequestration").exists()
    assert demo.is_loaded()


def test_a_load_that_was_cut_off_goes_on_where_it_was(monkeypatch):
    with transaction.atomic():
        load()
        expected = books()
        transaction.set_rollback(True)
    whole, calls = edi.take_in, []

    def cut_off(*args, **kwargs):
        calls.append(1)
        if len(calls) == 40:
            raise KeyboardInterrupt
        return whole(*args, **kwargs)

    monkeypatch.setattr(demo, "take_in", cut_off)
    with pytest.raises(KeyboardInterrupt):
        load()
    assert not demo.is_loaded()
    monkeypatch.setattr(demo, "take_in", whole)
    later = UNTIL + dt.timedelta(days=1)
    demo.load(claims=24, seed=3, today=later, now=NOW + dt.timedelta(days=1), work=False)
    assert books() == expected


def test_months_close_after_all_that_is_posted_into_them_and_a_load_cut_off_then_goes_on(monkeypatch):
    """So many claims that the second payments of refunds fall into the months that close."""
    with monkeypatch.context() as patch:
        patch.setattr(demo, "ask_for_some", cut_off_at_once)
        with pytest.raises(KeyboardInterrupt):
            demo.load(claims=150, seed=3, today=UNTIL, now=NOW)
    assert Period.objects.exists()
    posted = Posting.objects.filter(memo="Paid a second time", posted_on__lte=dt.date(2026, 10, 31))
    assert posted.exists()
    demo.load(claims=150, seed=3, today=UNTIL, now=NOW)
    assert demo.is_loaded()


def cut_off_at_once(*args, **kwargs):
    raise KeyboardInterrupt
