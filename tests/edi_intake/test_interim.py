"""A hospital stay billed in parts under one number (type of bill frequency 2, 3, 4)."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from claims.billing.models import Claim
from claims.billing.submitted_claims import number_apart
from collections_app.worklist import callcard
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY
from tests.edi_intake.conftest import TakeIn
from tests.edi_intake.test_837 import codes
from tests.edi_intake.writing import Sent, write_277ca, write_837
from tests.remits.era import Clp, Era, Svc, buckets, take

FIRST = Sent(number="STAY-1", charge="900.00", frequency="2", served="20260901")
NEXT = FIRST.but(charge="700.00", frequency="3", served="20260914")
LAST = FIRST.but(charge="500.00", frequency="4", served="20261005")


def write_837i(claims: list[Sent], *, control: int = 1) -> bytes:
    text = write_837(claims, control=control).replace(b"005010X222A1", b"005010X223A2").replace(b"*11:B:", b"*11:A:")
    return re.sub(rb"SV1\*(HC:\w+)\*([\d.]+)\*UN\*1\*\*\*1", rb"SV2*0120*\1*\2*UN*1", text)


def test_each_part_is_a_claim_of_its_own_with_its_own_charge(take_in: TakeIn) -> None:
    take_in(write_837i([FIRST]))
    result = take_in(write_837i([NEXT, LAST], control=2))
    assert result.status == "posted"
    assert codes(result) == []
    parts = Claim.objects.order_by("service_from")
    assert [(one.number, one.charge, one.balance, one.service_from) for one in parts] == [
        ("STAY-1", Decimal("900.00"), Decimal("900.00"), dt.date(2026, 9, 1)),
        ("STAY-1-20260914", Decimal("700.00"), Decimal("700.00"), dt.date(2026, 9, 14)),
        ("STAY-1-20261005", Decimal("500.00"), Decimal("500.00"), dt.date(2026, 10, 5)),
    ]
    take_in(write_837i([NEXT], control=3))
    assert Claim.objects.count() == 3
    assert Claim.objects.get(number="STAY-1-20260914").submissions.count() == 2


def test_the_call_card_quotes_the_number_that_the_payer_knows(take_in: TakeIn) -> None:
    take_in(write_837i([FIRST, NEXT]))
    worklist.refresh(claims=Claim.objects.values_list("pk", flat=True), today=TODAY, now=NOW)
    for claim in Claim.objects.all():
        card = callcard.call_card_of(WorkItem.objects.get(claim=claim), now=NOW, viewer_zone="America/New_York")
        quoted = next(fact for fact in card.facts if fact.label == "Claim no.")
        assert quoted.value == "STAY-1"
        assert (claim.number in quoted.note) == (claim.number != "STAY-1")
    Claim.objects.filter(number="STAY-1").update(number="OTHER")
    apart = Claim.objects.get(number="STAY-1-20260914")
    assert callcard.numbers_sent([apart]) == {apart.pk: apart.number}


def test_a_replacement_of_a_part_replaces_that_part(take_in: TakeIn) -> None:
    take_in(write_837i([FIRST, NEXT]))
    take_in(write_837i([NEXT.but(frequency="7", charge="650.00")], control=2))
    assert dict(Claim.objects.values_list("number", "balance")) == {
        "STAY-1": Decimal("900.00"), "STAY-1-20260914": Decimal("650.00"),
    }  # fmt: skip


def test_the_payment_of_a_part_under_the_number_of_the_stay_finds_the_part(take_in: TakeIn) -> None:
    take_in(write_837i([FIRST, NEXT]))
    line = Svc("700.00", "650.00", [("CO-45", "50.00")], code="99213", on=dt.date(2026, 9, 14))
    practice = Claim.objects.get(number="STAY-1").practice
    era = Era([Clp("STAY-1", [line], member="MBR001")], payer_id="MER01", practice=practice)
    assert take(era).posted == 1
    assert buckets(Claim.objects.get(number="STAY-1-20260914")) == {}
    assert buckets(Claim.objects.get(number="STAY-1")) == {"PAYER1": "900.00"}


def test_parts_of_equal_charges_are_told_apart_by_their_days(take_in: TakeIn) -> None:
    take_in(write_837i([FIRST, NEXT.but(charge="900.00")]))
    line = Svc("900.00", "850.00", [("CO-45", "50.00")], code="99213", on=dt.date(2026, 9, 14))
    practice = Claim.objects.get(number="STAY-1").practice
    assert take(Era([Clp("STAY-1", [line], member="MBR001")], payer_id="MER01", practice=practice)).posted == 1
    assert buckets(Claim.objects.get(number="STAY-1")) == {"PAYER1": "900.00"}
    assert buckets(Claim.objects.get(number="STAY-1-20260914")) == {}


def test_a_rejection_of_a_part_leaves_the_other_parts_alone(take_in: TakeIn) -> None:
    take_in(write_837i([FIRST, NEXT]))
    refused = write_277ca([("STAY-1", "A3", "")])
    refused = re.sub(rb"(STC\*A3:20[^~]*~)", rb"\1DTP*472*D8*20260914~", refused)
    take_in(refused)
    assert dict(Claim.objects.values_list("number", "submissions__state")) == {
        "STAY-1": "sent", "STAY-1-20260914": "rejected",
    }  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        NEXT.but(frequency="1"),  # no interim bill: the number is used twice
        NEXT.but(born="19700101"),  # somebody else
        FIRST.but(frequency="3", charge="700.00"),  # the days of a part that is in already
    ],
)
def test_what_is_no_other_part_of_the_stay_stays_a_conflict(take_in: TakeIn, other: Sent) -> None:
    take_in(write_837i([FIRST]))
    assert codes(take_in(write_837i([other], control=2))) == ["number_taken"]
    assert Claim.objects.count() == 1


def test_a_professional_claim_with_other_days_stays_a_conflict(take_in: TakeIn) -> None:
    take_in(write_837([FIRST]))
    assert codes(take_in(write_837([NEXT], control=2))) == ["number_taken"]


def test_a_number_that_would_be_too_long_gets_none() -> None:
    assert number_apart("S" * 30, dt.date(2026, 9, 1)) == ""
