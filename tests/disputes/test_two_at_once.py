"""Two answers at the same moment, an answer while the case is closed, a dispute while the last one is closed."""

from types import SimpleNamespace

import pytest

from arwork.lib.errors import Conflict
from collections_app.contacts.models import Hold
from collections_app.contacts.selectors import holds_in_force
from collections_app.deliveries.doors import digest_of
from collections_app.disputes import guests, services
from collections_app.disputes.models import BillingDispute, DisputeEvent, GuestQuestion, GuestVisit
from tests.cast import NOW, TODAY
from tests.disputes.opening import asked_about, disputed
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def visits_of(question: GuestQuestion, count: int) -> list[GuestVisit]:
    return [
        GuestVisit.objects.create(question=question, digest=digest_of(f"visit {one}"), begun_at=NOW, seen_at=NOW)
        for one in range(count)
    ]


def test_two_answers_at_once_are_one(gus: SimpleNamespace) -> None:
    question = asked_about(disputed(gus.claim, gus.ana), gus.ana).question
    one, other = visits_of(question, 2)
    results = at_once(
        lambda: guests.reply(one, choice="right", words="", now=NOW, today=TODAY),
        lambda: guests.reply(other, choice="wrong", words="One test.", now=NOW, today=TODAY),
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "GuestQuestion"]
    assert DisputeEvent.objects.filter(kind="replied").count() == 1


def test_an_answer_comes_before_the_end_of_the_case_or_not_at_all(gus: SimpleNamespace) -> None:
    found = disputed(gus.claim, gus.ana)
    [visit] = visits_of(asked_about(found, gus.ana).question, 1)
    answered, closed = at_once(
        lambda: guests.reply(visit, choice="right", words="", now=NOW, today=TODAY),
        lambda: services.close(found.pk, to="upheld", answer="It is right.", actor=gus.ana, today=TODAY, now=NOW),
    )
    assert isinstance(closed, BillingDispute)
    assert isinstance(answered, GuestQuestion | Conflict)
    assert BillingDispute.objects.get().state == "upheld"


def test_the_hold_stands_for_a_dispute_that_comes_while_the_last_one_is_closed(gus: SimpleNamespace) -> None:
    last = disputed(gus.claim, gus.ana)
    at_once(
        lambda: services.close(last.pk, to="upheld", answer="It is right.", actor=gus.ana, today=TODAY, now=NOW),
        lambda: disputed(gus.claim, gus.ana, kind="paid"),
    )
    assert BillingDispute.objects.filter(state="open").count() == 1
    assert Hold.objects.filter(holds_in_force(TODAY), claim=gus.claim).count() == 1
