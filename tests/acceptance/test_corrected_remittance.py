"""A payment that comes again under its trace, day and amount: the same, put right, or with other claims."""

import pytest

from claims.billing.models import Claim
from claims.ledger.models import Posting
from claims.remits.models import RemitException, Remittance
from tests.acceptance.conftest import ImportEdi
from tests.cast import make_claim
from tests.remits.era import Clp, Era, Svc


def sound() -> str:
    """120.00 for two claims."""
    first = Clp(number="CR-1", lines=[Svc("100.00", "80.00", [("CO-45", "20.00")])])
    second = Clp(number="CR-2", lines=[Svc("50.00", "40.00", [("CO-45", "10.00")])], icn="ICN2")
    return Era([first, second]).text()


def broken() -> str:
    """The letter O for a zero: what the first claim was paid can't be read, and the deposit does not tie out."""
    return sound().replace("CLP*CR-1*1*100.00*80.00", "CLP*CR-1*1*100.00*8O.00")


@pytest.fixture
def claims(db: None) -> tuple[Claim, Claim]:
    return make_claim(number="CR-1", lines=["100.00"]), make_claim(number="CR-2", lines=["50.00"])


def balances(claims: tuple[Claim, Claim]) -> list[str]:
    for claim in claims:
        claim.refresh_from_db()
    return [str(claim.balance) for claim in claims]


def cash() -> str:
    return str(sum(row.amount for row in Posting.objects.filter(debit="CASH")))


def test_the_corrected_copy_of_a_held_remittance_is_posted(import_edi: ImportEdi, claims) -> None:
    [first] = import_edi(broken())
    assert (first["status"], balances(claims)) == ("staged", ["100.00", "50.00"])

    [told] = import_edi(sound())

    assert (told["status"], told["posted"], told["exceptions"]) == ("posted", 2, 0)
    assert (balances(claims), cash()) == (["0.00", "0.00"], "120.00")
    assert not RemitException.objects.filter(state="open").exists()
    assert sorted(Remittance.objects.values_list("state", flat=True)) == ["posted", "replaced"]
    [again] = import_edi(sound())
    assert (again["status"], cash()) == ("duplicate", "120.00")


def test_a_broken_copy_and_its_correction_in_one_file_are_one_payment(import_edi: ImportEdi, claims) -> None:
    first, second = import_edi(broken() + sound())
    assert (first["status"], second["status"], second["posted"]) == ("staged", "posted", 2)
    assert (balances(claims), cash()) == (["0.00", "0.00"], "120.00")
    assert not RemitException.objects.filter(state="open").exists()


def test_a_copy_that_does_not_tie_out_either_takes_nobodys_place(import_edi: ImportEdi, claims) -> None:
    import_edi(broken())
    [told] = import_edi(broken() + "\n")
    assert told["status"] == "duplicate"
    [kept] = Remittance.objects.all()
    assert (kept.state, kept.exceptions.filter(state="open").count()) == ("staged", 2)


def test_a_held_remittance_does_not_give_way_to_a_copy_that_broke_off(import_edi: ImportEdi, claims) -> None:
    import_edi(broken())
    [told] = import_edi(sound()[: sound().index("CLP*CR-2")])
    assert told["status"] == "duplicate"
    assert Remittance.objects.get().state == "staged"


def test_a_copy_in_another_order_is_a_duplicate(import_edi: ImportEdi, claims) -> None:
    import_edi(sound())
    text = sound()
    start, middle, end = text.index("CLP*CR-1"), text.index("CLP*CR-2"), text.index("SE*")
    [told] = import_edi(text[:start] + text[middle:end] + text[start:middle] + text[end:])
    assert (told["status"], cash()) == ("duplicate", "120.00")


def test_a_copy_with_other_claims_is_refused_aloud(import_edi: ImportEdi, claims) -> None:
    import_edi(sound())
    other = make_claim(number="CR-3", lines=["50.00"])

    [told, _] = import_edi(sound().replace("CLP*CR-2", "CLP*CR-3"))

    assert (told["status"], told["posted"], cash()) == ("rejected", 0, "120.00")
    [wrong] = [problem for problem in told["problems"] if problem["code"] == "differs"]
    assert wrong["where"] == "segment 18, CLP01"
    assert "Nothing of this copy was posted. Ask the payer which is right" in wrong["message"]
    other.refresh_from_db()
    assert str(other.balance) == "50.00"


def test_a_copy_that_lacks_a_claim_is_refused_aloud(import_edi: ImportEdi, claims) -> None:
    import_edi(sound())
    text = sound()
    start, end = text.index("CLP*CR-1"), text.index("CLP*CR-2")
    [told, _] = import_edi(text[:start] + text[end:])
    assert told["status"] == "rejected"
    assert cash() == "120.00"
