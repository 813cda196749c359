"""The timeline of an account tells each message once, its answer, and what the patient did."""

from types import SimpleNamespace
from typing import Any

from collections_app.deliveries import leaving, replies
from collections_app.deliveries.numbers import number_of
from collections_app.deliveries.services import send
from collections_app.portal.deeds import keep_deed
from collections_app.worklist.timeline import done_on_account
from tests.cast import NOW, TODAY


def test_what_was_sent_answered_and_done_stands_there_once(gus: SimpleNamespace, messages: Any) -> None:
    made = send(account_id=gus.account.pk, channel="text", purpose="statement", actor=gus.ana, now=NOW, today=TODAY)
    leaving.deliver_due(clock=lambda: NOW)
    replies.hear(number="+15185550142", said="Who is this?", provider_id="SM1", now=NOW, today=TODAY)
    keep_deed(gus.account, "plan", words="$40.00 a month", now=NOW)
    told = done_on_account(actor=gus.ana, account_id=gus.account.pk, most=20)
    assert sorted((one.kind, one.words, one.detail, one.by) for one in told) == [
        ("Patient", "Asked for a payment plan", "$40.00 a month", "the patient"),
        ("Text message", "Answered", "Who is this?", "the patient"),
        ("Text message", "Message: sent", number_of(made.pk), str(gus.ana)),
    ]
