"""The demo's requests for records: one of each, told once; the subpoena alone is counted."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from claims.practices.models import Practice
from claims.privacy.models import Disclosure
from collections_app.demo.places import PRACTICES
from collections_app.demo.releases import ask_for_records
from collections_app.demo.setting import set_up
from collections_app.releases.models import RecordRelease, RecordRequest
from tests import cast
from tests.cast import TODAY
from tests.letters.papers import reachable_account

pytestmark = pytest.mark.django_db


def test_requests_are_told_once(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path
    set_up(since=dt.date(2024, 11, 20))
    practice = Practice.objects.get(npi=PRACTICES[0].npi)
    for number in range(6):
        account = reachable_account(practice=practice, last=f"Asking{number}")
        cast.make_claim(patient=cast.make_patient(account=account, last=f"Asking{number}"), payers=())
    ask_for_records(TODAY)
    ask_for_records(TODAY)
    states = sorted(RecordRequest.objects.values_list("state", flat=True))
    assert states == ["defective", "received", "released", "released", "valid"]
    counted = RecordRelease.objects.get(disclosure_id__isnull=False)
    assert counted.request.kind == "subpoena"
    assert Disclosure.objects.count() == 1
    assert not RecordRequest.objects.filter(closed_on=None, owner=None).exists()
