"""The page of who is asked: what a stranger learns (nothing), how often they may try, and the one answer."""

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arwork.lib import clock
from arwork.lib.errors import Conflict
from arwork.staff.models import AuditEvent
from collections_app.disputes import asking, guests, services
from collections_app.disputes.models import BillingDispute, DisputeEvent, GuestQuestion, GuestVisit
from tests.disputes.opening import DAY
from tests.documents.scans import pdf

pytestmark = pytest.mark.django_db
UNKNOWN = "/asked/open?key=" + "A" * 43


def now() -> dt.datetime:
    return clock.now()


@pytest.fixture
def case(gus: SimpleNamespace) -> BillingDispute:
    return services.open_dispute(
        gus.account.pk, gus.claim.pk, kind="service", words="QUILLFEATHER was not there.", amount=None, actor=gus.ana,
        today=clock.today(),        now=now(),
    )  # fmt: skip


@pytest.fixture
def made(gus: SimpleNamespace, case: BillingDispute) -> asking.MadeQuestion:
    return ask(case, gus)


def ask(case: BillingDispute, gus: SimpleNamespace, **given: Any) -> asking.MadeQuestion:
    told = {
        "role": "coder", "name": "Cora Coder", "words": "Was the second test done?", "due_on": clock.today() + 7 * DAY,
        "facts": ("day", "line-1"),
    }  # fmt: skip
    return asking.ask(case.pk, asking.Asked(**(told | given)), actor=gus.ana, today=clock.today(), now=now())


def enter(client: Client, link: str, code: str) -> Any:
    client.get(link[link.index("/asked") :])
    return client.post("/asked/code", {"code": code})


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def told(response: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


def test_link_and_code_open_the_question_and_only_what_was_ticked(made: asking.MadeQuestion, client: Client) -> None:
    assert enter(client, made.link, made.code).status_code == 302
    page = client.get("/asked").content.decode()
    assert "Was the second test done?" in page
    assert "Sep 14, 2026" in page
    assert "QUILLFEATHER" not in page
    assert "Guarino" not in page
    assert AuditEvent.objects.get(action="guest_opened").actor_id is None


def test_the_token_leaves_the_address_and_only_digests_are_kept(made: asking.MadeQuestion, client: Client) -> None:
    answer = client.get(made.link[made.link.index("/asked") :])
    assert (answer.status_code, answer["Location"]) == (302, "/asked")
    token = made.link.rpartition("=")[2]
    question = GuestQuestion.objects.get()
    assert token not in (question.digest, question.code_digest)
    assert made.code not in question.code_digest
    assert token not in client.get("/asked").content.decode()


def test_a_wrong_code_an_unknown_link_and_an_ended_one_look_alike(
    made: asking.MadeQuestion, gus: SimpleNamespace, case: BillingDispute
) -> None:
    ended = ask(case, gus, name="Dora Desk")
    asking.revoke(ended.question.pk, actor=gus.ana, now=now())
    past = ask(case, gus, name="Old Link")
    GuestQuestion.objects.filter(pk=past.question.pk).update(
        asked_at=now() - 20 * DAY, ends_at=now() - dt.timedelta(seconds=1)
    )
    answers = [
        enter(Client(), made.link, other(made.code)),
        enter(Client(), UNKNOWN, made.code),
        enter(Client(), ended.link, ended.code),
        enter(Client(), past.link, past.code),
    ]
    assert {one.status_code for one in answers} == {422}
    assert len({told(one) for one in answers}) == 1
    assert not GuestVisit.objects.exists()


def test_after_five_wrong_codes_nobody_is_let_in_for_half_an_hour(made: asking.MadeQuestion) -> None:
    client = Client()
    found = [enter(client, made.link, other(made.code)).status_code for _ in range(6)]
    assert found == [422] * 5 + [429]
    assert enter(client, made.link, made.code).status_code == 429
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=31), tick=False):
        assert enter(client, made.link, made.code).status_code == 302


def test_a_link_ends_for_good_after_ten_wrong_codes(made: asking.MadeQuestion) -> None:
    start = dt.datetime.now(dt.UTC)
    for number in range(10):
        with time_machine.travel(start + dt.timedelta(minutes=31 * (number // 5)), tick=False):
            assert enter(Client(), made.link, other(made.code)).status_code == 422
    with time_machine.travel(start + dt.timedelta(hours=3), tick=False):
        assert enter(Client(), made.link, made.code).status_code == 422


def test_a_guest_answers_once_and_the_case_says_what_to_do(
    made: asking.MadeQuestion, gus: SimpleNamespace, case: BillingDispute, client: Client
) -> None:
    assert BillingDispute.objects.get().state == "asked"
    enter(client, made.link, made.code)
    empty = client.post("/asked/answer", {"choice": "wrong", "words": ""})
    assert empty.status_code == 422
    assert "Write what it should be" in empty.content.decode()
    file = SimpleUploadedFile("note.pdf", pdf("note").read(), "application/pdf")
    sent = client.post("/asked/answer", {"choice": "wrong", "words": "One test, not two.", "file": file})
    assert sent.status_code == 302
    page = client.get("/asked").content.decode()
    assert "Your answer is with" in page
    assert "Send the answer" not in page
    assert client.post("/asked/answer", {"choice": "right"}).status_code == 409
    question, found = GuestQuestion.objects.get(), BillingDispute.objects.get()
    assert (question.choice, question.answer) == ("wrong", "One test, not two.")
    assert question.brought is not None
    assert question.brought.links.get().claim_id == gus.claim.pk
    assert (found.state, found.next_action, found.next_on) == ("answered", guests.TO_READ, clock.today())
    event = DisputeEvent.objects.get(kind="replied")
    assert (event.by, event.who) == (None, "Cora Coder")


def test_a_file_that_is_no_document_is_refused_and_nothing_is_answered(
    made: asking.MadeQuestion, client: Client
) -> None:
    enter(client, made.link, made.code)
    file = SimpleUploadedFile("note.pdf", b"MZ not a document", "application/pdf")
    assert client.post("/asked/answer", {"choice": "right", "file": file}).status_code >= 400
    assert GuestQuestion.objects.get().answered_at is None


def test_an_answer_holds_no_card_number(made: asking.MadeQuestion, client: Client) -> None:
    enter(client, made.link, made.code)
    assert client.post("/asked/answer", {"choice": "more", "words": "4111 1111 1111 1111"}).status_code >= 400
    assert GuestQuestion.objects.get().answered_at is None


def test_ending_a_question_or_closing_the_case_shows_the_guest_out(
    made: asking.MadeQuestion, gus: SimpleNamespace, case: BillingDispute, client: Client
) -> None:
    enter(client, made.link, made.code)
    visit = GuestVisit.objects.select_related("question__dispute").get()
    services.close(case.pk, to="withdrawn", answer="They called.", actor=gus.ana, today=clock.today(), now=now())
    assert "Was the second test done?" not in client.get("/asked").content.decode()
    assert client.post("/asked/answer", {"choice": "right"}).status_code == 422
    with pytest.raises(Conflict):
        guests.reply(visit, choice="right", words="", now=now(), today=clock.today())
    assert GuestQuestion.objects.get().answered_at is None


def test_ending_the_only_question_opens_the_case_again(
    made: asking.MadeQuestion, gus: SimpleNamespace, case: BillingDispute
) -> None:
    asking.revoke(made.question.pk, actor=gus.ana, now=now())
    assert (BillingDispute.objects.get().state, BillingDispute.objects.get().next_action) == (
        "open",
        services.FIRST_STEP,
    )
    with pytest.raises(Conflict):
        asking.revoke(made.question.pk, actor=gus.ana, now=now())


def test_the_page_closes_after_half_an_hour(made: asking.MadeQuestion, client: Client) -> None:
    enter(client, made.link, made.code)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=31), tick=False):
        assert "Was the second test done?" not in client.get("/asked").content.decode()


def test_documents_open_only_where_they_are_shown(made: asking.MadeQuestion, client: Client) -> None:
    enter(client, made.link, made.code)
    assert client.get("/asked/documents/999999").status_code == 404


def test_no_session_opens_the_other_side(made: asking.MadeQuestion, gus: SimpleNamespace, client: Client) -> None:
    enter(client, made.link, made.code)
    assert client.get(f"/disputes/{made.question.dispute_id}").status_code == 302
    assert "$240.00" not in client.get("/my-bill").content.decode()
    staff = Client()
    staff.force_login(gus.ana)
    assert "Was the second test done?" not in staff.get("/asked").content.decode()


def test_every_page_says_that_nobody_keeps_or_lists_it(made: asking.MadeQuestion, client: Client) -> None:
    enter(client, made.link, made.code)
    for page in (client.get("/asked"), Client().get("/asked"), client.get("/asked/documents/1")):
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "same-origin"
        assert "noindex" in page["X-Robots-Tag"]


def test_a_form_without_its_token_does_nothing(made: asking.MadeQuestion) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(made.link[made.link.index("/asked") :])
    assert client.post("/asked/code", {"code": made.code}).status_code != 200
    assert not GuestVisit.objects.exists()


def test_the_mail_names_nobody_and_never_the_code(gus: SimpleNamespace, case: BillingDispute, messages: Any) -> None:
    made = ask(case, gus, email="cora@example.com")
    assert asking.mail_link(made, actor=gus.ana, now=now()) == ""
    texts = [one.body for one in getattr(mail, "outbox", [])] + [
        path.read_text(errors="replace") for path in messages.folder.rglob("*") if path.is_file()
    ]
    [text] = [one for one in texts if "code of six digits" in one]
    assert made.code not in text
    assert "Guarino" not in text
    assert "240" not in text


def test_without_an_address_nothing_is_mailed(made: asking.MadeQuestion, gus: SimpleNamespace) -> None:
    assert asking.mail_link(made, actor=gus.ana, now=now()) != ""
