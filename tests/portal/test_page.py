"""The page: what stands on it and what does not, and what a patient may ask for."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client

from arwork.lib import clock
from arwork.staff.models import AuditEvent
from claims.parties.models import PersonEmail, PersonPhone
from collections_app.contacts.consents import consented_addresses
from collections_app.contacts.models import Hold
from collections_app.contacts.person_models import PersonFact
from collections_app.letters.models import Letter
from collections_app.letters.services import make_letter
from collections_app.payments.models import Payment
from collections_app.portal import requests
from collections_app.portal.models import PortalDeed, PortalRequest
from tests.cast import make_account, make_claim, make_patient
from tests.portal.conftest import open_door


def page(client: Client) -> str:
    return client.get("/my-bill").content.decode()


def test_the_bill_is_explained_in_both_languages(gus: SimpleNamespace, inside: Client) -> None:
    english = page(inside)
    assert "Please pay" in english
    assert "September 14, 2026" in english
    assert '<html lang="en">' in english
    inside.post("/my-bill/language", {"language": "es"})
    spanish = page(inside)
    assert "Por favor pague" in spanish
    assert "14 de septiembre de 2026" in spanish
    assert '<html lang="es">' in spanish
    gus.account.guarantor.refresh_from_db()
    assert gus.account.guarantor.language == "es"


def test_a_dispute_stops_what_is_asked_for_the_visit(gus: SimpleNamespace, inside: Client) -> None:
    response = inside.post(f"/my-bill/visits/{gus.claim.pk}/dispute", {"words": "I was never there that day."})
    assert response["Location"] == "/my-bill?done=disputed"
    hold = Hold.objects.get()
    assert (hold.reason, hold.claim_id, hold.placed_by_id) == ("dispute", gus.claim.pk, None)
    assert PortalRequest.objects.get().kind == "dispute"
    assert PortalDeed.objects.filter(kind="disputed", claim=gus.claim).count() == 1
    assert AuditEvent.objects.filter(action="hold_placed", actor=None).count() == 1
    after = page(inside)
    assert "Nothing is due now" in after
    assert "You owe nothing for it until we have answered you" in after
    inside.post(f"/my-bill/visits/{gus.claim.pk}/dispute", {"words": "I was never there that day."})
    assert PortalRequest.objects.count() == Hold.objects.count() == 1


def test_asking_for_assistance_stops_the_bill(gus: SimpleNamespace, inside: Client) -> None:
    inside.post("/my-bill/assistance", {"people": "3", "income": "2,400", "words": ""})
    assert Hold.objects.get().reason == "assistance"
    assert PortalRequest.objects.get().facts == {"people": 3, "income": "2400.00"}
    assert "Nothing is due now" in page(inside)


def test_a_plan_is_asked_for_within_what_is_due(gus: SimpleNamespace, inside: Client) -> None:
    assert inside.post("/my-bill/plan", {"monthly": "300", "day": "15"}).status_code == 422
    assert inside.post("/my-bill/plan", {"monthly": "40", "day": "31"}).status_code == 422
    assert not PortalRequest.objects.exists()
    assert inside.post("/my-bill/plan", {"monthly": "$40", "day": "15"}).status_code == 302
    assert PortalRequest.objects.get().facts == {"monthly": "40.00", "day": 15}
    inside.post("/my-bill/plan", {"monthly": "60", "day": "1"})
    assert PortalRequest.objects.get().facts == {"monthly": "60.00", "day": 1}


def test_a_mistake_is_told_in_the_patients_language(inside: Client) -> None:
    inside.post("/my-bill/language", {"language": "es"})
    response = inside.post("/my-bill/plan", {"monthly": "", "day": "15"})
    assert "Escriba cuánto puede pagar al mes" in response.content.decode()


@pytest.mark.parametrize("words", ["short", "My card is 4111 1111 1111 1111, take it"])
def test_card_numbers_and_empty_words_are_refused(gus: SimpleNamespace, inside: Client, words: str) -> None:
    response = inside.post("/my-bill/question", {"words": words})
    assert response.status_code == 422
    assert not PortalRequest.objects.exists()


def test_consent_is_given_and_withdrawn_by_a_click(gus: SimpleNamespace, inside: Client) -> None:
    person = gus.account.guarantor
    phone = PersonPhone.objects.create(person=person, number="+15185550142", ending="0142", kind="mobile")
    email = PersonEmail.objects.create(person=person, address="gus@example.org")
    shown = page(inside)
    assert "••• 0142" in shown
    assert "g•••@example.org" in shown
    assert "gus@example.org" not in shown
    today = clock.today()
    inside.post("/my-bill/ways", {"way": [f"text-{phone.pk}", f"email-{email.pk}"]})
    assert consented_addresses([person.pk], channel="text", on=today) == {person.pk: [phone.pk]}
    inside.post("/my-bill/ways", {"way": [f"email-{email.pk}"]})
    assert consented_addresses([person.pk], channel="text", on=today) == {}
    assert consented_addresses([person.pk], channel="email", on=today) == {person.pk: [email.pk]}


def test_a_new_number_is_a_suggestion_until_a_person_takes_it(gus: SimpleNamespace, inside: Client) -> None:
    inside.post("/my-bill/contact", {"phone": "(518) 555-0177", "email": ""})
    assert not PersonPhone.objects.exists()
    asked = PortalRequest.objects.get()
    requests.answer(
        request_id=asked.pk, words="Taken over", actor=gus.ana, now=clock.now(), today=clock.today(), is_taken=True
    )
    assert PersonPhone.objects.get().number == "+15185550177"
    assert "Taken over" in page(inside)


def test_an_answer_may_end_what_was_stopped(gus: SimpleNamespace, inside: Client) -> None:
    inside.post("/my-bill/assistance", {"people": "3", "income": "2400"})
    requests.answer(
        request_id=PortalRequest.objects.get().pk, words="You may pay less.", actor=gus.ana, now=clock.now(),
        today=clock.today(), is_hold_lifted=True,
    )  # fmt: skip
    assert Hold.objects.get().lifted_by_id == gus.ana.pk
    assert "$240.00" in page(inside)


def letter_to(account: object) -> Letter:
    return make_letter(
        kind="plain", account_id=account.pk, facts={"topic": "Your call", "words": "Thank you for calling us."},  # type: ignore[attr-defined]
        language="en", actor=None, today=clock.today(), now=clock.now(),
    )  # fmt: skip


def test_only_ones_own_papers_open(gus: SimpleNamespace, inside: Client) -> None:
    other = make_account(practice=gus.practice, last="Ruiz", first="Rosa")
    from claims.parties.models import PersonAddress

    PersonAddress.objects.create(person=other.guarantor, line1="9 Elm", city="Troy", state="NY", zip="12180")
    mine, theirs = letter_to(gus.account), letter_to(other)
    assert inside.get(f"/my-bill/papers/{mine.document_id}")["Content-Type"] == "application/pdf"
    assert PortalDeed.objects.filter(kind="read").count() == 1
    assert inside.get(f"/my-bill/papers/{theirs.document_id}").status_code == 404
    assert inside.get("/my-bill/papers/999999").status_code == 404
    assert inside.get("/my-bill/receipts/999999").status_code == 404


def test_a_visit_of_another_account_can_not_be_disputed(gus: SimpleNamespace, inside: Client) -> None:
    other = make_claim(patient=make_patient(account=make_account(practice=gus.practice, last="Ruiz")), payers=())
    response = inside.post(f"/my-bill/visits/{other.pk}/dispute", {"words": "I was never there that day."})
    assert response.status_code == 404
    assert not Hold.objects.exists()


def test_another_adult_is_a_sum_and_who_asked_for_confidence_is_not_there(gus: SimpleNamespace) -> None:
    grown = make_patient(account=gus.account, last="Guarino", first="Gina")
    hidden = make_patient(account=gus.account, last="Guarino", first="Hope")
    child = make_patient(account=gus.account, last="Guarino", first="Carl")
    secret = make_patient(account=gus.account, last="Guarino", first="Sue")
    for one in (child, secret):
        one.person.birth_on = dt.date(2015, 5, 5)
        one.person.save()
    for patient, amount in ((grown, "100.00"), (hidden, "70.00"), (child, "30.00"), (secret, "50.00")):
        make_claim(patient=patient, payers=(), lines=(amount,))
    for one in (hidden, secret):
        PersonFact.objects.create(
            practice=gus.practice, person=one.person, kind="confid", from_on=dt.date(2026, 1, 1),
            recorded_at=clock.now(), recorded_by=gus.ana,
        )  # fmt: skip
    client = Client()
    open_door(client, gus.link)
    shown = page(client)
    assert "Carl Guarino" in shown
    assert "$100.00" in shown
    assert "Gina" not in shown
    for name, amount in (("Hope", "$70.00"), ("Sue", "$50.00")):
        assert name not in shown
        assert amount not in shown
    assert "$370.00" in shown  # 240.00 own, 30.00 of the child, 100.00 of Gina
    assert Decimal("370.00") == Decimal(240) + 30 + 100


def test_deeds_can_not_be_changed(gus: SimpleNamespace, inside: Client) -> None:
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PortalDeed.objects.update(kind="paid")


def test_a_patient_pays_on_the_page_of_the_processor(gus: SimpleNamespace, inside: Client) -> None:
    """$240.00 is due; no card field is on our page, and a second click opens the same payment."""
    shown = page(inside)
    assert 'name="amount"' in shown
    assert "card number" not in shown.lower()
    assert inside.post("/my-bill/pay", {"amount": "300", "key": "k1"}).status_code == 422
    first = inside.post("/my-bill/pay", {"amount": "40.00", "key": "k1"})
    second = inside.post("/my-bill/pay", {"amount": "40.00", "key": "k1"})
    assert first.status_code == second.status_code == 200
    made = Payment.objects.get()
    assert (made.amount, made.source, made.account_id) == (Decimal("40.00"), "patient", gus.account.pk)
    assert made.link in first.content.decode().replace("&amp;", "&")
    assert AuditEvent.objects.filter(action="patient_paid", actor=None).exists()
    back = inside.get("/my-bill?done=paid").content.decode()
    assert "Your payment shows here as soon as it has gone through" in back
