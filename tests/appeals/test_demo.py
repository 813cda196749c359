"""The demo's appeals: one at every stage, each with its packet and proof."""

import pytest

from claims.denials.models import Denial
from collections_app.appeals.models import AppealCase, AppealSending, PayerPlaybook
from collections_app.demo.appeals import appeal_some
from tests.appeals.conftest import denied_claim
from tests.cast import NOW, TODAY, make_ana, make_practice

pytestmark = pytest.mark.django_db


def test_one_appeal_stands_at_every_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = make_ana(make_practice())
    monkeypatch.setattr("collections_app.demo.appeals.collectors", lambda: [ana])
    for number in range(6):
        denied_claim(f"D{number}", carc="97", payer_id="ONE")
    Denial.objects.update(initial_on=TODAY.replace(month=10, day=12))
    for _ in range(2):
        appeal_some(TODAY, now=NOW)
    found = AppealCase.objects.order_by("pk").values_list("state", "outcome")
    assert list(found) == [
        ("drafting", ""), ("ready", ""), ("sent", ""), ("acknowledged", ""), ("decided", "part"), ("decided", "lost"),
    ]  # fmt: skip
    assert AppealSending.objects.count() == 4
    assert PayerPlaybook.objects.count() == 1
