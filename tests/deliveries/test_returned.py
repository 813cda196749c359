"""Mail that came back: one page for statements and letters, by their number or the account's, many in a row."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import Conflict
from claims.parties.models import PersonAddress
from collections_app.deliveries import print_batches, returned
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.numbers import number_of
from collections_app.deliveries.services import send
from collections_app.letters.services import make_letter
from collections_app.statements import releasing, runs
from collections_app.statements.choosing import standing_of
from collections_app.statements.models import Statement
from collections_app.statements.services import make_statement
from collections_app.tracing.daily import run_tracing
from collections_app.tracing.models import TraceCase
from tests.cast import NOW, TODAY, make_practice, make_sol, make_user
from tests.statements.conftest import owing

LOGIN = {"backend": "django.contrib.auth.backends.ModelBackend"}
LATER = NOW + dt.timedelta(minutes=1)


def mailed(gus: SimpleNamespace) -> Delivery:
    letter = make_letter(
        kind="plain", account_id=gus.account.pk, facts={"topic": "Your question", "words": "Thank you."},
        language="en", actor=None, today=TODAY, now=NOW,
    )  # fmt: skip
    made = send(
        account_id=gus.account.pk, channel="mail", purpose="statement", letter=letter, actor=gus.ana, now=NOW,
        today=TODAY,
    )  # fmt: skip
    print_batches.make_batch(practice_id=gus.practice.pk, actor=gus.ana, now=NOW)
    made.refresh_from_db()
    return made


def stated(gus: SimpleNamespace, *, at: dt.datetime = LATER) -> Statement:
    return make_statement(
        account_id=gus.account.pk, is_itemized=False, language="en", actor=gus.sol, today=TODAY, now=at
    )


def enter(gus: SimpleNamespace, typed: str, reason: str = "moved") -> returned.MailPiece:
    return returned.came_back(typed=typed, reason=reason, actor=gus.ana, now=NOW, today=TODAY)


def test_a_letter_marks_its_address_and_the_day_looks_for_another(gus: SimpleNamespace, messages: Any) -> None:
    made = mailed(gus)
    enter(gus, number_of(made.pk))
    gus.home.refresh_from_db()
    assert gus.home.is_bad
    run_tracing(today=TODAY, now=NOW)
    case = TraceCase.objects.get(person=gus.person)
    assert (case.why, str(case.balance), case.state) == ("no_mail", "240.00", "open")
    with pytest.raises(returned.NotReturned, match="already"):
        enter(gus, number_of(made.pk))
    returned.take_back("delivery", made.pk, actor=gus.ana, now=NOW, today=TODAY)
    gus.home.refresh_from_db()
    assert not gus.home.is_bad
    run_tracing(today=TODAY, now=NOW)
    case.refresh_from_db()
    assert case.state == "found"


def test_a_statement_marks_its_address(gus: SimpleNamespace, messages: Any) -> None:
    made = stated(gus)
    assert enter(gus, made.number.lower()).address_id == gus.home.pk
    made.refresh_from_db()
    found = standing_of(gus.account, today=TODAY + dt.timedelta(days=40), now=NOW)
    assert (made.returned_on, found.standing.facts.is_returned) == (TODAY, True)
    with pytest.raises(returned.NotReturned, match="already"):
        enter(gus, made.number)


def test_the_address_on_the_paper_is_marked_and_no_newer_one(gus: SimpleNamespace, messages: Any) -> None:
    made = stated(gus)
    moved = PersonAddress.objects.create(
        person=gus.person, line1="7 Lark Street", city="Albany", state="NY", zip="12210", is_current=True
    )
    enter(gus, made.number)
    gus.home.refresh_from_db()
    moved.refresh_from_db()
    assert (gus.home.is_bad, moved.is_bad) == (True, False)


def test_an_account_number_means_what_left_to_it_last(gus: SimpleNamespace, messages: Any) -> None:
    letter, statement = mailed(gus), stated(gus)
    assert enter(gus, gus.account.number, "refused").number == statement.number
    gus.home.refresh_from_db()
    assert not gus.home.is_bad  # what was refused reached somebody
    assert enter(gus, gus.account.number).number == number_of(letter.pk)
    gus.home.refresh_from_db()
    assert gus.home.is_bad


def test_an_address_stays_bad_while_other_mail_is_back_from_it(gus: SimpleNamespace, messages: Any) -> None:
    letter, statement = mailed(gus), stated(gus)
    enter(gus, number_of(letter.pk))
    enter(gus, statement.number)
    returned.take_back("delivery", letter.pk, actor=gus.ana, now=NOW, today=TODAY)
    gus.home.refresh_from_db()
    assert gus.home.is_bad
    returned.take_back("statement", statement.pk, actor=gus.ana, now=NOW, today=TODAY)
    gus.home.refresh_from_db()
    assert not gus.home.is_bad
    with pytest.raises(Conflict):
        returned.take_back("statement", statement.pk, actor=gus.ana, now=NOW, today=TODAY)


@pytest.mark.parametrize("typed", ["D99999-9", "S9999999", "nonsense", ""])
def test_a_number_that_is_none_of_ours_is_refused(gus: SimpleNamespace, typed: str) -> None:
    with pytest.raises(returned.NotReturned):
        enter(gus, typed)


def test_one_that_has_not_left_and_one_of_another_practice_did_not_come_back(
    gus: SimpleNamespace, messages: Any
) -> None:
    made = stated(gus)
    cedar = make_practice(name="Cedar", npi="1679576722")
    stranger = make_user(username="carla", practices=[cedar])
    with pytest.raises(returned.NotReturned, match="no statement or letter"):
        returned.came_back(typed=made.number, reason="moved", actor=stranger, now=NOW, today=TODAY)
    Statement.objects.filter(pk=made.pk).update(state="made", released_on=None)
    with pytest.raises(returned.NotReturned, match="has not been mailed"):
        enter(gus, made.number)


def test_many_in_a_row_by_keyboard_and_taken_back(
    gus: SimpleNamespace, messages: Any, client: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    letter, statement = mailed(gus), stated(gus)
    client.force_login(gus.ana, **LOGIN)
    page = reverse("mail_returned")
    for number in (statement.number, number_of(letter.pk)):
        answer = client.post(page, {"typed": number, "reason": "vacant"})
        assert answer.url == f"{page}?reason=vacant"
    shown = client.get(answer.url).content.decode()
    assert '<option value="vacant" selected>' in shown
    assert "autofocus" in shown
    assert shown.count("It was another one") == 2
    assert shown.count("<td>Vacant</td>") == 2
    answer = client.post(page, {"typed": "S9999999", "reason": "vacant"})
    assert (answer.status_code, "no statement or letter" in answer.content.decode()) == (422, True)
    assert client.post(reverse("statement_not_returned", args=[statement.pk])).url == page
    statement.refresh_from_db()
    assert statement.returned_on is None


def test_a_statement_of_a_run_is_found_by_its_account(db: None, messages: Any) -> None:
    practice = make_practice()
    practice.phone, practice.address, practice.city, practice.zip = "2125550143", "12 Pier Street", "Brooklyn", "11201"
    practice.save()
    sol, account = make_sol(practice), owing("60.00")
    run = runs.start_run(practice.pk, actor=sol, today=TODAY, now=NOW)
    runs.make_run(run.pk, clock=lambda: NOW)
    releasing.release_run(run.pk, actor=sol, today=TODAY, now=NOW)
    found = returned.came_back(typed=account.number, reason="unknown", actor=sol, now=NOW, today=TODAY)
    assert (found.kind, found.address_id) == ("statement", account.guarantor.addresses.get().pk)
    later = standing_of(account, today=TODAY + dt.timedelta(days=40), now=NOW + dt.timedelta(days=40))
    assert later.decision.reason == "returned"  # no other is sent until there is a good address
