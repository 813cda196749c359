"""Pages of bank debits: the words read from the screen, the file, the returns; who may do what."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from arwork.lib import clock
from arwork.staff.models import AuditEvent
from collections_app.ach.models import AchAnswer, AchEntry, AchFile, BankAuthorization
from collections_app.plans.affordability import Means
from collections_app.plans.drafts import AskedTerms, draft_plan, ground_of
from collections_app.plans.services import propose
from tests.ach.stories import MONDAY, TUESDAY, answer_file, authorized, debited, on, owing, sent, settled
from tests.cast import NOW, TODAY, make_abe, make_ana, make_practice, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(clock, "now", lambda: NOW)


def entered(**but: str) -> dict[str, str]:
    told = {
        "step": "show", "sec_code": "TEL", "relationship": "known", "language": "en", "holder": "Gus Guarino",
        "routing": "011000015", "bank_account": "123456789", "bank_account_again": "123456789",
        "bank_account_kind": "checking", "frequency": "once", "amount": "120.00", "how_set": "",
        "first_on": "2026-11-23", "last_on": "", "proof": "recording", "proof_reference": "call-881",
    }  # fmt: skip
    return told | but


def test_the_words_are_read_from_the_page_and_only_a_yes_is_kept(client, practice, sol):
    account = owing("240.00", practice=practice)
    ana = make_ana(practice)
    client.force_login(ana)
    here = reverse("ach_authorize", args=[account.pk])
    assert client.get(here).status_code == 200
    shown = client.post(here, entered())
    text = " ".join(shown.content.decode().split())
    for said in (
        "Today is November 20, 2026", "$120.00", "on or after November 23, 2026", "Gus Guarino", "ending in 6 7 8 9",
        "(212) 555-0100", "This is an authorization of an ACH debit", "revoke this authorization", "business hours",
        "which bank it is, is not known",
    ):  # fmt: skip
        assert said in text
    assert not BankAuthorization.objects.exists()
    done = client.post(here, entered(step="save"))
    found = BankAuthorization.objects.get()
    assert done.url == reverse("ach_authorization", args=[found.pk])
    assert "This is an authorization of an ACH debit" in found.words
    entry = AchEntry.objects.get()
    assert (entry.state, entry.held_for, entry.effective_on) == ("held", "unconfirmed", MONDAY)
    page = client.get(done.url).content.decode()
    assert "ending 6789" in page
    assert "123456789" not in page


def test_the_words_are_read_in_spanish(client, practice, sol):
    account = owing("240.00", practice=practice)
    client.force_login(sol)
    shown = client.post(reverse("ach_authorize", args=[account.pk]), entered(language="es")).content.decode()
    assert "Esta es una autorización de un débito ACH." in shown
    assert "20 de noviembre de 2026" in shown


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("routing", "011000016", "don&#x27;t check"),
        ("bank_account_again", "123456780", "differ"),
        ("relationship", "", "who called us"),
        ("amount", "", "say how it is set"),
        ("first_on", "2026-11-19", "past"),
        ("proof_reference", "", "recording is found"),
        ("proof_reference", "4111 1111 1111 1111", "card number"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, practice, sol, field, value, said):
    account = owing("240.00", practice=practice)
    client.force_login(sol)
    answer = client.post(reverse("ach_authorize", args=[account.pk]), entered(**{field: value}))
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_from_confirming_to_the_file(client, practice, sol):
    account = owing("240.00", practice=practice)
    authorization = authorized(account, sol, is_confirmed=False)
    entry = debited(authorization, sol)
    client.force_login(sol)
    client.post(reverse("ach_confirm", args=[authorization.pk]))
    entry.refresh_from_db()
    assert entry.state == "pending"
    for name in ("ach", "ach_files", "ach_answers", "ach_authorizations", "ach_rates", "ach_checks", "money"):
        assert client.get(reverse(name)).status_code == 200
    made = client.post(reverse("ach_file_make"), {"practice": practice.pk})
    file = AchFile.objects.get()
    assert made.url == reverse("ach_file", args=[file.pk])
    assert "hashes and sums are right" in client.get(made.url).content.decode()
    bytes_ = client.post(reverse("ach_file_download", args=[file.pk]))
    assert bytes_.content.decode() == file.content
    assert AuditEvent.objects.filter(action="download", subject="ach_file", subject_id=file.pk).exists()
    client.post(reverse("ach_file_sent", args=[file.pk]))
    entry.refresh_from_db()
    assert entry.state == "sent"
    assert client.get(reverse("ach_entry", args=[entry.pk])).status_code == 200


def test_what_the_bank_says_is_shown_before_it_is_taken_in(client, practice, sol, monkeypatch):
    entry = debited(authorized(owing("240.00", practice=practice), sol), sol)
    sent(practice, sol)
    settled(MONDAY)
    entry.refresh_from_db()
    monkeypatch.setattr(clock, "today", lambda: TUESDAY)
    monkeypatch.setattr(clock, "now", lambda: on(TUESDAY)["now"])
    client.force_login(sol)
    content = answer_file(("R10", entry.trace, "120.00"), ("R03", "021000025999999", "9.00"))
    shown = client.post(reverse("ach_take_in"), {"file": SimpleUploadedFile("returns.ach", content)})
    assert "take the money back" in shown.content.decode()
    assert "No debit of this practice bears this trace" in shown.content.decode()
    assert not AchAnswer.objects.exists()
    hidden = {"name": "returns.ach", "content": shown.context["content"]}
    taken = client.post(reverse("ach_take_in"), hidden)
    assert taken.url == f"{reverse('ach_answers')}?state=waiting"
    entry.refresh_from_db()
    assert entry.state == "returned"
    waiting = AchAnswer.objects.get(state="waiting")
    assert client.get(reverse("ach_answer", args=[waiting.pk])).status_code == 200
    client.post(reverse("ach_answer_seen_to", args=[waiting.pk]), {"what": "Not ours."})
    assert client.get(reverse("ach_counted", args=[practice.pk, "unauthorized"])).status_code == 200
    assert "R10" in client.get(reverse("ach_entry", args=[entry.pk])).content.decode()
    assert client.get(reverse("ach") + "?export=csv").status_code == 200


def test_what_comes_back_broken_is_no_file(client, practice, sol):
    client.force_login(sol)
    for content in ("Ú", "A", "%%%"):
        answer = client.post(reverse("ach_take_in"), {"content": content, "name": "returns.ach"})
        assert answer.status_code == 422
        assert b"did not arrive whole" in answer.content


def test_a_collector_takes_authorizations_and_makes_no_files(client, practice, sol):
    account = owing("240.00", practice=practice)
    entry = debited(authorized(account, sol), sol)
    client.force_login(make_ana(practice))
    assert client.post(reverse("ach_file_make"), {"practice": practice.pk}).status_code == 403
    assert client.post(reverse("ach_confirm", args=[entry.authorization_id])).status_code == 403
    client.post(reverse("ach_entry_cancel", args=[entry.pk]), {"why": "They called and stopped it."})
    entry.refresh_from_db()
    assert entry.state == "cancelled"
    client.force_login(make_abe(practice))
    assert client.get(reverse("ach_entry", args=[entry.pk])).status_code == 200
    assert client.post(reverse("ach_entry_cancel", args=[entry.pk]), {"why": "x"}).status_code == 403


def test_another_practice_sees_nothing(client, practice, sol):
    account = owing("240.00", practice=practice)
    entry = debited(authorized(account, sol), sol)
    file = sent(practice, sol)
    other = make_user(username="otto", role="supervisor", practices=[make_practice(name="Pier", npi="1003000126")])
    client.force_login(other)
    for name, pk in (("ach_entry", entry.pk), ("ach_file", file.pk), ("ach_authorization", entry.authorization_id)):
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert client.post(reverse("ach_file_download", args=[file.pk])).status_code == 404
    assert client.get(reverse("ach_authorize", args=[account.pk])).status_code == 404


def test_a_revocation_cancels_what_has_not_left_and_the_notice_can_be_printed(client, practice, sol):
    account = owing("240.00", practice=practice)
    authorization = authorized(
        account, sol, proof="notice", proof_reference="", amount=Decimal("80.00"), first_on=dt.date(2026, 12, 1)
    )
    entry = debited(authorization, sol, "80.00", effective_on=dt.date(2026, 12, 1))
    client.force_login(sol)
    page = client.get(reverse("ach_authorization", args=[authorization.pk])).content.decode()
    assert "Nothing is debited before it went out" in page
    assert "2026-11-25" in page  # three banking days before 1 Dec, Thanksgiving left out
    assert client.get(reverse("ach_notice", args=[authorization.pk])).status_code == 200
    client.post(reverse("ach_notice_sent", args=[authorization.pk]), {"on": "2026-11-20"})
    client.post(reverse("ach_revoke", args=[authorization.pk]), {"revoke-why": "They called."})
    entry.refresh_from_db()
    authorization.refresh_from_db()
    assert (authorization.state, entry.state, entry.why) == ("revoked", "cancelled", "They called.")
    assert authorization.notice_on == TODAY


def test_a_list_of_banks_names_the_bank_while_the_words_are_read(client, practice, sol):
    account = owing("240.00", practice=practice)
    ada = make_user(username="ada2", role="admin", practices=[practice])
    client.force_login(ada)
    line = f"{'011000015':9}O{'011000015'}1{'122415':6}{'000000000'}{'FEDERAL RESERVE BANK':36}{'1000 PEACHTREE ST':84}"
    file = SimpleUploadedFile("fedach.txt", line.encode())
    assert client.post(reverse("ach_directory"), {"file": file}).status_code == 302
    shown = client.post(reverse("ach_authorize", args=[account.pk]), entered())
    assert "Federal Reserve Bank" in shown.content.decode()
    bad = SimpleUploadedFile("fedach.txt", b"no directory at all")
    assert client.post(reverse("ach_directory"), {"file": bad}).status_code == 422


def test_an_authorization_for_a_proposed_plan_begins_with_its_terms_and_leads_back_to_it(client, practice, sol):
    account = owing("300.00", practice=practice)
    ana = make_ana(practice)
    ground = ground_of(actor=ana, account_id=account.pk, today=TODAY)
    asked = AskedTerms(first_due_on=dt.date(2026, 12, 8), each=Decimal("100.00"))
    plan = propose(draft_plan(ground, asked, Means(), today=TODAY), actor=ana, today=TODAY, now=NOW)
    client.force_login(ana)
    back = reverse("plan_agree", args=[plan.pk])
    offered = client.get(back).content.decode()
    here = f"{reverse('ach_authorize', args=[account.pk])}?back={back}"
    assert here in offered.replace("%2F", "/")
    form = client.get(here).context["form"]
    assert [form[name].value() for name in ("frequency", "amount", "first_on")] == [
        "recurring", Decimal("100.00"), dt.date(2026, 12, 8),
    ]  # fmt: skip
    given = entered(step="save", frequency="recurring", amount="100.00", first_on="2026-12-08")
    assert client.post(here, given).url == back
    assert "Checking 6789" in client.get(back).content.decode()


def test_what_a_debit_waits_for_is_said_until_nothing_is_left(client, practice, sol):
    account = owing("240.00", practice=practice)
    given = authorized(account, sol, is_confirmed=False, frequency="recurring")
    entry = debited(given, sol)
    client.force_login(sol)

    def words(name, pk):
        return " ".join(client.get(reverse(name, args=[pk])).content.decode().split())

    for shown in (words("ach_authorization", given.pk), words("ach_entry", entry.pk)):
        assert "Nothing is debited before it went out" in shown
        assert "What confirms it: a person who posts money says so" in shown
        assert "answers nothing within 3 banking days" in shown
    client.post(reverse("ach_notice_sent", args=[given.pk]), {"on": "2026-11-20"})
    client.post(reverse("ach_confirm", args=[given.pk]))
    for shown in (words("ach_authorization", given.pk), words("ach_entry", entry.pk)):
        assert "What confirms it" not in shown
        assert "Nothing is debited" not in shown
