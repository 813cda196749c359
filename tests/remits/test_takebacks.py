"""Money at provider level leaves work until it is settled: what is open, in which case, and which claim is meant."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from arwork.lib.money import ZERO, from_cents, money
from claims.ledger.selectors import account_totals
from claims.remits import exceptions, recoupments
from claims.remits.models import ProviderAdjustment, RemitException, Remittance
from claims.remits.selectors import tie_out
from claims.remits.takebacks import open_amounts
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

OCT12, OCT19 = dt.date(2026, 10, 12), dt.date(2026, 10, 19)


def paid(number: str, icn: str) -> Clp:
    return Clp(number, [Svc("100.00", "80.00", [("PR-2", "20.00")])], icn=icn)


def kept_back(reference: str = "H1") -> ProviderAdjustment:
    """80.00 were paid for H1; a later deposit for H2 is short by them."""
    for number in ("H1", "H2"):
        cast.make_claim(number=number, lines=["100.00"])
    take(Era([paid("H1", "OLD1")]))
    take(Era([paid("H2", "NEW2")], plb=[(f"WO:{reference}", "80.00")], trace="EFT2", paid_on=OCT12))
    return ProviderAdjustment.objects.get()


def open_questions() -> list[tuple[str, Decimal]]:
    rows = RemitException.objects.filter(state="open").order_by("pk")
    return list(rows.values_list("provider_adjustment__reference", "amount"))


@pytest.mark.django_db
@pytest.mark.parametrize("reference", ["H1", "OLD1", "OLD1 20260914"])
def test_what_nobody_announced_is_work_with_its_claim_and_its_window(reference: str) -> None:
    row = kept_back(reference)

    question = RemitException.objects.get()
    assert (question.code, question.amount, question.provider_adjustment) == ("unsettled_plb", money("80.00"), row)
    assert "Claim H1 is proposed" in question.detail
    assert Remittance.objects.get(trace="EFT2").state == "posted"
    worklist.refresh(claims=[], accounts=[], today=cast.TODAY, now=cast.NOW)
    item = WorkItem.objects.get(exception=question)
    assert (item.kind, item.amount, item.next_action) == ("remit_exception", 80, "settle_takeback")
    assert item.deadline_kind == "appeal_1"
    assert item.deadline_on is not None
    assert item.deadline_on > OCT12


@pytest.mark.django_db
def test_applying_it_settles_the_question_and_undoing_asks_again() -> None:
    row = kept_back()
    asked = {"actor": cast.make_sol(row.remittance.practice), "today": cast.TODAY, "now": cast.NOW}

    claim = recoupments.apply_recoupment(row.pk, claim="H1", amount=money("50.00"), **asked)
    assert open_questions() == [("H1", money("30.00"))]
    recoupments.apply_recoupment(row.pk, claim="H1", amount=money("30.00"), **asked)
    assert open_questions() == []
    assert buckets(claim) == {"PAYER1": "80.00", "PATIENT": "20.00"}
    recoupments.undo_recoupment(row.pk, claim_id=claim.pk, **asked)
    assert open_questions() == [("H1", money("80.00"))]


@pytest.mark.django_db
@pytest.mark.parametrize("step", [1, -1])
def test_announced_and_kept_back_settle_each_other_in_either_order(step: int) -> None:
    cast.make_claim(number="H1", lines=["100.00"])
    take(Era([paid("H1", "OLD1")]))
    back = Clp("H1", [Svc("-100.00", "-80.00", [("PR-2", "-20.00")])], status="22", icn="OLD1")
    other = cast.make_claim(number="H2", lines=["100.00"])
    announcing = Era([back], plb=[("WO:OLD1", "-80.00")], trace="EFT2", paid_on=OCT12)
    keeping = Era([paid("H2", "NEW2")], plb=[("WO:OLD1", "80.00")], trace="EFT3", paid_on=OCT19)

    first, second = [announcing, keeping][::step]
    take(first)
    assert open_questions() == [("OLD1", money("80.00"))]
    take(second)

    assert open_questions() == []
    assert not account_totals([other.practice_id])["RECOUPMENT"]


@pytest.mark.django_db
def test_its_page_is_named_after_it(client: Client) -> None:
    row = kept_back()
    client.force_login(cast.make_sol(row.remittance.practice), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/remits/exceptions/{RemitException.objects.get().pk}").content.decode()
    assert "Overpayment recovery" in page[page.index("<h1>") : page.index("</h1>")]


@pytest.mark.django_db
def test_a_person_may_let_it_stand_and_is_not_asked_again() -> None:
    row = kept_back()
    ada = cast.make_ada(row.remittance.practice)

    exceptions.accept_exception(RemitException.objects.get().pk, actor=ada, today=cast.TODAY, now=cast.NOW)
    take(Era([], plb=[("WO:H1", "5.00")], trace="EFT4", paid_on=OCT19, bpr="-5.00"))

    row.refresh_from_db()
    assert row.account == "RECOUPMENT"
    assert open_questions() == [("H1", money("5.00"))]


@pytest.mark.django_db
def test_a_forward_balance_is_met_under_any_reference_and_interest_asks_nobody() -> None:
    cast.make_claim(number="H1", lines=["100.00"])
    take(Era([paid("H1", "OLD1")], plb=[("FB:A", "80.00"), ("L6", "-1.50")]))
    assert open_questions() == [("A", money("80.00"))]

    take(Era([], plb=[("FB:B", "-80.00")], trace="EFT2", paid_on=OCT12))

    assert open_questions() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("bpr", "is_posted"), [("82.37", True), ("82.36", False), ("80.00", True)])
def test_interest_named_at_the_claim_is_posted_where_it_is_exactly_the_difference(bpr: str, is_posted: bool) -> None:
    claim = cast.make_claim(number="H1", lines=["100.00"])
    text = Era([paid("H1", "OLD1")], bpr=bpr).text().replace("SVC*HC", "AMT*I*2.37~SVC*HC", 1)
    text = text.replace(f"SE*{text.count('~') - 4}", f"SE*{text.count('~') - 3}")

    summary = take(text)

    totals = account_totals([claim.practice_id])
    assert (-totals["INTEREST"], buckets(claim)) == (
        (money("2.37") if bpr == "82.37" else ZERO), {"PATIENT": "20.00"} if is_posted else {"PAYER1": "100.00"}
    )  # fmt: skip
    assert tie_out(Remittance.objects.get().pk).is_tied == is_posted
    if bpr != "80.00":
        assert "AMT*I names interest of 2.37 (H1 2.37)" in str(summary.problems)
    if not is_posted:
        assert "AMT*I names interest of 2.37" in RemitException.objects.get().detail


ROWS = st.lists(st.tuples(st.sampled_from(["RECOUPMENT", "PROVIDER_ADJUSTMENT", "FORWARD_BALANCE"]),
                          st.sampled_from(["", "A", "B"]), st.integers(-9_000, 9_000)), max_size=8)  # fmt: skip


@settings(deadline=None)
@given(ROWS)
def test_what_is_open_adds_up_and_never_stands_on_both_sides(told: list[tuple[str, str, int]]) -> None:
    rows = [
        ProviderAdjustment(pk=pk, account=account, reference=reference, amount=from_cents(cents), code="WO")
        for pk, (account, reference, cents) in enumerate(told, 1)
    ]
    left = open_amounts(rows)

    for account, reference in {(account, reference) for account, reference, _ in told}:
        case = [
            one
            for one in rows
            if one.account == account and (account == "FORWARD_BALANCE" or one.reference == reference)
        ]
        assert sum((left[one.pk] for one in case), ZERO) == sum((one.amount for one in case), ZERO)
        if reference or account == "FORWARD_BALANCE":
            assert not {left[one.pk] > 0 for one in case if left[one.pk]} >= {True, False}
    for one in rows:
        assert abs(left[one.pk]) <= abs(one.amount)
