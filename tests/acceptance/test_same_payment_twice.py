"""The same payment in another file posts nothing; two equal payments of a day are two."""

from claims.billing.models import Claim
from claims.ledger.models import Posting
from tests.acceptance.conftest import ImportEdi
from tests.cast import make_claim
from tests.remits.era import Clp, Era, Svc

PAID = Clp(number="TW-1", lines=[Svc("240.00", "100.00", [("PR-2", "140.00")])])


def cash() -> str:
    return str(sum(row.amount for row in Posting.objects.filter(debit="CASH")))


def in_another_envelope(text: str) -> str:
    return text.replace("*000000001*", "*000000777*").replace("*261005*1200*", "*261109*0815*")


def test_another_interchange_around_the_same_payment_is_a_duplicate(import_edi: ImportEdi) -> None:
    make_claim(number="TW-1", lines=["240.00"])
    text = Era([PAID]).text()
    first, second = import_edi(text, in_another_envelope(text))
    assert [first["status"], second["status"], second["posted"]] == ["posted", "duplicate", 0]
    assert first["sha256"] != second["sha256"]
    assert cash() == "100.00"
    assert str(Claim.objects.get(number="TW-1").balance) == "140.00"


def test_a_payment_without_a_readable_day_is_known_again_by_its_trace(import_edi: ImportEdi) -> None:
    make_claim(number="TW-1", lines=["240.00"])
    text = Era([PAID]).text().replace("*2*20261005~", "*2*2026~").replace("DTM*405*20261005~", "")
    first, second = import_edi(text, in_another_envelope(text))
    assert "bad_date" in {problem["code"] for problem in first["problems"]}
    assert [first["status"], second["status"]] == ["posted", "duplicate"]
    assert cash() == "100.00"


def test_two_equal_payments_of_one_day_are_both_deposits(import_edi: ImportEdi) -> None:
    make_claim(number="TW-1", lines=["240.00"])
    make_claim(number="TW-2", lines=["240.00"])
    other = Clp(number="TW-2", lines=PAID.lines, icn="ICN2")
    first, second = import_edi(Era([PAID], trace="A1").text(), Era([other], trace="A2").text())
    assert [first["status"], second["status"]] == ["posted", "posted"]
    assert cash() == "200.00"
