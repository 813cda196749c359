"""What payers and bills say that the books have otherwise: the corrected insured, and what the patient had paid."""

import datetime as dt

import pytest
from django.test import Client

from arwork.lib.errors import Conflict, Forbidden, NotFound
from arwork.lib.money import money
from arwork.staff.models import AuditEvent
from claims.billing.models import Claim
from claims.ledger import services as ledger
from claims.parties.models import Coverage
from claims.remits import corrected_insured
from claims.remits.coverage_models import InsuredCorrection
from tests import cast
from tests.edi_intake.conftest import TakeIn, practice, take_in  # noqa: F401
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
PAID = [Svc("240.00", "200.00", [("PR-3", "40.00")])]
NAMED = "NM1*QC*1*GUARINO*GUS****MI*M100~"


def corrected(segment: str, *, trace: str = "EFT1001", number: str = "H1", on: dt.date = dt.date(2026, 10, 5)) -> str:
    return Era([Clp(number, PAID, icn=trace)], trace=trace, paid_on=on).text().replace(NAMED, f"{NAMED}{segment}~")


@pytest.fixture
def claim() -> Claim:
    return cast.make_claim(number="H1")


@pytest.fixture
def told(claim: Claim) -> InsuredCorrection:
    take(corrected("NM1*74*1*GUARINO*AUGUST****C*NEW222"))
    claim.refresh_from_db()
    return InsuredCorrection.objects.get()


def coverage_of(claim: Claim) -> tuple[str, str]:
    cover = Claim.objects.get(pk=claim.pk).coverage1
    assert cover
    return cover.member_id, str(cover.subscriber or "")


def test_the_corrected_insured_is_kept_offered_and_changes_nothing_by_itself(
    claim: Claim, told: InsuredCorrection, client: Client
) -> None:
    assert coverage_of(claim) == ("M100", "")
    client.force_login(cast.make_ana(claim.practice), backend=BACKEND)
    page = client.get(f"/claims/{claim.pk}").content.decode()
    assert "The payer knows the insured otherwise" in page
    assert "NEW222" in page
    assert "GUARINO, AUGUST" in page


def test_a_person_takes_it_onto_the_coverage_and_the_patient_stays(
    claim: Claim, told: InsuredCorrection, client: Client
) -> None:
    client.force_login(cast.make_ana(claim.practice), backend=BACKEND)
    client.post(f"/claims/{claim.pk}/insured/{told.pk}", {"choice": "take"})
    assert coverage_of(claim) == ("NEW222", "GUARINO, AUGUST")
    assert str(claim.patient.person) == "Guarino, Gus"
    assert "knows the insured otherwise" not in client.get(f"/claims/{claim.pk}").content.decode()
    event = AuditEvent.objects.get(action="insured_taken_over")
    assert "NEW222" not in str(event.after)


def test_a_person_leaves_it(claim: Claim, told: InsuredCorrection, client: Client) -> None:
    client.force_login(cast.make_ana(claim.practice), backend=BACKEND)
    client.post(f"/claims/{claim.pk}/insured/{told.pk}", {"choice": "leave"})
    assert coverage_of(claim) == ("M100", "")
    assert "knows the insured otherwise" not in client.get(f"/claims/{claim.pk}").content.decode()


def test_what_it_leaves_out_stays(claim: Claim) -> None:
    take(corrected("NM1*74*1******C*NEW222"))
    corrected_insured.take_over(InsuredCorrection.objects.get().pk, actor=cast.make_ana(claim.practice), now=cast.NOW)
    assert coverage_of(claim) == ("NEW222", "Guarino, Gus")


def test_a_coverage_that_the_patient_has_already_takes_the_place_of_the_old_one(claim: Claim) -> None:
    other = cast.make_coverage(patient=claim.patient, payer=claim.payer, member_id="NEW222")
    second = cast.make_claim(patient=claim.patient, number="H2")
    take(corrected("NM1*74*1******C*NEW222"))
    corrected_insured.take_over(InsuredCorrection.objects.get().pk, actor=cast.make_ana(claim.practice), now=cast.NOW)
    for one in (claim, second):
        one.refresh_from_db()
        assert one.coverage1 == other
    assert Coverage.objects.count() == 2


def test_what_the_coverage_says_already_is_not_offered(claim: Claim) -> None:
    take(corrected("NM1*74*1*GUARINO*GUS****C*M100"))
    assert corrected_insured.offered_corrections(claim) == []


def test_of_one_payer_the_newest_is_offered(claim: Claim) -> None:
    take(corrected("NM1*74*1******C*NEW333", trace="B", on=dt.date(2026, 11, 2)))
    take(corrected("NM1*74*1******C*NEW222", trace="A"))
    [offered] = corrected_insured.offered_corrections(Claim.objects.get())
    assert offered.row.member_id == "NEW333"


def test_only_who_works_in_the_practice_and_may_settle_decides_and_once(told: InsuredCorrection, claim: Claim) -> None:
    elsewhere = cast.make_practice(name="Cedar", npi="1003000126", tin="069999999")
    with pytest.raises(NotFound):
        corrected_insured.take_over(told.pk, actor=cast.make_sol(elsewhere), now=cast.NOW)
    with pytest.raises(Forbidden):
        corrected_insured.take_over(told.pk, actor=cast.make_abe(claim.practice), now=cast.NOW)
    ana = cast.make_ana(claim.practice)
    corrected_insured.take_over(told.pk, actor=ana, now=cast.NOW)
    with pytest.raises(Conflict):
        corrected_insured.leave(told.pk, actor=ana, now=cast.NOW)


# AMT*F5


def test_what_the_patient_had_paid_is_shown_until_a_receipt_says_so(take_in: TakeIn, client: Client) -> None:  # noqa: F811
    result = take_in(write_837([Sent(number="F-1", extra=("AMT*F5*25",))]))
    [note] = [one for one in result.results[0]["problems"] if one["code"] == "patient_paid"]
    assert note["where"].endswith("AMT02")
    claim = Claim.objects.get()
    assert (claim.patient_paid, claim.balance) == (money("25.00"), money("125.00"))
    client.force_login(cast.make_sol(claim.practice), backend=BACKEND)
    page = client.get(f"/claims/{claim.pk}").content.decode()
    assert "the patient had paid $25.00 when it was sent" in page
    account = client.get(f"/accounts/{claim.account_id}?receipt=25.00").content.decode()
    assert "say that the patient had paid $25.00 more than the receipts here" in account
    assert 'value="25.00"' in account

    line = claim.lines.get()
    moved = cast.move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="125.00", on=cast.TODAY)
    paid = cast.move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="25.00", on=cast.TODAY)
    ledger.post([moved, paid], now=cast.NOW)
    assert "the patient had paid" not in client.get(f"/claims/{claim.pk}").content.decode()
    assert "say that the patient had paid" not in client.get(f"/accounts/{claim.account_id}").content.decode()
