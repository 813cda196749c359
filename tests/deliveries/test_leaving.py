"""A message leaves once, only while the gate allows it, and is never silent about how to stop."""

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest

from claims.documents.models import Document
from collections_app.contacts.models import Contact
from collections_app.contacts.services import place_hold
from collections_app.deliveries import carriers, leaving, services
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.services import NoDelivery, send
from tests.cast import NOW, TODAY

LATER = NOW + dt.timedelta(hours=1)


def text(gus: SimpleNamespace, **other: Any) -> Delivery:
    asked = {"account_id": gus.account.pk, "channel": "text", "purpose": "statement", "actor": gus.ana, "now": NOW}
    return send(**{**asked, "today": TODAY, **other})


def left(messages: Any, kind: str) -> list[str]:
    folder = messages.folder / kind
    return sorted(one.read_text() for one in folder.iterdir()) if folder.exists() else []


def test_a_text_leaves_once_with_a_link_and_how_to_stop(gus: SimpleNamespace, messages: Any) -> None:
    made = text(gus)
    assert made.state == "queued"
    assert leaving.deliver_due(clock=lambda: NOW) == 1
    assert leaving.deliver_due(clock=lambda: LATER) == 0
    [told] = map(json.loads, left(messages, "texts"))
    assert told["to"] == "+15185550142"
    assert "https://ar.example.org/my-bill/open?key=" in told["words"]
    assert "Reply STOP" in told["words"]
    assert "$" not in told["words"]
    assert "240" not in told["words"]
    made.refresh_from_db()
    assert (made.state, made.left_at) == ("sent", NOW)
    assert [one.state for one in made.events.order_by("pk")] == ["queued", "sent"]


def test_the_attempt_is_in_the_contact_log_with_its_verdict(gus: SimpleNamespace, messages: Any) -> None:
    made = text(gus)
    assert not Contact.objects.filter(channel="sms").exists()
    leaving.deliver_due(clock=lambda: NOW)
    [kept] = Contact.objects.filter(channel="sms")
    assert (kept.account_id, kept.outcome, kept.number_end, kept.by_id) == (gus.account.pk, "sent", "0142", gus.ana.pk)
    assert kept.gate.answer in ("allow", "warn")
    assert Delivery.objects.get(pk=made.pk).contact_id == kept.pk


def test_the_house_itself_may_send(gus: SimpleNamespace, messages: Any) -> None:
    text(gus, actor=None)
    assert leaving.deliver_due(clock=lambda: NOW) == 1
    assert Contact.objects.get(channel="sms").by_id is None


def test_a_notice_of_bankruptcy_kills_a_queued_text(gus: SimpleNamespace, messages: Any) -> None:
    """RULES 15 #22: queued on Nov 20 at 10:00, bankruptcy noted at 10:30, nothing leaves at 11:00."""
    made = text(gus)
    place_hold(
        actor=gus.ana, account_id=gus.account.pk, reason="bankruptcy", now=NOW + dt.timedelta(minutes=30), today=TODAY
    )
    assert leaving.deliver_due(clock=lambda: LATER) == 0
    made.refresh_from_db()
    assert made.state == "refused"
    assert "ankruptcy" in made.problem
    assert left(messages, "texts") == []
    assert not Contact.objects.filter(channel="sms").exists()


def test_what_waits_is_stopped_as_soon_as_the_hold_is_announced(gus: SimpleNamespace, messages: Any) -> None:
    made = text(gus)
    place_hold(actor=gus.ana, account_id=gus.account.pk, reason="bankruptcy", now=NOW, today=TODAY)
    assert leaving.stop_what_waits([gus.account.pk], now=NOW) == 1
    made.refresh_from_db()
    assert made.state == "refused"


def test_at_night_a_text_waits_for_the_first_lawful_hour(gus: SimpleNamespace, messages: Any) -> None:
    """At 23:00 in Albany it waits for 8:00 the next morning, 13:00 UTC."""
    night = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
    made = text(gus, now=night)
    assert made.state == "queued"
    assert made.next_try_at is not None
    assert made.next_try_at >= dt.datetime(2026, 11, 21, 13, 0, tzinfo=dt.UTC)
    assert leaving.deliver_due(clock=lambda: night) == 0
    assert leaving.deliver_due(clock=lambda: made.next_try_at + dt.timedelta(minutes=1)) == 1


def test_an_email_reveals_nothing_and_carries_one_click(gus: SimpleNamespace, messages: Any) -> None:
    text(gus, channel="email")
    leaving.deliver_due(clock=lambda: NOW)
    [raw] = left(messages, "email")
    assert "Subject: A message from Harbor Clinic" in raw
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw
    assert "https://ar.example.org/stop/" in raw
    assert "240" not in raw.split("Message-ID")[0]


@pytest.mark.parametrize(
    "words",
    ["You owe $240.00 for Sept 14", "Your balance is 240.00", "About your diagnosis", "Past due", "F32.1 visit"],
)
def test_no_message_names_an_amount_a_debt_or_a_diagnosis(gus: SimpleNamespace, messages: Any, words: str) -> None:
    with pytest.raises(NoDelivery, match="other people's hands") as refused:
        text(gus, words=words)
    assert refused.value.facts["field"] == "words"
    assert not Delivery.objects.exists()


def test_without_consent_there_is_no_number_to_text(gus: SimpleNamespace, messages: Any) -> None:
    from collections_app.contacts.consents import revoke_consent

    revoke_consent(
        actor=None, person_id=gus.person.pk, channel="text", address_id=gus.phone.pk, source="reply", said_on=TODAY,
        now=NOW, today=TODAY,
    )  # fmt: skip
    with pytest.raises(NoDelivery, match="agreed to get texts"):
        text(gus)


class Failing:
    """A carrier that fails as it is told."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors, self.asked = list(errors), 0

    def carry(self, message: carriers.OutgoingMessage) -> str:
        self.asked += 1
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        return f"id-{self.asked}"


def test_what_surely_did_not_leave_is_tried_again_and_logged_once(
    gus: SimpleNamespace, messages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = Failing(carriers.TryLater("away"), carriers.TryLater("away"))
    monkeypatch.setattr(leaving, "carrier_of", lambda channel: carrier)
    made = text(gus)
    moments = [NOW, NOW + dt.timedelta(seconds=30), NOW + dt.timedelta(minutes=2), NOW + dt.timedelta(minutes=20)]
    assert [leaving.deliver_due(clock=lambda: at) for at in moments] == [0, 0, 0, 1]  # noqa: B023
    made.refresh_from_db()
    assert (made.state, made.attempts, made.provider_id) == ("sent", 3, "id-3")
    assert Contact.objects.filter(channel="sms").count() == 1


def test_what_may_have_left_is_never_sent_twice(
    gus: SimpleNamespace, messages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = Failing(RuntimeError("the connection broke half way"))
    monkeypatch.setattr(leaving, "carrier_of", lambda channel: carrier)
    made = text(gus)
    leaving.deliver_due(clock=lambda: NOW)
    leaving.deliver_due(clock=lambda: NOW + dt.timedelta(days=1))
    made.refresh_from_db()
    assert (made.state, carrier.asked) == ("bounced", 1)
    assert "may have left" in made.problem
    gus.phone.refresh_from_db()
    assert not gus.phone.is_wrong


def test_a_worker_that_died_leaves_a_question_and_no_second_message(gus: SimpleNamespace, messages: Any) -> None:
    made = text(gus)
    assert leaving._take_next(now=NOW) is not None  # and then it is killed
    leaving.deliver_due(clock=lambda: NOW + dt.timedelta(minutes=11))
    made.refresh_from_db()
    assert (made.state, made.problem) == ("bounced", leaving.UNKNOWN)
    assert left(messages, "texts") == []


def test_what_is_canceled_never_leaves(gus: SimpleNamespace, messages: Any) -> None:
    made = text(gus)
    services.cancel(delivery_id=made.pk, why="He called", actor=gus.ana, now=NOW)
    assert leaving.deliver_due(clock=lambda: NOW) == 0
    assert Delivery.objects.get(pk=made.pk).state == "cancelled"


def test_only_a_letter_can_be_mailed(gus: SimpleNamespace) -> None:
    with pytest.raises(NoDelivery, match="Write one first"):
        text(gus, channel="mail")
    assert not Document.objects.exists()
