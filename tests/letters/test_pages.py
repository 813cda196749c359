"""Letters on pages: chosen by what fits, seen before they are made, found again, taken back."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from arwork.lib import clock
from arwork.staff.models import AuditEvent, User
from claims.ledger import services as ledger
from claims.parties.models import Account
from collections_app.contacts.gate_models import Placement
from collections_app.letters import kinds, selectors, services, writing
from collections_app.letters.models import Letter
from tests import cast
from tests.cast import NOW, TODAY
from tests.letters.papers import reachable_account

pytestmark = pytest.mark.django_db
FACTS = {"language": "en", "topic": "Your call", "words": "We looked into it."}


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def account() -> Account:
    return reachable_account()


@pytest.fixture
def ana(account: Account, client: Client) -> User:
    ana = cast.make_ana(account.practice)
    client.force_login(ana)
    return ana


def made(account: Account, ana: User) -> Letter:
    facts = {name: value for name, value in FACTS.items() if name != "language"}
    return services.make_letter(
        kind="plain", account_id=account.pk, facts=facts, language="en", actor=ana, today=TODAY, now=NOW
    )


def test_what_does_not_fit_says_why(account: Account, ana: User, client: Client) -> None:
    words = client.get(f"/accounts/{account.pk}/letters/new").content.decode()
    assert "No dispute is recorded on the account." in words
    assert f"/accounts/{account.pk}/letters/new/plain?language=en" in words
    assert f"/accounts/{account.pk}/letters/new/dispute_received" not in words


def test_the_language_is_that_of_the_person(account: Account, ana: User, client: Client) -> None:
    account.guarantor.language = "es"
    account.guarantor.save()
    assert "letters/new/plain?language=es" in client.get(f"/accounts/{account.pk}/letters/new").content.decode()


def test_a_letter_is_seen_before_it_is_made(account: Account, ana: User, client: Client) -> None:
    address = f"/accounts/{account.pk}/letters/new/plain"
    seen = client.post(address, {**FACTS, "step": "preview"})
    assert seen.status_code == 200
    assert "data:image/png;base64," in seen.content.decode()
    assert not Letter.objects.exists()
    answer = client.post(address, {**FACTS, "step": "save"})
    letter = Letter.objects.get()
    assert answer["Location"] == f"/letters/{letter.pk}"
    page = client.get(f"/letters/{letter.pk}").content.decode()
    assert "unchanged since it was made" in page
    assert letter.sha256 in page
    assert "We looked into it." in page


def test_a_letter_that_does_not_fit_is_not_made(account: Account, ana: User, client: Client) -> None:
    facts = {"language": "en", "received_on": "2026-11-12", "step": "save"}
    answer = client.post(f"/accounts/{account.pk}/letters/new/cease_acknowledged", facts)
    assert answer.status_code == 422
    assert "No request to stop" in answer.content.decode()
    assert not Letter.objects.exists()


def test_the_known_facts_of_a_settlement_are_filled_in(ana: User, account: Account, client: Client) -> None:
    patient = cast.make_patient(account=account)
    cast.make_claim(patient=patient, payers=(), lines=("240.00",))
    page = client.get(f"/accounts/{account.pk}/letters/new/settlement_offer").content.decode()
    assert 'value="240.00"' in page
    answer = client.post(
        f"/accounts/{account.pk}/letters/new/settlement_offer",
        {"language": "en", "owed": "240.00", "offer": "300.00", "expires_on": "2026-12-30", "step": "preview"},
    )
    assert answer.status_code == 422
    assert "below what is owed" in answer.content.decode()


def test_one_in_the_place_of_another_takes_that_one_back(account: Account, ana: User, client: Client) -> None:
    first = made(account, ana)
    address = f"/accounts/{account.pk}/letters/new/plain?replaces={first.pk}"
    assert "We looked into it." in client.get(address).content.decode()
    client.post(address, {**FACTS, "words": "We looked into it twice.", "reason": "One more", "step": "save"})
    second = Letter.objects.exclude(pk=first.pk).get()
    assert (first.void.replaced_by, first.void.reason) == (second, "One more")
    page = client.get(f"/letters/{first.pk}").content.decode()
    assert "Taken back" in page
    assert f"/letters/{second.pk}" in page


def test_the_list_is_narrowed_and_taken_out(account: Account, ana: User, client: Client) -> None:
    letter = made(account, ana)
    assert account.number in client.get(f"/letters/list?text={account.number[:3]}").content.decode()
    assert "No letter passes" in client.get("/letters/list?standing=taken_back").content.decode()
    file = b"".join(client.get("/letters/list?export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert letter.sha256 in file
    assert AuditEvent.objects.filter(action="exported", subject="letters").exists()


def test_the_list_asks_as_often_for_many_letters_as_for_one(
    account: Account, ana: User, client: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    made(account, ana)
    client.get("/letters/list")
    with django_assert_max_num_queries(40) as one:
        client.get("/letters/list")
    for number in range(3):
        services.make_letter(
            kind="plain", account_id=account.pk, facts={"topic": "x", "words": f"No. {number}"}, language="es",
            actor=ana, today=TODAY, now=NOW,
        )  # fmt: skip
    with django_assert_num_queries(len(one)):
        client.get("/letters/list")


def test_whoever_looks_at_a_letter_leaves_a_trace(account: Account, ana: User, client: Client) -> None:
    letter = made(account, ana)
    client.get(f"/letters/{letter.pk}")
    assert AuditEvent.objects.filter(action="read", subject="letter", subject_id=letter.pk).count() == 1


def test_the_timeline_of_the_account_leads_to_it(account: Account, ana: User, client: Client) -> None:
    letter = made(account, ana)
    assert f"/letters/{letter.pk}" in client.get(f"/accounts/{account.pk}/work").content.decode()


def test_another_practice_sees_none_of_it(account: Account, client: Client, ana: User) -> None:
    letter = made(account, ana)
    client.force_login(cast.make_user(username="carla", practices=[cast.make_practice(name="Cedar", npi="1881018299")]))
    for address in (f"/letters/{letter.pk}", f"/accounts/{account.pk}/letters/new/plain"):
        assert client.get(address).status_code == 404
    assert account.number not in client.get("/letters/list").content.decode()


def test_a_kind_that_only_its_own_work_makes_is_not_written_by_hand(
    account: Account, ana: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_elsewhere = replace(kinds.kind_of("receipt"), is_written=False)
    monkeypatch.setitem(kinds._kinds, "receipt", made_elsewhere)
    assert client.get(f"/accounts/{account.pk}/letters/new/receipt").status_code == 404
    assert "letters/new/receipt" not in client.get(f"/accounts/{account.pk}/letters/new").content.decode()


def test_a_letter_that_may_leave_waits_for_the_print_batch(account: Account, ana: User, client: Client) -> None:
    letter = made(account, ana)
    client.post(f"/letters/{letter.pk}/send", {"channel": "mail"})
    [sent] = letter.deliveries.all()
    assert (sent.channel, sent.purpose, sent.document_id) == ("mail", "collection", letter.document_id)
    services.void_letter(letter.pk, reason="The wrong visit", actor=ana, now=NOW)
    refused = client.post(f"/letters/{letter.pk}/send", {"channel": "mail"})
    assert refused.status_code == 409
    assert letter.deliveries.count() == 1


def test_the_itemization_of_a_placed_account_comes_from_the_books(account: Account, ana: User) -> None:
    """A placement with a collector, and a balance: the itemization adds up by itself (12 CFR 1006.34(c)(2))."""
    patient = cast.make_patient(account=account)
    claim = cast.make_claim(patient=patient, payers=(), lines=("240.00",), service_on=dt.date(2026, 9, 14))
    line = claim.lines.get()
    ledger.post(
        [cast.move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="40.00", on=TODAY)], now=NOW
    )
    Placement.objects.create(
        practice=account.practice, profile="third_party", valid_from=TODAY, entered_at=NOW, entered_by=ana
    )
    kind = kinds.kind_of("validation_notice")
    assert writing.why_not(kind, account, today=TODAY, now=NOW) == ""
    facts = writing.known_facts(kind, account, language="es", today=TODAY, now=NOW)
    assert facts == {
        "creditor": "Harbor Clinic", "itemization_on": dt.date(2026, 9, 14), "itemization_basis": "fecha del servicio",
        "amount_then": Decimal("240.00"), "interest": Decimal("0.00"), "fees": Decimal("0.00"),
        "paid": Decimal("40.00"), "amount_now": Decimal("200.00"), "window_ends_on": dt.date(2026, 12, 30),
    }  # fmt: skip
    letter = services.make_letter(
        kind="validation_notice", account_id=account.pk, facts=facts, language="es", actor=ana, today=TODAY, now=NOW
    )
    assert dict(selectors.told_by(letter))["amount now"] == "$200.00"


def test_who_paid_all_of_it_can_be_told_so(account: Account, ana: User) -> None:
    kind = kinds.kind_of("paid_in_full")
    assert "No payment" in writing.why_not(kind, account, today=TODAY, now=NOW)
    patient = cast.make_patient(account=account)
    claim = cast.make_claim(patient=patient, payers=(), lines=("85.00",))
    assert "still owed" in writing.why_not(kind, account, today=TODAY, now=NOW)
    paid_on = dt.date(2026, 11, 12)
    entry = cast.move(
        claim.lines.get(), kind="patient_payment", debit="CASH", credit="PATIENT", amount="85.00", on=paid_on
    )
    ledger.post([entry], now=NOW)
    assert writing.why_not(kind, account, today=TODAY, now=NOW) == ""
    facts = writing.known_facts(kind, account, language="en", today=TODAY, now=NOW)
    assert facts == {"paid_on": paid_on, "amount": Decimal("85.00")}
