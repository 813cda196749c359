"""Whatever is done with the disputes of a visit, in whatever order: its hold is in force if and only if one is open."""

from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arwork.lib.errors import Conflict
from collections_app.contacts.models import Hold
from collections_app.contacts.selectors import holds_in_force
from collections_app.deliveries.doors import digest_of
from collections_app.disputes import asking, guests, services
from collections_app.disputes.models import BillingDispute, GuestQuestion, GuestVisit
from tests.cast import NOW, TODAY
from tests.disputes.opening import asked_about, disputed

DEEDS = ("open", "ask", "answer", "end", "correct", "uphold", "withdraw", "reopen")
CLOSES = {"correct": "corrected", "uphold": "upheld", "withdraw": "withdrawn"}


class Oracle:
    """What should be so, kept beside: of each dispute whether it is closed, how many wait and how many answered."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.waits: list[int] = []
        self.answered: list[int] = []

    def state(self, at: int) -> str:
        if self.closed[at]:
            return self.closed[at]
        return "asked" if self.waits[at] else "answered" if self.answered[at] else "open"


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 2)), min_size=4, max_size=14))
def test_the_hold_is_in_force_while_any_dispute_is_open(gus: SimpleNamespace, deeds: list[tuple[str, int]]) -> None:
    with transaction.atomic():  # a failing example leaves nothing open to the next
        play(gus, deeds)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_case_that_is_opened_again_keeps_the_answer_it_had(gus: SimpleNamespace) -> None:
    play(gus, [("open", 0), ("ask", 0), ("answer", 0), ("correct", 0), ("reopen", 0)])
    assert BillingDispute.objects.get().state == BillingDispute.State.ANSWERED


def play(gus: SimpleNamespace, deeds: list[tuple[str, int]]) -> None:
    made: list[BillingDispute] = []
    seen = Oracle()
    for deed, which in deeds:
        if deed == "open" or not made:
            made.append(disputed(gus.claim, gus.ana))
            seen.closed.append("")
            seen.waits.append(0)
            seen.answered.append(0)
        else:
            act(deed, made[which % len(made)], which % len(made), seen, gus)
        states = list(BillingDispute.objects.order_by("pk").values_list("state", flat=True))
        assert states == [seen.state(at) for at in range(len(made))]
        in_force = Hold.objects.filter(holds_in_force(TODAY), claim=gus.claim, reason="dispute").exists()
        assert in_force == any(not one for one in seen.closed)


def act(deed: str, one: BillingDispute, at: int, seen: Oracle, gus: SimpleNamespace) -> None:
    waiting = GuestQuestion.objects.filter(dispute=one, answered_at=None, revoked_at=None).order_by("pk").first()
    if deed == "reopen":
        if not seen.closed[at]:
            with pytest.raises(Conflict):
                services.reopen(one.pk, why="Again.", actor=gus.ana, today=TODAY, now=NOW)
            return
        services.reopen(one.pk, why="Again.", actor=gus.ana, today=TODAY, now=NOW)
        seen.closed[at] = ""
    elif seen.closed[at]:
        if deed in CLOSES:
            with pytest.raises(Conflict):
                services.close(one.pk, to=CLOSES[deed], answer="No.", actor=gus.ana, today=TODAY, now=NOW)
    elif deed in CLOSES:
        services.close(one.pk, to=CLOSES[deed], answer="Yes.", actor=gus.ana, today=TODAY, now=NOW)
        seen.closed[at], seen.waits[at] = CLOSES[deed], 0
    elif deed == "ask":
        if seen.waits[at] < asking.MOST_AWAITED:
            asked_about(one, gus.ana)
            seen.waits[at] += 1
    elif waiting is not None and deed == "end":
        asking.revoke(waiting.pk, actor=gus.ana, now=NOW)
        seen.waits[at] -= 1
    elif waiting is not None and deed == "answer":
        reply_to(waiting)
        seen.waits[at] -= 1
        seen.answered[at] += 1


def reply_to(question: GuestQuestion) -> None:
    visit = GuestVisit.objects.create(
        question=question, digest=digest_of(f"visit {question.pk}"), begun_at=NOW, seen_at=NOW
    )
    guests.reply(visit, choice="right", words="", now=NOW, today=TODAY)
