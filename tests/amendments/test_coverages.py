"""Coverages are added, put right, ended and ordered by people: told before, and all of it postings."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from arwork.lib.errors import Conflict, Forbidden
from claims.amendments import coverages, history
from claims.amendments.coverages import CoverFacts
from claims.amendments.history import BadParticulars
from claims.amendments.models import PersonChange
from claims.billing.models import Claim
from claims.ledger import services as ledger
from claims.ledger.models import Posting, Receivable
from claims.ledger.verify import verify
from claims.parties.models import Coverage, CoverageAlias
from claims.parties.party_drafts import PersonDraft
from tests.amendments.turns import turn
from tests.balances import balance_of
from tests.cast import NOW, TODAY, make_ana, make_claim, make_patient, make_payer, make_practice, make_sol, move

pytestmark = pytest.mark.django_db

AUGUST = dt.date(2026, 8, 31)


def owed(claim: Claim) -> dict[str, Decimal]:
    return {bucket: amount for bucket, amount in balance_of(claim.pk).items() if amount}


def books_hold() -> None:
    assert all(check.holds for check in verify([make_practice().pk]))


def beta() -> int:
    return make_payer(name="Beta Health", payer_id="BET01").pk


def test_a_coverage_that_nobody_knew_takes_what_the_patient_was_asked_for() -> None:
    claim, sol = make_claim(payers=()), make_sol(make_practice())
    facts = CoverFacts(beta(), 1, "W12-345", valid_from=dt.date(2026, 1, 1))
    before = coverages.told_before(
        lambda: coverages.add_coverage(claim.patient_id, facts, turn=turn(sol), on_claims=True)
    )
    assert [(one.claim.pk, one.of, one.to, one.amount) for one in before.moved] == [
        (claim.pk, "PATIENT", "PAYER1", Decimal("240.00"))
    ]
    assert not Coverage.objects.exists()
    assert owed(claim) == {"PATIENT": Decimal("240.00")}
    done = coverages.add_coverage(claim.patient_id, facts, turn=turn(sol), on_claims=True)
    claim.refresh_from_db()
    assert (done.effect.total, owed(claim)) == (Decimal("240.00"), {"PAYER1": Decimal("240.00")})
    assert (claim.payer_id, claim.responsible) == (facts.payer_id, "PAYER1")
    assert Receivable.objects.get(claim=claim).payer_id == facts.payer_id
    books_hold()
    assert done.change
    history.undo(done.change.pk, turn(sol, minutes=1))
    claim.refresh_from_db()
    assert (owed(claim), claim.coverage1_id, claim.payer_id) == ({"PATIENT": Decimal("240.00")}, None, None)
    assert not Coverage.objects.exists()
    books_hold()


def test_taking_the_taking_back_back_moves_it_again() -> None:
    claim, sol = make_claim(payers=()), make_sol(make_practice())
    done = coverages.add_coverage(claim.patient_id, CoverFacts(beta(), 1, "W12"), turn=turn(sol), on_claims=True)
    assert done.change
    back = history.undo(done.change.pk, turn(sol, minutes=1))
    history.undo(back.pk, turn(sol, minutes=2))
    claim.refresh_from_db()
    assert owed(claim) == {"PAYER1": Decimal("240.00")}
    assert claim.coverage1_id is not None
    books_hold()


def test_an_ended_coverage_is_taken_off_later_services_that_wait_for_its_payer() -> None:
    patient = make_patient()
    late, early = make_claim(patient=patient), make_claim(patient=patient, service_on=dt.date(2026, 8, 2))
    sol = make_sol(make_practice())
    cover = Coverage.objects.get()
    done = coverages.end_coverage(cover.pk, AUGUST, turn=turn(sol), off_claims=True)
    late.refresh_from_db()
    early.refresh_from_db()
    assert (owed(late), late.coverage1_id) == ({"PATIENT": Decimal("240.00")}, None)
    assert (owed(early), early.coverage1_id) == ({"PAYER1": Decimal("240.00")}, cover.pk)
    assert [(one.pk, bucket, amount) for one, bucket, amount in done.effect.staying] == [
        (early.pk, "PAYER1", Decimal("240.00"))
    ]
    books_hold()
    assert done.change
    history.undo(done.change.pk, turn(sol, minutes=1))
    late.refresh_from_db()
    assert (owed(late), late.coverage1_id) == ({"PAYER1": Decimal("240.00")}, cover.pk)
    books_hold()


def test_without_being_asked_to_an_end_moves_nothing_and_names_what_is_open() -> None:
    claim, sol = make_claim(), make_sol(make_practice())
    done = coverages.end_coverage(Coverage.objects.get().pk, AUGUST, turn=turn(sol), off_claims=False)
    assert [(one.pk, bucket) for one, bucket, _ in done.effect.staying] == [(claim.pk, "PAYER1")]
    assert (done.effect.moved, Posting.objects.exclude(kind="charge").count()) == ([], 0)


def test_the_next_payer_moves_up_without_a_posting() -> None:
    claim, sol = make_claim(payers=[make_payer(), make_payer(name="Beta", payer_id="B")]), make_sol(make_practice())
    first, second = claim.coverage1, claim.coverage2
    assert first
    assert second
    coverages.end_coverage(first.pk, AUGUST, turn=turn(sol), off_claims=True)
    claim.refresh_from_db()
    assert (claim.coverage1_id, claim.coverage2_id, claim.payer_id) == (second.pk, None, second.payer_id)
    assert owed(claim) == {"PAYER1": Decimal("240.00")}
    assert Receivable.objects.get().payer_id == second.payer_id
    books_hold()


def test_the_order_follows_on_claims_that_nobody_answered_for() -> None:
    claim, sol = make_claim(payers=[make_payer(), make_payer(name="Beta", payer_id="B")]), make_sol(make_practice())
    one, two = claim.coverage1_id or 0, claim.coverage2_id or 0
    done = coverages.order_coverages(claim.patient_id, [two, one], turn=turn(sol), on_claims=True)
    claim.refresh_from_db()
    assert (claim.coverage1_id, claim.coverage2_id) == (two, one)
    assert dict(Coverage.objects.values_list("pk", "rank")) == {one: 2, two: 1}
    assert CoverageAlias.objects.count() == 2
    books_hold()
    assert done.change
    history.undo(done.change.pk, turn(sol))
    claim.refresh_from_db()
    assert (claim.coverage1_id, claim.coverage2_id, CoverageAlias.objects.count()) == (one, two, 0)


def test_no_two_stand_in_one_place_on_one_day() -> None:
    claim, sol = make_claim(), make_sol(make_practice())
    facts = CoverFacts(beta(), 1, "W12", valid_from=dt.date(2026, 9, 1))
    with pytest.raises(Conflict, match="is the primary coverage"):
        coverages.add_coverage(claim.patient_id, facts, turn=turn(sol), on_claims=False)
    coverages.end_coverage(Coverage.objects.get().pk, AUGUST, turn=turn(sol), off_claims=False)
    coverages.add_coverage(claim.patient_id, facts, turn=turn(sol), on_claims=False)
    with pytest.raises(Conflict):
        coverages.add_coverage(claim.patient_id, replace(facts, valid_from=AUGUST), turn=turn(sol), on_claims=False)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"member_id": "N/A"}, "member_id"),
        ({"member_id": "000000"}, "member_id"),
        ({"rank": 4}, "rank"),
        ({"relationship": "19"}, "subscriber"),
        ({"relationship": "??"}, "relationship"),
        ({"valid_from": TODAY, "valid_to": AUGUST}, "valid_to"),
    ],
)
def test_a_coverage_that_can_not_be_is_refused_at_its_field(other: dict[str, object], field: str) -> None:
    patient, sol = make_patient(), make_sol(make_practice())
    facts = replace(CoverFacts(beta(), 1, "W12"), **other)  # type: ignore[arg-type]
    with pytest.raises(BadParticulars) as refused:
        coverages.add_coverage(patient.pk, facts, turn=turn(sol), on_claims=False)
    assert refused.value.facts["field"] == field


def test_the_insured_may_be_somebody_nobody_knew() -> None:
    patient, sol = make_patient(), make_sol(make_practice())
    named = PersonDraft("Guarino", "Greta", birth_on=dt.date(1970, 5, 5))
    facts = CoverFacts(beta(), 1, "W12", relationship="19", insured=named)
    coverages.add_coverage(patient.pk, facts, turn=turn(sol), on_claims=False)
    assert str(Coverage.objects.get().subscriber) == "Guarino, Greta"


def test_what_was_posted_since_stands_in_the_way_of_taking_it_back() -> None:
    claim, sol = make_claim(payers=()), make_sol(make_practice())
    done = coverages.add_coverage(claim.patient_id, CoverFacts(beta(), 1, "W12"), turn=turn(sol), on_claims=True)
    line = claim.lines.get()
    paid = move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="10.00", on=TODAY)
    ledger.post([paid], now=NOW + dt.timedelta(minutes=1))
    assert done.change
    with pytest.raises(Conflict, match="posted since"):
        history.undo(done.change.pk, turn(sol, minutes=2))


def test_collectors_leave_coverages_alone() -> None:
    claim, ana = make_claim(), make_ana(make_practice())
    with pytest.raises(Forbidden):
        coverages.end_coverage(claim.coverage1_id or 0, AUGUST, turn=turn(ana), off_claims=False)
    assert not PersonChange.objects.exists()


def test_sixty_claims_cost_no_more_queries_than_one(django_assert_max_num_queries: Any) -> None:
    sol, facts = make_sol(make_practice()), CoverFacts(beta(), 1, "W12")
    patient = make_patient()
    for _ in range(60):
        make_claim(patient=patient, payers=())
    with django_assert_max_num_queries(75):
        done = coverages.add_coverage(patient.pk, facts, turn=turn(sol), on_claims=True)
    assert done.effect.total == 60 * 240
