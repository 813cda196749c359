"""Two practices use the same claim number: each file finds its own claim, and no answer is given to the wrong one."""

from claims.billing.models import Acknowledgment, Claim
from tests.acceptance.conftest import ImportEdi
from tests.cast import make_practice
from tests.edi_intake.writing import Sent, write_277ca, write_837
from tests.remits.era import Clp, Era, Svc

CEDAR = "1003000126"
GUS = Sent(number="1001", charge="125.00")


def test_each_payment_finds_the_claim_of_its_own_practice(import_edi: ImportEdi) -> None:
    cedar = make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    import_edi(write_837([GUS]), write_837([GUS.but(first="ADA", last="LOVE")], npi=CEDAR, tin="069999999", control=2))
    assert Claim.objects.filter(number="1001").count() == 2
    paid = Clp(number="1001", lines=[Svc("125.00", "125.00", code="99213", on=None)], last="LOVE", first="ADA")
    [told] = import_edi(Era([paid], practice=cedar).text())
    assert (told["status"], told["posted"]) == ("posted", 1)
    assert str(Claim.objects.get(practice=cedar).balance) == "0.00"
    assert str(Claim.objects.exclude(practice=cedar).get().balance) == "125.00"


def test_an_acknowledgment_answers_the_claim_of_the_provider_it_names(import_edi: ImportEdi) -> None:
    cedar = make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    import_edi(write_837([GUS]), write_837([GUS.but(first="ADA", last="LOVE")], npi=CEDAR, tin="069999999", control=2))
    [told] = import_edi(write_277ca([("1001", "A3", "")], npi=CEDAR))
    assert (told["status"], told["posted"]) == ("posted", 1)
    answered = Acknowledgment.objects.exclude(claim=None)
    assert [row.claim.practice for row in answered.select_related("claim__practice")] == [cedar]  # type: ignore[union-attr]
    assert Claim.objects.get(practice=cedar).submissions.get().state == "rejected"
    assert Claim.objects.exclude(practice=cedar).get().submissions.get().state == "sent"
