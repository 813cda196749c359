"""Gus, who answers for a bill and may be written to, and what leaves for him."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings

from arwork.lib.message_settings import MessageSettings
from claims.parties.models import PersonAddress, PersonEmail, PersonPhone
from collections_app.contacts.consents import give_consent
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_patient, make_practice, make_sol

NUMBER, ADDRESS = "+15185550142", "gus@example.org"


@pytest.fixture
def gus(db: None) -> SimpleNamespace:
    """Gus Guarino of Albany owes $240.00; he agreed to texts and e-mails."""
    practice = make_practice()
    practice.phone, practice.address, practice.city, practice.zip = "+15185550100", "1 Quay", "Albany", "12207"
    practice.save()
    account = make_account(practice=practice, address=False)
    person = account.guarantor
    person.addresses.all().delete()
    home = PersonAddress.objects.create(
        person=person, line1="12 Dove Street", city="Albany", state="NY", zip="12207", is_current=True
    )
    phone = PersonPhone.objects.create(person=person, number=NUMBER, ending="0142", kind="mobile")
    email = PersonEmail.objects.create(person=person, address=ADDRESS)
    for channel, row in (("text", phone), ("email", email)):
        give_consent(
            actor=None, person_id=person.pk, channel=channel, address_id=row.pk, source="portal", said_on=TODAY,
            now=NOW - dt.timedelta(days=3), today=TODAY, is_opt_in=True,
        )  # fmt: skip
    claim = make_claim(patient=make_patient(account=account), payers=(), lines=("240.00",))
    return SimpleNamespace(
        practice=practice, account=account, person=person, home=home, phone=phone, email=email, claim=claim,
        ana=make_ana(practice), sol=make_sol(practice),
    )  # fmt: skip


@pytest.fixture
def messages(settings: Any, tmp_path: Any) -> MessageSettings:
    """Carriers that write files into a folder of the test."""
    from dataclasses import replace

    chosen = replace(
        django_settings.MESSAGES, email="file", texts="file", folder=tmp_path, public_url="https://ar.example.org",
        email_backend="django.core.mail.backends.filebased.EmailBackend",
        email_options={"file_path": str(tmp_path / "email")},
    )  # fmt: skip
    settings.MESSAGES = chosen
    return chosen
