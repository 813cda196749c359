"""Giving an item back asks why, and the supervisor sees what was passed by."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from arwork.staff.models import AuditEvent
from collections_app.worklist import skips
from collections_app.worklist.models import Lease, Skip
from tests.cast import make_practice, make_user
from tests.desk.conftest import denied_item, due_item, patient_item, today

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return " ".join(response.content.decode().split())


def skip(actor, item, reason, words="", **more):
    from collections_app.worklist import services

    services.open_item(actor=actor, item_id=item.pk, now=timezone.now())
    return skips.skip_item(
        actor=actor, item_id=item.pk, reason=reason, words=words, now=timezone.now(), today=today(), **more
    )


def test_giving_back_needs_a_reason_and_without_one_the_item_stays(sit, ana):
    item = due_item()
    client = sit(ana)
    client.post(f"/desk/{item.pk}/take")
    page = text(client.get(f"/desk/{item.pk}"))
    assert "I know this person" in page
    for said, words in (
        ({}, "Choose why you give it back. You still have the item."),
        ({"reason": "lunch"}, "Choose why you give it back."),
        ({"reason": "other", "words": "  "}, "Say in your own words"),
        ({"reason": "other", "words": "4111 1111 1111 1111"}, "card number"),
    ):
        assert words in text(client.post(f"/desk/{item.pk}/release", said, follow=True))
        assert Lease.objects.get(item=item).holder == ana
    assert not Skip.objects.exists()
    answer = client.post(
        f"/desk/{item.pk}/release", {"reason": "other", "words": "the scan is upside down"}, follow=True
    )
    assert "Given back." in text(answer)
    [kept] = Skip.objects.all()
    assert (kept.by, kept.item, kept.amount, kept.age_days) == (ana, item, Decimal("240.00"), 60)
    assert (kept.kind, kept.words) == ("no_response", "the scan is upside down")
    event = AuditEvent.objects.get(action="skipped")
    assert (event.subject_id, event.after) == (item.pk, {"reason": "other"})  # the words stay out of the trail
    assert not Lease.objects.exists()


def test_what_is_not_held_is_no_skip(ana):
    item = due_item()
    found = skips.skip_item(actor=ana, item_id=item.pk, reason="no_time", words="", now=timezone.now(), today=today())
    assert (found, Skip.objects.count()) == (False, 0)


def test_programs_give_a_reason_too(sit, ana):
    item = due_item()
    client = sit(ana)
    client.post(f"/desk/{item.pk}/take")
    address, kind = f"/api/v1/items/{item.pk}/release", "application/json"
    assert client.post(address, {}, content_type=kind).status_code == 400
    assert client.post(address, {"reason": "payer_down"}, content_type=kind).status_code == 204
    assert Skip.objects.get().reason == "payer_down"


def test_the_supervisor_sees_them_by_reason_age_and_value(sit, ana, sol, django_assert_max_num_queries):
    skip(ana, due_item(), "not_mine")  # 240.00, 60 days
    skip(ana, patient_item(amount="80.00"), "no_time")  # 60 days
    ben = make_user(username="ben", practices=[make_practice()])
    skip(ben, denied_item(amount="2500.00"), "not_mine", "needs a coder")  # 38 days
    figures = skips.skip_figures(actor=sol, since=timezone.now() - timedelta(days=30))
    assert [(one.label.split(":")[0], one.count, one.amount, one.oldest, one.people) for one in figures.by_reason] == [
        ("Needs a specialist", 2, Decimal("2740.00"), 60, 2),
        ("No time to finish it now", 1, Decimal("80.00"), 60, 1),
    ]
    assert [(one.label, one.count) for one in figures.by_age] == [("31-60 days", 3)]
    assert [(one.label, one.amount) for one in figures.by_value] == [
        ("below $100", Decimal("80.00")), ("$100 to $500", Decimal("240.00")), ("$2,500 and more", Decimal("2500.00")),
    ]  # fmt: skip
    client = sit(sol)
    assert 'href="/team/skips"' in text(client.get("/team"))
    with django_assert_max_num_queries(14):
        page = text(client.get("/team/skips"))
    for words in ("needs a coder", "3, $2,820.00 at stake", "Ben Test", "Skips by value"):
        assert words in page, words
    Skip.objects.filter(by=ben).update(at=timezone.now() - timedelta(days=20))
    week = text(client.get("/team/skips?days=7"))
    assert "Ana Test" in week
    assert "needs a coder" not in week


def test_they_leave_as_csv_and_their_leaving_is_recorded(sit, ana, sol):
    item = due_item()
    skip(ana, item, "wrong", "=1+1")
    answer = sit(sol).get("/team/skips?export=csv")
    head, row = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert head[:4] == ["When", "Who", "Kind", "Number"]
    assert row[1:] == [
        "Ana Test",
        "No response",
        item.claim.number,
        "240.00",
        "60",
        "What is shown looks wrong",
        "'=1+1",
    ]
    assert AuditEvent.objects.filter(action="exported", subject="skips").exists()


def test_skips_of_another_practice_are_not_seen(sit, ana):
    skip(ana, due_item(), "no_time", "their words")
    other = make_practice(name="Oak Street Surgery", npi="1003000126", tin="061234999")
    zoe = make_user(username="zoe", role="supervisor", practices=[other])
    assert "their words" not in text(sit(zoe).get("/team/skips"))
    assert sit(ana).get("/team/skips").status_code == 403
