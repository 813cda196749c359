"""A replacement or a void under its own number, read before its original or after it: one receivable, in any order."""

import io

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.edi import services
from claims.practices.models import Practice
from claims.remits.models import RemitException
from tests.edi_intake.conftest import NOW, TODAY, TakeIn, practice, take_in  # noqa: F401
from tests.edi_intake.test_sendings_in_any_order import Undo
from tests.edi_intake.writing import NPI, TIN, Sent, write_277ca, write_837
from tests.remits.era import Clp, Era, Svc

pytestmark = pytest.mark.django_db
GUS = Sent(number="OLD-1", charge="200.00", lines=(("99213", "200.00"),), served="20260914", member="M100")
NEW = GUS.but(number="NEW-1", charge="260.00", lines=(("99213", "260.00"),), frequency="7", icn="I1")
PAYEE = Practice(name="Harbor Clinic", npi=NPI, tin=TIN)


def original(control: int = 1) -> bytes:
    return write_837([GUS], control=control, sent_on="20260916")


def correction(sent: Sent = NEW, control: int = 2) -> bytes:
    return write_837([sent], control=control, sent_on="20261010")


def answer(number: str, charge: str, paid: str, off: str, *, icn: str, trace: str) -> bytes:
    line = Svc(charge, paid, [("CO-45", off), ("PR-2", "30.00")], code="99213")
    return Era([Clp(number, [line], icn=icn)], trace=trace, practice=PAYEE).text().encode()


FILES = {
    "original": original(),
    "correction": correction(),
    "answer": answer("OLD-1", "200.00", "120.00", "50.00", icn="I1", trace="T1"),
    "accepted": write_277ca([("OLD-1", "A2", "I1")], day="20260918"),
}


def owed() -> dict[str, str]:
    lines = list(ClaimLine.objects.all())
    sums = {bucket: sum((getattr(line, bucket.lower()) for line in lines), ZERO) for bucket in BUCKETS}
    return {bucket: str(amount) for bucket, amount in sums.items() if amount}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(st.permutations(list(FILES)))
def test_any_order_ends_in_one_receivable(order: list[str]) -> None:
    found = None
    try:
        with transaction.atomic():
            Practice.objects.create(pk=90_005, name="Harbor Clinic", npi=NPI, tin=TIN)
            for name in order:
                services.take_in(io.BytesIO(FILES[name]), name=name, via="command", today=TODAY, now=NOW)
            waiting = RemitException.objects.filter(state="open").values_list("code", flat=True)
            found = Claim.objects.count(), owed(), list(waiting)
            raise Undo
    except Undo:
        assert found == (1, {"PAYER1": "60.00", "PATIENT": "30.00"}, [])


@pytest.mark.parametrize("is_first", [True, False])
def test_a_void_under_another_number_voids_its_original(take_in: TakeIn, is_first: bool) -> None:  # noqa: F811
    files = [original(), correction(NEW.but(charge="200.00", lines=GUS.lines, frequency="8"))]
    for content in reversed(files) if is_first else files:
        take_in(content)
    claim = Claim.objects.get()
    assert (claim.state, owed()) == ("void", {})


def test_in_one_file_they_are_one_as_well(take_in: TakeIn) -> None:  # noqa: F811
    take_in(write_837([NEW, GUS.but(frequency="1")], sent_on="20261010"))
    assert (Claim.objects.count(), owed()) == (1, {"PAYER1": "260.00"})


@pytest.mark.parametrize(
    "other",
    [
        {"served": "20260915"},
        {"first": "AUGUSTA", "born": "19700101"},
        {"lines": (("36415", "200.00"),)},
    ],
    ids=["another day", "another patient", "another service"],
)
def test_what_is_another_visit_stays_apart(take_in: TakeIn, other: dict[str, object]) -> None:  # noqa: F811
    take_in(correction())
    take_in(write_837([GUS.but(**other)], control=3, sent_on="20260916"))
    assert Claim.objects.count() == 2


def test_a_bill_that_was_sent_after_the_correction_is_another_visit(take_in: TakeIn) -> None:  # noqa: F811
    take_in(correction())
    take_in(write_837([GUS], control=3, sent_on="20261012"))
    assert Claim.objects.count() == 2


def test_a_correction_of_what_the_payer_numbers_otherwise_is_not_of_this_claim(take_in: TakeIn) -> None:  # noqa: F811
    take_in(original())
    take_in(FILES["answer"])
    take_in(correction(NEW.but(icn="OTHER9")))
    assert Claim.objects.count() == 2


def test_where_two_claims_may_be_meant_it_is_told(take_in: TakeIn) -> None:  # noqa: F811
    take_in(write_837([GUS, GUS.but(number="OLD-2")], sent_on="20260916"))
    told = take_in(correction())
    assert Claim.objects.count() == 3
    assert "several_counterparts" in str(told)
