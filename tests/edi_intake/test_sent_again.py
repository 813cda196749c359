"""A claim that is sent again may go to another payer than before: whoever works it must hear which."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib import events
from arwork.lib.events import Changed
from claims.billing.models import Claim
from claims.ledger.models import Receivable
from collections_app.aging.buckets import Basis
from collections_app.aging.selectors import aging
from tests.edi_intake.conftest import TODAY, TakeIn
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc, take

GUS = Sent(number="SA-1", charge="200.00", served="20260914")
SECOND = ("SECOND MUTUAL", "SEC01")


def owing() -> list[tuple[str, str | None, dt.date]]:
    return list(Receivable.objects.values_list("bucket", "payer__name", "last_billed_on"))


def test_a_crossover_to_a_payer_nobody_knew_gets_its_name_from_the_next_submission(take_in: TakeIn) -> None:
    take_in(write_837([GUS]))
    left = Svc("200.00", "120.00", [("CO-45", "50.00"), ("PR-2", "30.00")], code="99213")
    take(Era([Clp("SA-1", [left], status="19", member="MBR001")], practice=Claim.objects.get().practice))
    assert owing() == [("PAYER2", None, dt.date(2026, 10, 10))]

    second = GUS.but(sequence="S", payer=SECOND, prior=("MERIDIAN CHOICE", "MER01", "120.00"))
    take_in(write_837([second], control=2, sent_on="20261101"))

    assert owing() == [("PAYER2", "SECOND MUTUAL", dt.date(2026, 11, 1))]


def test_a_replacement_with_other_days_of_service_ages_what_is_left_from_those_days(take_in: TakeIn) -> None:
    """Also what the replacement does not charge anew: the patient's share of what was paid."""
    take_in(write_837([GUS]))
    practice = Claim.objects.get().practice
    paid = Svc("200.00", "120.00", [("CO-45", "50.00"), ("PR-2", "30.00")], code="99213")
    take(Era([Clp("SA-1", [paid], member="MBR001")], practice=practice))

    take_in(write_837([GUS.but(frequency="7", served="20260801", icn="ICN1")], control=2, sent_on="20261101"))

    assert list(Receivable.objects.values_list("bucket", "service_on")) == [("PATIENT", dt.date(2026, 8, 1))]
    shown = aging(practice_ids=[practice.pk], basis=Basis.DOS, as_of=TODAY, today=TODAY)
    assert shown.totals.cell("91-120").amount == Decimal("30.00")


@pytest.mark.parametrize("is_read_in_order", [True, False])
def test_a_claim_sent_to_another_payer_is_owed_by_that_one(take_in: TakeIn, *, is_read_in_order: bool) -> None:
    """The first was the wrong one (CO-109): its phone number and its rules help nobody any more."""
    files = [
        write_837([GUS]),
        write_837([GUS.but(payer=("OTHER HEALTH", "OTH01"), member="M77")], control=2, sent_on="20261101"),
    ]
    for content in files if is_read_in_order else files[::-1]:
        take_in(content)

    assert owing() == [("PAYER1", "OTHER HEALTH", dt.date(2026, 11, 1))]
    claim = Claim.objects.get()
    assert claim.coverage1
    assert (str(claim.payer), claim.coverage1.payer, claim.coverage1.member_id) == ("OTHER HEALTH", claim.payer, "M77")


@pytest.mark.django_db(transaction=True)
def test_a_submission_is_announced_though_it_moves_no_money(take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(write_837([GUS]))
    heard: list[Changed] = []
    monkeypatch.setattr(events, "_subscribers", [heard.append])

    take_in(write_837([GUS], control=2, sent_on="20261101"))

    assert [one.claims for one in heard] == [frozenset(Claim.objects.values_list("pk", flat=True))]
