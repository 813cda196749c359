"""A remittance that arrives broken, and again whole: its money is posted once, and is not lost to the broken copy."""

from claims.billing.models import Claim
from claims.ledger.models import Posting
from claims.remits.models import RemitException
from tests.acceptance.conftest import ImportEdi
from tests.cast import make_claim
from tests.remits.era import Clp, Era, Svc


def two_claims() -> tuple[Claim, Claim, str]:
    first = make_claim(number="BR-1", lines=["240.00"])
    second = make_claim(number="BR-2", lines=["100.00"])
    era = Era(
        [
            Clp(number="BR-1", lines=[Svc("240.00", "200.00", [("CO-45", "40.00")])]),
            Clp(number="BR-2", lines=[Svc("100.00", "100.00")], icn="ICN2"),
        ]
    )
    return first, second, era.text()


def cash() -> str:
    return str(sum(row.amount for row in Posting.objects.filter(debit="CASH")))


def test_the_whole_file_after_its_truncated_copy_posts_all_of_the_money(import_edi: ImportEdi) -> None:
    first, second, whole = two_claims()
    cut = whole[: whole.index("CLP*BR-2")]
    [told] = import_edi(cut)
    assert told["status"] == "staged"
    assert "truncated" in {problem["code"] for problem in told["problems"]}
    assert not Posting.objects.filter(debit="CASH").exists()

    [again] = import_edi(whole)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (again["status"], again["posted"], again["exceptions"]) == ("posted", 2, 0)
    assert (str(first.balance), str(second.balance)) == ("0.00", "0.00")
    assert cash() == "300.00"
    assert not RemitException.objects.filter(state="open").exists()


def test_the_truncated_copy_after_the_whole_file_changes_nothing(import_edi: ImportEdi) -> None:
    *_, whole = two_claims()
    import_edi(whole)
    [told] = import_edi(whole[: whole.index("CLP*BR-2")])
    assert (told["status"], told["posted"]) == ("duplicate", 0)
    assert cash() == "300.00"


def test_an_unreadable_amount_waits_alone_and_its_corrected_copy_is_not_lost(import_edi: ImportEdi) -> None:
    first, second, whole = two_claims()
    [told] = import_edi(whole.replace("SVC*HC:99214*100.00*100.00", "SVC*HC:99214*1OO.00*100.00"))
    first.refresh_from_db()
    assert (told["status"], told["posted"], told["exceptions"]) == ("partly", 1, 1)
    assert str(first.balance) == "0.00"
    assert cash() == "300.00"  # what could not be read is kept unapplied
    [wrong] = [problem for problem in told["problems"] if problem["code"] == "bad_amount"]
    assert "SVC02" in wrong["where"]
    assert "expected an amount in dollars and cents" in wrong["message"]
