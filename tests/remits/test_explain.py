"""One decoder of a claim payment: every page says the same of it in the same words, for a bounded number of queries."""

import datetime as dt
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arwork.lib.money import ZERO, money
from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.remits.adjustment_rules import TreatmentDraft, add_override
from claims.remits.explain import ExplainedPayment, payments_of_claims
from claims.remits.models import RemitClaim, Remittance
from tests import cast
from tests.remits.allowed_oracle import payments_that_agree_with_the_books
from tests.remits.era import Clp, Era, Svc, take
from tests.remits.test_public_files import take_file

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
MEDICARE_LINE = Svc("145.00", "46.61", [("CO-45", "85.55"), ("CO-253", "0.95"), ("PR-2", "11.89")])


def only(claim: Claim) -> ExplainedPayment:
    (found,) = payments_of_claims([claim.pk], denials=Denial.objects.filter(claim=claim))[claim.pk]
    return found


def medicare_claim(*, number: str = "H1", lines: int = 1) -> Claim:
    payer = cast.make_payer(name="Medicare Part B", payer_id="MCR01", payer_class="medicare")
    return cast.make_claim(number=number, lines=["145.00"] * lines, codes=("99214",), payers=[payer])


def medicare_era(*claims: Clp, trace: str = "EFT1001", paid_on: dt.date = dt.date(2026, 10, 5)) -> Era:
    return Era(claims, payer="Medicare Part B", payer_id="MCR01", trace=trace, paid_on=paid_on)


def test_a_claim_payment_in_words() -> None:
    claim = medicare_claim()
    line = Svc("145.00", "46.61", MEDICARE_LINE.cas, rarcs=["N706", "N782"])
    take(medicare_era(Clp("H1", [line], status="19", icn="ICN9")))

    paid = only(claim)
    assert (paid.status, paid.payer, paid.method, paid.row.icn) == (
        "processed as primary and sent on to the next payer",
        "MEDICARE PART B",
        "EFT",
        "ICN9",
    )
    assert (paid.is_crossover, paid.is_reversal, paid.denied) == (True, False, ())
    assert (paid.allowed, paid.row.paid) == (money("59.45"), money("46.61"))
    assert (paid.patient.coinsurance, paid.patient.deductible, paid.patient.total) == (
        money("11.89"),
        money("0"),
        money("11.89"),
    )
    (told,) = paid.lines
    assert (told.number, told.service, told.allowed, told.stated) == (1, "99214", money("59.45"), None)
    assert [(one.code, one.words) for one in told.adjustments][:2] == [
        ("CO-45", "above the allowed amount (CO-45)"),
        ("CO-253", "sequestration (CO-253)"),
    ]
    assert [(one.code, one.is_alert) for one in told.remarks] == [("N706", False), ("N782", True)]


def test_patient_responsibility_is_told_apart() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    shares = [("CO-45", "40.00"), ("PR-1", "50.00"), ("PR-2", "20.00"), ("PR-3", "25.00"), ("PR-96", "5.00")]
    take(Era([Clp("H1", [Svc("240.00", "100.00", shares)])]))

    patient = only(claim).patient
    assert (patient.deductible, patient.coinsurance, patient.copay, patient.non_covered) == (
        money("50.00"),
        money("20.00"),
        money("25.00"),
        money("5.00"),
    )


def test_denials_and_reversals_are_named() -> None:
    claim = cast.make_claim(number="H1", lines=["200.00", "40.00"])
    lines = [Svc("200.00", "0", [("CO-197", "200.00")]), Svc("40.00", "0", [("CO-197", "40.00")], code="85025")]
    take(Era([Clp("H1", lines)]))
    assert only(claim).denied == ("$240.00: authorization missing (CO-197)",)
    assert [line.allowed for line in only(claim).lines] == [ZERO, ZERO]

    back = [Svc("-200.00", "0", [("CO-197", "-200.00")]), Svc("-40.00", "0", [("CO-197", "-40.00")], code="85025")]
    take(Era([Clp("H1", back, status="22")], trace="EFT2", paid_on=dt.date(2026, 10, 12)))
    first, last = payments_of_claims([claim.pk])[claim.pk]
    assert (first.is_reversal, last.is_reversal, last.status) == (False, True, "reversal of an earlier payment")


def test_what_the_payer_itself_calls_allowed_is_only_a_cross_check(client: Client) -> None:
    """A secondary payer that pays by its own higher fee schedule: X12's example of OA-23."""
    claim = cast.make_claim(number="H1", lines=["166.50"])
    text = Era([Clp("H1", [Svc("166.50", "30.00", [("OA-23", "136.50")])], status="2")]).text()
    take(text.replace("CAS*OA*23*136.5", "AMT*B6*150~CAS*OA*23*136.5"))

    (line,) = only(claim).lines
    assert (line.allowed, line.stated, line.says_otherwise) == (money("166.50"), money("150.00"), money("150.00"))
    client.force_login(cast.make_sol(claim.practice), backend=BACKEND)
    assert "payer says 150.00" in client.get(f"/claims/{claim.pk}").content.decode()


def test_every_page_shows_the_same_allowed_amount(client: Client) -> None:
    from collections_app.worklist import services as worklist
    from collections_app.worklist.models import WorkItem

    claim = medicare_claim(lines=2)
    denied = Svc("145.00", "0", [("CO-50", "145.00")])
    take(medicare_era(Clp("H1", [MEDICARE_LINE, denied])))
    worklist.refresh(claims=[claim.pk], accounts=[], today=cast.TODAY, now=cast.NOW)
    client.force_login(cast.make_sol(claim.practice), backend=BACKEND)

    page = client.get(f"/claims/{claim.pk}").content.decode()
    item = WorkItem.objects.get(claim=claim, state="open")
    desk = client.get(f"/desk/{item.pk}")
    body = client.get(f"/api/v1/claims/{claim.pk}").json()["payments"][0]

    assert page.count(">59.45<") == 1
    assert [line.allowed for line in desk.context["desk"].sheet.lines] == [money("59.45"), money("0")]
    assert "allowed $59.45, paid $46.61. $85.55 above the allowed amount" in desk.content.decode()
    assert [line["allowed"] for line in body["lines"]] == ["59.45", "0.00"]
    assert (body["allowed"], body["patient"]["coinsurance"], body["status"]) == (
        "59.45", "11.89", "processed as primary",
    )  # fmt: skip


def test_an_override_of_an_admin_changes_what_is_allowed() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "100.00", [("CO-45", "90.00"), ("PI-45", "50.00")])])]))
    assert only(claim).allowed == money("150.00")

    signed_by = Remittance.objects.get().payer_id
    draft = TreatmentDraft("PI", "45", "contractual", dt.date(2026, 1, 1), payer_id=signed_by, source="contract")
    add_override(draft, actor=cast.make_oona(claim.practice), now=cast.NOW)

    assert only(claim).allowed == money("100.00")


def test_many_payments_of_many_claims_cost_three_queries(django_assert_num_queries) -> None:
    claims = [medicare_claim(number=f"H{place}", lines=2) for place in range(6)]
    for day in range(1, 4):
        paid = [Clp(claim.number, [MEDICARE_LINE, MEDICARE_LINE], icn=claim.number) for claim in claims]
        take(medicare_era(*paid, trace=f"EFT{day}", paid_on=dt.date(2026, 10, day)))
    assert RemitClaim.objects.count() == 18

    with django_assert_num_queries(3):
        one = payments_of_claims([claims[0].pk])
    with django_assert_num_queries(3):
        found = payments_of_claims([claim.pk for claim in claims])
    assert (len(one[claims[0].pk]), {len(rows) for rows in found.values()}) == (3, {3})


@pytest.mark.parametrize("page", ["claim", "desk", "remittance", "api"])
def test_a_page_with_many_payments_costs_no_more_than_one_with_one(client: Client, page: str) -> None:
    from collections_app.worklist import services as worklist
    from collections_app.worklist.models import WorkItem

    few, many = medicare_claim(number="H1"), medicare_claim(number="H2", lines=4)
    denied = Svc("145.00", "0", [("CO-50", "145.00")])
    take(medicare_era(Clp("H1", [denied])))
    again = [Clp("H2", [denied] * 4, icn=f"P{place}") for place in range(8)]
    for place, one in enumerate(again):
        take(medicare_era(one, trace=f"EFT{place}", paid_on=dt.date(2026, 10, 6 + place)))
    take(medicare_era(*again, trace="ALL", paid_on=dt.date(2026, 11, 2)))
    worklist.refresh(claims=[few.pk, many.pk], accounts=[], today=cast.TODAY, now=cast.NOW)
    client.force_login(cast.make_sol(few.practice), backend=BACKEND)

    def address(claim: Claim) -> str:
        if page == "desk":
            return f"/desk/{WorkItem.objects.get(claim=claim, state='open').pk}"
        if page == "remittance":
            return f"/remits/{RemitClaim.objects.filter(claim=claim).latest('pk').remittance_id}"
        return {"claim": f"/claims/{claim.pk}", "api": f"/api/v1/claims/{claim.pk}"}[page]

    spent = []
    for claim in (few, many):
        client.get(address(claim))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(claim)).status_code == 200
        spent.append(len(queries))
    assert spent[1] <= spent[0]
    assert spent[0] <= {"claim": 40, "desk": 101, "remittance": 23, "api": 15}[page]


def test_the_allowed_amounts_of_the_public_remittances_are_what_their_books_hold(shared: Path) -> None:
    for place, path in enumerate(sorted((shared / "edi" / "835").iterdir())):
        take_file(path, sha=f"{place:064d}")
    assert payments_that_agree_with_the_books() > 15
