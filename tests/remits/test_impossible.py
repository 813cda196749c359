"""Impossible dates and lines: they are questions, or stay unknown; nothing is made of them (RULES 2.1, 2.4)."""

import datetime as dt

import pytest

from arwork.lib.errors import DomainError
from claims.billing.models import Claim, ClaimLine
from claims.remits import exceptions
from claims.remits.models import RemitException, Remittance
from claims.remits.release import release_days_that_came
from claims.remits.selectors import tie_out
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db
WHEN = {"today": cast.TODAY, "now": cast.NOW}
NEXT_YEAR = dt.date(2027, 9, 15)
SHARED = [Svc("240.00", "200.00", [("PR-3", "40.00")])]


def waiting() -> RemitException:
    return RemitException.objects.get(state="open")


# Days


@pytest.fixture
def ahead(db: None) -> Claim:
    claim = cast.make_claim(number="H1")
    summary = take(Era([Clp("H1", SHARED)], paid_on=NEXT_YEAR))
    assert [(one["where"], one["code"]) for one in summary.problems] == [("segment 4, BPR16", "future_date")]
    assert (summary.status, waiting().code) == ("staged", "future_date")
    assert buckets(claim) == {"PAYER1": "240.00"}
    return claim


def test_a_payment_of_a_day_to_come_posts_by_itself_on_that_day(ahead: Claim) -> None:
    assert release_days_that_came(today=dt.date(2027, 9, 14), now=cast.NOW) == 0
    assert release_days_that_came(today=NEXT_YEAR, now=cast.NOW) == 1
    assert buckets(ahead) == {"PATIENT": "40.00"}
    assert tie_out(Remittance.objects.get().pk).is_tied


def test_a_wrong_day_to_come_is_accepted_as_today(ahead: Claim) -> None:
    exceptions.accept_exception(waiting().pk, actor=cast.make_ana(ahead.practice), **WHEN)
    assert buckets(ahead) == {"PATIENT": "40.00"}
    assert Remittance.objects.get().paid_on == cast.TODAY
    assert set(ahead.postings.exclude(kind="charge").values_list("effective_on", flat=True)) == {cast.TODAY}


def test_a_payment_of_today_is_no_question() -> None:
    claim = cast.make_claim(number="H1")
    take(Era([Clp("H1", SHARED)], paid_on=cast.TODAY))
    assert buckets(claim) == {"PATIENT": "40.00"}


def unreadable_day() -> str:
    return Era([Clp("H1", SHARED)]).text().replace("DTM*472*20260914~", "DTM*472*20261345~")


def test_an_unreadable_day_of_service_opens_no_claim_on_the_day_of_payment() -> None:
    summary = take(unreadable_day(), create_missing=True)
    assert not Claim.objects.exists()
    assert waiting().code == "unmatched"
    assert waiting().remit_claim.service_from is None
    assert [(one["where"], one["code"]) for one in summary.problems] == [("segment 16, DTM02", "bad_date")]


def test_a_day_of_service_that_has_not_come_opens_no_claim() -> None:
    take(Era([Clp("H1", SHARED)]).text().replace("DTM*472*20260914~", "DTM*472*20620914~"), create_missing=True)
    assert not Claim.objects.exists()
    ana = cast.make_ana(cast.make_practice())
    exceptions.create_claim(waiting().pk, actor=ana, service_on=dt.date(2026, 9, 14), **WHEN)
    assert Claim.objects.get().service_from == dt.date(2026, 9, 14)


def test_a_person_who_knows_the_day_opens_the_claim() -> None:
    practice = cast.make_practice()
    take(unreadable_day())
    ana = cast.make_ana(practice)
    with pytest.raises(DomainError, match="no day of service"):
        exceptions.create_claim(waiting().pk, actor=ana, **WHEN)
    exceptions.create_claim(waiting().pk, actor=ana, service_on=dt.date(2026, 9, 13), **WHEN)
    claim = Claim.objects.get()
    assert (claim.service_from, buckets(claim)) == (dt.date(2026, 9, 13), {"PATIENT": "40.00"})


def test_a_known_claim_keeps_its_day_whatever_the_payer_writes() -> None:
    claim = cast.make_claim(number="H1")
    take(unreadable_day())
    assert buckets(claim) == {"PATIENT": "40.00"}


# Lines


def test_a_discount_billed_as_a_line_posts_like_any_other() -> None:
    claim = cast.make_claim(number="H1", lines=["200.00", "-20.00"])
    lines = [
        Svc("200.00", "120.00", [("CO-45", "50.00"), ("PR-2", "30.00")], control="H1-1"),
        Svc("-20.00", "-20.00", code="85025", control="H1-2"),
    ]
    take(Era([Clp("H1", lines)]))
    assert buckets(claim) == {"PATIENT": "30.00"}
    assert not RemitException.objects.exists()


@pytest.mark.parametrize(
    ("charge", "paid", "cas"),
    [("-20.00", "-15.00", [("CO-45", "-5.00")]), ("-20.00", "0.00", [("CO-45", "-20.00")])],
)
def test_a_discount_is_reduced_as_its_line_is(charge: str, paid: str, cas: list[tuple[str, str]]) -> None:
    claim = cast.make_claim(number="H1", lines=["200.00", charge])
    lines = [Svc("200.00", "200.00", control="H1-1"), Svc(charge, paid, cas, code="85025", control="H1-2")]
    take(Era([Clp("H1", lines)]))
    assert buckets(claim) == {}


def test_a_discount_and_its_reversal_meet_the_right_lines_without_control_numbers() -> None:
    claim = cast.make_claim(number="H1", lines=["20.00", "-20.00", "100.00"], codes=["99214", "99214", "99213"])
    paid = [Svc("-20.00", "-20.00"), Svc("20.00", "20.00"), Svc("100.00", "90.00", [("CO-45", "10.00")], code="99213")]
    take(Era([Clp("H1", paid)], trace="A"))
    assert buckets(claim) == {}
    back = [
        Svc("-20.00", "-20.00"),
        Svc("20.00", "20.00"),
        Svc("-100.00", "-90.00", [("CO-45", "-10.00")], code="99213"),
    ]
    take(Era([Clp("H1", back, status="22")], trace="B", paid_on=dt.date(2026, 10, 12)))
    assert buckets(claim) == {"PAYER1": "100.00"}
    for remittance in Remittance.objects.all():
        met = {row.line.charge: row.charge for row in remittance.claims.get().lines.all()}
        sign = -1 if remittance.trace == "B" else 1
        assert met == {charge: sign * charge for charge in met}


def institutional(*lines: tuple[str, str, str]) -> Claim:
    """A claim with (procedure, revenue code, charge) lines."""
    claim = cast.make_claim(number="H1", lines=[charge for _, _, charge in lines])
    for row, (code, revenue, _) in zip(claim.lines.order_by("number"), lines, strict=True):
        ClaimLine.objects.filter(pk=row.pk).update(code=code, revenue_code=revenue, control="")
    Claim.objects.filter(pk=claim.pk).update(form="I")
    return claim


def by_revenue_code(*answers: tuple[str, str, str]) -> str:
    """A payment by (revenue code, charge, paid); the rest is contractual."""
    lines = []
    for revenue, charge, paid in answers:
        rest = float(charge) - float(paid)
        lines.append(Svc(charge, paid, [("CO-45", f"{rest:.2f}")] if rest else [], code=revenue))
    return Era([Clp("H1", lines)]).text().replace("SVC*HC:", "SVC*NU:")


def test_an_answer_by_revenue_code_pays_the_line_of_its_procedure() -> None:
    claim = institutional(("99284", "0450", "500.00"), ("J1885", "0636", "200.00"))
    take(by_revenue_code(("0636", "200.00", "150.00"), ("0450", "500.00", "500.00")))
    paid = {row.line.code: str(row.paid) for row in Remittance.objects.get().claims.get().lines.all()}
    assert paid == {"J1885": "150.00", "99284": "500.00"}
    assert buckets(claim) == {}


def test_it_means_the_line_without_a_procedure_first() -> None:
    institutional(("J1885", "0636", "200.00"), ("", "0636", "200.00"))
    take(by_revenue_code(("0636", "200.00", "150.00"), ("0636", "200.00", "200.00")))
    paid = [row.line.code for row in Remittance.objects.get().claims.get().lines.order_by("position")]
    assert paid == ["", "J1885"]


# Taken back twice


def test_a_second_take_back_says_when_the_first_one_was() -> None:
    claim = cast.make_claim(number="H1", lines=["800.00"])
    take(Era([Clp("H1", [Svc("800.00", "800.00")])], trace="A"))
    back = Clp("H1", [Svc("-800.00", "-800.00")], status="22")
    take(Era([back], trace="B", paid_on=dt.date(2026, 10, 12)))
    again = Clp("H1", [Svc("-800.00", "-50.00", [("CO-45", "-750.00")])], status="22")
    take(Era([again], trace="C", paid_on=dt.date(2026, 10, 20)))
    assert (waiting().code, str(waiting().amount)) == ("no_original", "-50.00")
    assert "was taken back on 2026-10-12 already" in waiting().detail
    assert buckets(claim) == {"PAYER1": "800.00"}
