"""A remittance that is read before the 837 of its claims: the payments post when the bills come."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.billing.models import Claim
from claims.ledger.selectors import account_totals
from claims.remits.exceptions import accept_exception
from claims.remits.models import RemitClaim, RemitException, Remittance
from tests.acceptance.conftest import ImportEdi
from tests.cast import NOW, TODAY, make_sol
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc

BILL = Sent(number="PB-1", charge="100.00", served="20260914")


def paid(*, icn: str = "ICN1", sign: str = "", **era: object) -> str:
    line = Svc(f"{sign}100.00", f"{sign}80.00", [("CO-45", f"{sign}20.00")], code="99213", control="PB-1-1")
    return Era([Clp("PB-1", [line], status="22" if sign else "1", icn=icn)], **era).text()  # type: ignore[arg-type]


def test_the_payment_posts_when_its_claim_is_read(import_edi: ImportEdi) -> None:
    import_edi(paid())
    assert RemitException.objects.get().code == "unmatched"

    import_edi(write_837([BILL]))

    claim, exception = Claim.objects.get(), RemitException.objects.get()
    assert str(claim.balance) == "0.00"
    assert claim.icn == "ICN1"
    assert (exception.state, exception.reason) == ("resolved", "its claim was read since")
    assert (Remittance.objects.get().state, RemitClaim.objects.get().matched_by) == ("posted", "number")
    totals = account_totals([claim.practice_id])
    assert (str(totals["CASH"]), str(totals["UNAPPLIED"])) == ("80.00", "0.00")


def test_what_else_is_wrong_with_it_is_told_instead(import_edi: ImportEdi) -> None:
    """The claim is billed at 90.00 and paid on a charge of 100.00: another claim, or another bill."""
    import_edi(paid())
    import_edi(write_837([BILL.but(charge="90.00")]))
    exception = RemitException.objects.get()
    assert (exception.state, exception.code) == ("open", "mismatch")
    assert "charge 100.00 against 90.00 billed" in exception.detail
    assert str(Claim.objects.get().balance) == "90.00"


def test_the_payment_of_a_replacement_that_is_read_before_it_posts_when_it_is_read(import_edi: ImportEdi) -> None:
    import_edi(write_837([BILL]))
    line = Svc("120.00", "90.00", [("CO-45", "30.00")], code="99213", control="PB-1-1")
    import_edi(Era([Clp("PB-1", [line])], trace="EFT2").text())
    assert RemitException.objects.get().code == "mismatch"

    import_edi(write_837([BILL.but(charge="120.00", frequency="7")], control=2, sent_on="20261020"))

    assert RemitException.objects.get().state == "resolved"
    claim = Claim.objects.get()
    assert (str(claim.charge), str(claim.balance)) == ("120.00", "0.00")


def test_a_payment_that_found_its_claim_late_is_known_as_its_payers(import_edi: ImportEdi) -> None:
    """Whose payment it was decides what a later reversal and correction mean."""
    import_edi(paid())
    import_edi(write_837([BILL]))
    assert RemitClaim.objects.get().bucket == "PAYER1"


def test_a_payment_and_its_reversal_that_came_first_undo_each_other(import_edi: ImportEdi) -> None:
    import_edi(paid(), paid(sign="-", trace="EFT2"))
    assert RemitException.objects.filter(state="open").count() == 2

    import_edi(write_837([BILL]))

    claim = Claim.objects.get()
    assert not RemitException.objects.filter(state="open").exists()
    assert str(claim.balance) == "100.00"
    totals = account_totals([claim.practice_id])
    assert (str(totals["CASH"]), str(totals["UNAPPLIED"])) == ("0.00", "0.00")


def test_a_claim_of_another_practice_is_not_theirs(import_edi: ImportEdi) -> None:
    import_edi(paid())
    import_edi(write_837([BILL], npi="1999999992", tin="990000001"), onboarding=True)
    assert RemitException.objects.get().state == "open"


def test_a_claim_that_is_read_while_its_remittance_is_held_is_found_when_that_is_let_go(import_edi: ImportEdi) -> None:
    import_edi(paid(bpr="90.00"))
    import_edi(write_837([BILL]))
    held = RemitException.objects.get(code="not_tied_out")
    sol = make_sol(held.practice)

    accept_exception(held.pk, actor=sol, today=TODAY, now=NOW)

    assert not RemitException.objects.filter(state="open").exists()
    assert str(Claim.objects.get().balance) == "0.00"


def test_a_payment_that_was_taken_for_that_of_a_like_claim_finds_its_own(import_edi: ImportEdi) -> None:
    """Two visits of a patient on one day, of one price: the second bill is read after both payments."""
    import_edi(write_837([BILL]), paid())
    again = Clp("PB-2", [Svc("100.00", "70.00", [("CO-45", "30.00")], code="99213")], icn="ICN2", member="MBR001")
    import_edi(Era([again], trace="EFT2").text())
    assert RemitException.objects.get().code == "over_credit"

    import_edi(write_837([BILL.but(number="PB-2")], control=2))

    assert not RemitException.objects.filter(state="open").exists()
    assert RemitClaim.objects.get(number="PB-2").claim.number == "PB-2"
    assert [str(balance) for balance in Claim.objects.values_list("balance", flat=True)] == ["0.00", "0.00"]


def test_many_payments_cost_as_many_queries_as_one(import_edi: ImportEdi) -> None:
    def queries(trace: str, numbers: range) -> int:
        """Those of importing the bills of payments that wait; each has a charge of its own."""
        lines = {n: Svc(f"{100 + n}.00", "80.00", [("CO-45", f"{20 + n}.00")], code="99213") for n in numbers}
        import_edi(Era([Clp(f"PB-{n}", [line], icn=f"I{n}") for n, line in lines.items()], trace=trace).text())
        bills = [BILL.but(number=f"PB-{n}", charge=f"{100 + n}.00") for n in numbers]
        with CaptureQueriesContext(connection) as seen:
            import_edi(write_837(bills, control=numbers[0]))
        return len(seen)

    queries("T1", range(1, 2))
    few, many = queries("T2", range(10, 12)), queries("T3", range(20, 60))

    assert not RemitException.objects.filter(state="open").exists()
    assert abs(many - few) <= 2
