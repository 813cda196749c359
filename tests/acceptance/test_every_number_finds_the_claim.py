"""Every number under which a claim was ever sent or answered finds it: files, and whoever searches for it."""

import datetime as dt

import pytest

from claims.billing.models import Claim
from claims.billing.selectors import claims_numbered
from claims.practices.models import Practice
from claims.remits.models import RemitException
from tests.acceptance.conftest import ImportEdi
from tests.balances import balance_of
from tests.cast import make_practice, make_sol
from tests.edi_intake.writing import NPI, TIN, Sent, write_277ca, write_837
from tests.remits.era import Clp, Era, Svc

PAYEE = Practice(name="Harbor Clinic", npi=NPI, tin=TIN)
GUS = Sent(number="NB-1", charge="410.00", served="20260914", member="M100")
BILL = write_837([GUS], sent_on="20260916")
REPLACED = write_837([GUS.but(number="NB-1C", frequency="7", icn="P1")], sent_on="20261010", control=2)
ACCEPTED = write_277ca([("NB-1", "A2", "CH77")], day="20260918")


def era(number: str, icn: str, *, paid: str, share: str, day: dt.date, status: str = "1") -> str:
    sign = "-" if status == "22" else ""
    rest = f"{sign}{410 - float(paid) - float(share):.2f}"
    cas = [("CO-45", rest), ("PR-2", f"{sign}{share}")]
    line = Svc(f"{sign}410.00", f"{sign}{paid}", cas, code="99213")
    return Era(
        [Clp(number, [line], icn=icn, status=status)], trace=f"{icn}{status}{day:%d}", paid_on=day, practice=PAYEE
    ).text()


FIRST = era("NB-1", "P1", paid="100.00", share="40.00", day=dt.date(2026, 10, 1))
BACK = era("NB-1", "P1", paid="100.00", share="40.00", day=dt.date(2026, 11, 1), status="22")
ANEW = era("NB-1C", "P2", paid="200.00", share="25.00", day=dt.date(2026, 11, 1))


def owed() -> dict[str, str]:
    return {bucket: str(amount) for bucket, amount in balance_of(Claim.objects.get().pk).items() if amount}


@pytest.mark.parametrize("wanted", ["NB-1", "NB-1C", "nb-1c", "P1", "P2", "CH77"])
def test_whoever_searches_for_any_of_them_finds_it(import_edi: ImportEdi, wanted: str) -> None:
    import_edi(BILL, ACCEPTED, FIRST, REPLACED, BACK, ANEW)
    assert [one.number for one in claims_numbered(actor=make_sol(make_practice()), text=wanted)] == ["NB-1"]
    assert (Claim.objects.get().icn, owed()) == ("P2", {"PATIENT": "25.00"})


def test_an_answer_under_the_number_of_the_replacement_that_came_before_it_waits_and_posts_then(
    import_edi: ImportEdi,
) -> None:
    elsewhere = era("NB-1C", "P2", paid="200.00", share="25.00", day=dt.date(2026, 11, 1)).replace("M100", "M999")
    import_edi(BILL, FIRST, BACK, elsewhere.replace("GUARINO*GUS", "GUARINO-SMITH*GUS"))
    assert RemitException.objects.get(state="open").code == "unmatched"
    import_edi(REPLACED)
    assert not RemitException.objects.filter(state="open").exists()
    assert owed() == {"PATIENT": "25.00"}


@pytest.mark.parametrize("named", ["P1", "P2", "CH77"])
def test_a_replacement_names_any_icn_that_the_claim_ever_had(import_edi: ImportEdi, named: str) -> None:
    again = write_837([GUS.but(number="NB-9", frequency="7", icn=named)], sent_on="20261112", control=3)
    import_edi(BILL, ACCEPTED, FIRST, REPLACED, BACK, ANEW, again)
    assert Claim.objects.get().submissions.count() == 3


def test_an_acknowledgment_of_any_of_them_reaches_it(import_edi: ImportEdi) -> None:
    import_edi(BILL, FIRST, REPLACED)
    [told] = import_edi(write_277ca([("NB-1C", "A2", "CH88")], day="20261012"))
    assert (told["posted"], told["exceptions"]) == (1, 0)
    sent = Claim.objects.get().submissions.order_by("submitted_on")
    assert [(one.state, one.icn) for one in sent] == [("adjudicated", "P1"), ("accepted", "CH88")]
    assert Claim.objects.get().icn == "P1"


def test_a_number_that_another_claim_bears_is_that_claims(import_edi: ImportEdi) -> None:
    other = Sent(number="NB-1C", charge="75.00", served="20260920", member="M200", first="MIA", born="19900101")
    import_edi(BILL, FIRST, REPLACED, write_837([other], sent_on="20261011", control=3))
    assert sorted(Claim.objects.values_list("number", flat=True)) == ["NB-1"]
