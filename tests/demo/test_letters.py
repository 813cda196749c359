"""The demo's letters: in both languages, one taken back with another in its place, written once."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from claims.ledger import services as ledger
from claims.practices.models import Practice
from collections_app.contacts.models import Hold
from collections_app.demo.letters import write_letters
from collections_app.demo.places import PRACTICES
from collections_app.demo.setting import set_up
from collections_app.letters.models import Letter
from tests import cast
from tests.cast import NOW, TODAY
from tests.letters.papers import reachable_account

pytestmark = pytest.mark.django_db


def test_letters_are_written_once(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path
    set_up(since=dt.date(2024, 11, 20))
    practice = Practice.objects.get(npi=PRACTICES[0].npi)
    accounts = [reachable_account(practice=practice, last=f"Owing{number}") for number in range(4)]
    claims = [cast.make_claim(patient=cast.make_patient(account=one), payers=()) for one in accounts]
    paid = cast.move(
        claims[3].lines.get(), kind="patient_payment", debit="CASH", credit="PATIENT", amount="240.00", on=TODAY
    )
    ledger.post([paid], now=NOW)
    Hold.objects.create(practice=practice, account=accounts[0], reason="dispute", from_on=TODAY, placed_at=NOW)
    write_letters(TODAY)
    write_letters(TODAY)
    kinds = sorted(Letter.objects.values_list("kind", flat=True))
    assert kinds == ["dispute_received", "paid_in_full", "plain", "plain", "settlement_offer", "settlement_offer"]
    wrong, right = Letter.objects.filter(kind="plain").order_by("pk")
    assert (wrong.void.replaced_by, right.language) == (right, "es")
    assert Letter.objects.get(kind="paid_in_full").version.startswith("no. ")
