"""The pages: verifying a caller at the desk and by itself, how people may be reached, scripts and placements."""

import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from arwork.staff.models import AuditEvent, User
from claims.parties.models import Person, PersonEmail, PersonPhone
from collections_app.contacts import services as contacts
from collections_app.contacts.consent_models import ConsentEvent
from collections_app.contacts.gate_models import Licence, Placement
from collections_app.contacts.identity_models import IdentityCheck
from collections_app.contacts.models import Hold
from collections_app.contacts.person_models import PersonFact, Representative
from collections_app.contacts.script_models import ScriptText
from tests.cast import NOW, TODAY, make_abe, make_ada, make_practice, make_user
from tests.desk.conftest import patient_item

pytestmark = pytest.mark.django_db
RIGHT = {"birth_on": "4/9/1961", "zip": "11201", "speaker": "guarantor", "direction": "in"}
WRONG = RIGHT | {"zip": "10001"}


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def sit() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def reach_of(account) -> str:
    return f"/accounts/{account.pk}/reach/{account.guarantor_id}"


def test_a_caller_who_fails_hides_the_account_until_the_call_is_over(sit, ana, sol) -> None:
    """RULES 15, test 26: the balance, the visits and the person are gone; the refusal is there."""
    item = patient_item(amount="180.00")
    account = item.account
    Person.objects.filter(pk=account.guarantor_id).update(first="Gus", last="Quillfeather")
    client = sit(ana)
    desk = f"/desk/{item.pk}"
    before = text(client.get(desk))
    assert "Quillfeather" in before
    assert "$180.00" in before
    assert "Nobody was verified." in before
    verify = f"/accounts/{account.pk}/caller/verify?back={desk}"
    answer = client.post(verify, WRONG | {"person": account.guarantor_id})
    assert (answer.status_code, answer.headers["Location"]) == (302, desk)
    during = text(client.get(desk))
    assert "Nothing is shown during this call" in during
    assert "Not verified: say nothing." in during
    assert "I can&#x27;t say whether we have any record" in during
    for hidden in ("180.00", "Visits", "4/9/1961", "04/09/1961", "How this bill came about"):
        assert hidden not in during, during[during.index(hidden) - 300 : during.index(hidden) + 50]
    contacts.log_unasked(actor=ana, now=NOW.replace(hour=16), is_call=True, note="Hung up.", account_id=account.pk)
    with time_machine.travel(NOW.replace(hour=16, minute=5), tick=True):
        assert "$180.00" in text(sit(ana).get(desk))
    failed = text(sit(sol).get("/team/callers"))
    assert account.number in failed
    assert "Date of birth, ZIP code" in failed


def test_the_desk_of_who_was_verified_says_who_they_are_and_what_to_say(sit, ana, account) -> None:
    client = sit(ana)
    page = f"/accounts/{account.pk}/caller"
    asked = text(client.get(page))
    assert "Thank you for calling Harbor Clinic." in asked
    for hidden in ("120.00", "Explain the bill"):
        assert hidden not in asked, hidden
    client.post(f"{page}/verify", RIGHT | {"person": account.guarantor_id})
    told = text(client.get(page))
    assert "Verified." in told
    assert "$120.00" in told
    assert "This is an attempt to collect a debt." in told
    check = IdentityCheck.objects.get()
    assert (check.result, check.direction, check.by) == ("verified", "in", ana)


def test_it_is_said_in_spanish_to_who_speaks_spanish(sit, ana, account) -> None:
    Person.objects.filter(pk=account.guarantor_id).update(language="es")
    asked = text(sit(ana).get(f"/accounts/{account.pk}/caller"))
    assert '<p class="words" lang="es">Gracias por llamar a Harbor Clinic.' in asked


def test_a_call_about_a_practice_of_its_own_name_needs_no_word_of_a_collector(sit, ana, account) -> None:
    Placement.objects.create(
        practice=account.practice, profile="first_party", valid_from=TODAY, entered_at=NOW, entered_by=ana
    )
    client = sit(ana)
    client.post(f"/accounts/{account.pk}/caller/verify", RIGHT | {"person": account.guarantor_id})
    assert "attempt to collect a debt" not in text(client.get(f"/accounts/{account.pk}/caller"))


def test_what_is_missing_is_said_at_the_field_and_nothing_is_recorded(sit, ana, account) -> None:
    answer = sit(ana).post(
        f"/accounts/{account.pk}/caller/verify", {**RIGHT, "zip": "", "person": account.guarantor_id}
    )
    assert answer.status_code == 400 or answer.status_code == 422
    assert "Ask for two identifiers at least" in text(answer)
    assert not IdentityCheck.objects.exists()


def test_consent_is_given_and_withdrawn_on_a_page_with_its_history(sit, ana, account) -> None:
    phone = PersonPhone.objects.get(person=account.guarantor)
    client, address = sit(ana), f"{reach_of(account)}/phones/{phone.pk}/consent"
    said = {
        "word": "given",
        "channels": ["auto", "text"],
        "source": "writing",
        "said_on": "2026-11-02",
        "is_opt_in": "on",
    }
    assert client.post(address, said).status_code == 302
    page = text(client.get(f"/accounts/{account.pk}/reach"))
    assert "Text messages: given in writing" in page
    assert "Calls by hand: allowed" in page
    assert (
        client.post(address, said | {"word": "withdrawn", "source": "reply", "said_on": "2026-11-20"}).status_code
        == 302
    )
    page = text(client.get(f"/accounts/{account.pk}/reach"))
    assert "Text messages: withdrawn" in page
    assert ConsentEvent.objects.count() == 4
    assert client.post(f"{reach_of(account)}/forbid", {"source": "mail", "said_on": "2026-11-20"}).status_code == 302
    assert "Calls by hand: forbidden" in text(client.get(f"/accounts/{account.pk}/reach"))


def test_consent_to_email_is_the_addresss_own(sit, ana, account) -> None:
    email = PersonEmail.objects.create(person=account.guarantor, address="gus@example.com")
    address = f"{reach_of(account)}/emails/{email.pk}/consent"
    said = {"word": "given", "channels": ["email"], "source": "email", "said_on": "2026-11-02"}
    client = sit(ana)
    assert client.post(address, said).status_code == 302
    page = text(client.get(f"/accounts/{account.pk}/reach"))
    assert "E-mail: given, not in writing" in page  # Brooklyn asks for an opt-in


def test_what_they_told_and_who_speaks_for_them_is_entered_and_ended(sit, ana, account) -> None:
    client = sit(ana)
    quiet = {"kind": "quiet", "from_on": "2026-11-20", "starts": "12:00", "ends": "14:00", "words": "night shift"}
    assert client.post(f"{reach_of(account)}/facts/new", quiet).status_code == 302
    wrong = client.post(f"{reach_of(account)}/facts/new", quiet | {"ends": ""})
    assert "Enter from when to when nobody calls." in text(wrong)
    speaks = {"kind": "agent", "name": "Dana Ruiz", "authority": "power of attorney", "from_on": "2026-11-01"}
    assert client.post(f"{reach_of(account)}/representatives/new", speaks).status_code == 302
    page = text(client.get(f"/accounts/{account.pk}/reach"))
    assert "12:00 to 14:00 night shift" in page
    assert "Dana Ruiz" in page
    told, dana = PersonFact.objects.get(), Representative.objects.get()
    client.post(f"{reach_of(account)}/facts/{told.pk}/end", {"because": "days now"})
    client.post(f"{reach_of(account)}/representatives/{dana.pk}/end")
    page = text(client.get(f"/accounts/{account.pk}/reach"))
    assert "What was so before" in page
    assert "days now" in page


def test_a_hold_with_its_facts_stands_first_on_the_page_and_on_the_desk(sit, ana) -> None:
    item = patient_item()
    account = item.account
    contacts.place_hold(actor=ana, account_id=account.pk, reason="dispute", now=NOW, today=TODAY)
    client = sit(ana)
    facts = {"chapter": "7", "case_number": "1-26-41187", "district": "E.D.N.Y.", "filed_on": "2026-11-02"}
    assert client.post(f"/accounts/{account.pk}/holds/new/bankruptcy", facts).status_code == 302
    page = text(client.get(f"/accounts/{account.pk}/reach"))
    assert page.index(">Bankruptcy</span>") < page.index(">Disputed</span>")
    assert "1-26-41187" in page
    assert "every account of" in page
    assert re.search(r"Do not call\.</strong> Bankruptcy since", text(client.get(f"/desk/{item.pk}")))
    hold = Hold.objects.get(reason="bankruptcy")
    form = text(client.get(f"/accounts/{account.pk}/holds/{hold.pk}"))
    assert 'value="1-26-41187"' in form
    client.post(f"/accounts/{account.pk}/holds/{hold.pk}", facts | {"attorney": "Lee Park"})
    hold.refresh_from_db()
    assert hold.facts["attorney"] == "Lee Park"
    assert client.get(f"/accounts/{account.pk}/holds/new/nonsense").status_code == 404


def test_looking_leaves_a_trace_and_who_only_reads_changes_nothing(sit, ana, account) -> None:
    abe = make_abe(account.practice)
    page = sit(abe).get(f"/accounts/{account.pk}/reach")
    assert page.status_code == 200
    assert "Allow or withdraw" not in text(page)
    assert AuditEvent.objects.filter(action="read", subject="account", subject_id=account.pk, actor=abe).count() == 1
    assert sit(abe).get(f"/accounts/{account.pk}/caller").status_code == 403
    elm = make_practice(name="Elm Clinic", npi="1992999999", tin="111111111")
    other = sit(make_user(username="cara", practices=[elm]))
    phone = PersonPhone.objects.get(person=account.guarantor)
    for address in (
        f"/accounts/{account.pk}/reach", f"/accounts/{account.pk}/caller",
        f"{reach_of(account)}/phones/{phone.pk}/consent", f"{reach_of(account)}/forbid",
        f"{reach_of(account)}/facts/new", f"/accounts/{account.pk}/holds/new/cease",
    ):  # fmt: skip
        assert other.get(address).status_code == 404, address


def test_a_script_is_heard_before_it_is_saved(sit, account) -> None:
    practice = account.practice
    client = sit(make_ada(practice))
    address = f"/setup/scripts/{practice.pk}/opening/en"
    said = {"words": "Good day, {agent} here. Is {person} there?", "from_on": "2026-11-20"}
    shown = text(client.post(address, said | {"step": "preview"}))
    assert "Good day, Ana Test here. Is Gus Guarino there?" in shown
    assert not ScriptText.objects.exists()
    assert client.post(address, said | {"step": "save"}).status_code == 302
    assert "own, 2026-11-20" in text(client.get(f"/setup/scripts?practice={practice.pk}"))
    bad = client.post(f"/setup/scripts/{practice.pk}/voicemail/en", {"words": "Your bill", "from_on": "2026-11-20"})
    assert "A message must not tell why" in text(bad)


def test_placements_and_licenses_are_entered_from_a_day_on(sit, account) -> None:
    practice = account.practice
    client = sit(make_ada(practice))
    place = {"practice": practice.pk, "profile": "first_party", "valid_from": "2026-11-20", "account_number": ""}
    assert client.post("/setup/placements/new", place).status_code == 302
    one = place | {"profile": "third_party", "account_number": account.number}
    assert client.post("/setup/placements/new", one).status_code == 302
    assert "no account of this number" in text(client.post("/setup/placements/new", place | {"account_number": "X"}))
    licence = {"practice": practice.pk, "jurisdiction": "NYC", "number": "2091-DCA", "valid_from": "2026-01-01"}
    assert client.post("/setup/licences/new", licence).status_code == 302
    client.post(f"/setup/licences/{Licence.objects.get().pk}/end", {"valid_to": "2026-12-31"})
    page = text(client.get("/setup/placements"))
    for shown in ("A collection agency", "The practice itself", "2091-DCA", "2026-12-31", account.number):
        assert shown.lower() in page.lower(), shown
