"""Adjustments with authority: what a class is for, how much is open, who posts at once and who asks somebody else."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.money import money
from arwork.staff.models import AuditEvent, User
from claims.adjustments import selectors, services
from claims.adjustments.allocation import Part, WriteOffLine, allocate, decide
from claims.adjustments.classes import CLASSES, WrongClass, class_for, classes_for
from claims.adjustments.models import WriteOff
from claims.adjustments.services import MoreThanOpen
from claims.adjustments.standing import Target
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.ledger.chart import KINDS
from claims.ledger.models import Posting
from claims.ledger.periods import close_period
from claims.ledger.verify import verify
from claims.practices.models import Practice
from collections_app.limits.figures import DECISIONS
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db
WHEN = {"today": cast.TODAY, "now": cast.NOW}
LATER = {"today": cast.TODAY + dt.timedelta(days=40), "now": cast.NOW + dt.timedelta(days=40)}


def propose(claim: Claim, amount: str, actor: User, *, books_to: str = "WO_DENIAL", **target: object) -> WriteOff:
    about = {"bucket": "PAYER1", "claim_id": claim.pk, **target}
    return services.propose(
        Target(amount=money(amount), **about), books_to=books_to, reason="Both levels lost", actor=actor, **WHEN
    )  # type: ignore[arg-type]


def denied(number: str = "D1", *lines: tuple[str, str]) -> Claim:
    """A claim whose lines a payer denied for CO-197: (charge, denied)."""
    rows = lines or (("1000.00", "1000.00"),)
    claim = cast.make_claim(number=number, lines=[charge for charge, _ in rows])
    codes = ("99214", "85025", "36415", "99213")
    answered = []
    for (charge, amount), code in zip(rows, codes, strict=False):
        rest = [("CO-45", str(Decimal(charge) - Decimal(amount)))] if charge != amount else []
        answered.append(Svc(charge, "0.00", [("CO-197", amount), *rest], code=code))
    take(Era([Clp(number, answered)], trace=f"EFT{number}"))
    return claim


def books_hold() -> bool:
    return all(check.holds for check in verify(list(Practice.objects.values_list("pk", flat=True))))


def test_the_classes_are_those_of_the_rules_and_each_has_pairs_words_and_limits() -> None:
    for one in CLASSES.values():
        assert all((one.code, bucket) in KINDS[one.kind] for bucket in one.buckets), one
        assert one.authority in DECISIONS
    assert "CONTRACTUAL" not in {one.code for one in classes_for("PATIENT")}
    assert {one.code for one in classes_for("PAYER1")} == {
        "WO_DENIAL", "WO_TIMELY", "CONTRACTUAL", "SEQUESTRATION", "WO_SMALL", "WO_ADMIN", "WO_STATUTORY",
    }  # fmt: skip
    for code, bucket in (("CONTRACTUAL", "PATIENT"), ("WO_CHARITY", "PAYER1"), ("SEQUESTRATION", "OTHER")):
        with pytest.raises(WrongClass, match="is not for what"):
            class_for(code, bucket)


def test_an_amount_is_taken_from_what_is_denied_first_then_from_the_rest() -> None:
    lines = [WriteOffLine(1, 11, Decimal(50)), WriteOffLine(1, 12, Decimal(40), denied=Decimal(30))]
    assert allocate(Decimal(30), lines) == [Part(1, 12, Decimal(30))]
    assert allocate(Decimal(90), lines) == [Part(1, 11, Decimal(50)), Part(1, 12, Decimal(40))]
    assert allocate(Decimal(60), lines) == [Part(1, 11, Decimal(30)), Part(1, 12, Decimal(30))]
    assert decide(Decimal(25), {7: Decimal(20), 8: Decimal(20)}) == {7: Decimal(20), 8: Decimal(5)}


def test_more_than_is_open_can_not_even_be_proposed() -> None:
    claim = cast.make_claim(number="W1", lines=["1597.61"])
    ana = cast.make_ana(claim.practice)
    with pytest.raises(MoreThanOpen, match=r"Only \$1,597.61 is open here") as refused:
        propose(claim, "99999999.00", ana)
    assert refused.value.facts["field"] == "amount"
    first = propose(claim, "1000.00", ana)
    with pytest.raises(MoreThanOpen, match=r"Only \$597.61"):
        propose(claim, "1000.00", ana)
    assert first.state == "waiting"
    assert buckets(claim) == {"PAYER1": "1597.61"}
    with pytest.raises(DomainError, match="more than zero"):
        propose(claim, "0.00", ana)


def test_a_collector_proposes_a_supervisor_approves_and_it_is_posted_by_their_names() -> None:
    claim = denied("D1", ("1000.00", "1000.00"))
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    asked = propose(claim, "1000.00", ana)
    assert (asked.state, buckets(claim)) == ("waiting", {"PAYER1": "1000.00"})
    approvals.approve(asked.approval_id, note="seen", actor=sol, **WHEN)

    asked.refresh_from_db()
    claim.refresh_from_db()
    assert (asked.state, asked.posted_by, claim.state, buckets(claim)) == ("posted", sol, "closed", {})
    posting = Posting.objects.get(claim=claim, kind="write_off")
    assert (posting.debit, posting.amount, posting.carc, posting.created_by) == (
        "WO_DENIAL", money("1000.00"), "197", sol,
    )  # fmt: skip
    denial = Denial.objects.get()
    assert (denial.state, denial.written_off, denial.closed_on) == ("accepted", money("1000.00"), cast.TODAY)
    deeds = AuditEvent.objects.filter(action__in=["approval_asked", "write_off_posted", "approval_approved"])
    assert [(one.action, one.actor) for one in deeds.order_by("pk")] == [
        ("approval_asked", ana), ("write_off_posted", sol), ("approval_approved", sol),
    ]  # fmt: skip
    assert books_hold()


def test_within_ones_limit_it_posts_at_once() -> None:
    claim = cast.make_claim(number="S1", lines=["9.40"])
    ana = cast.make_ana(claim.practice)
    assert propose(claim, "9.40", ana, books_to="WO_SMALL").state == "posted"
    assert buckets(claim) == {}
    other = cast.make_claim(number="S2", lines=["480.00"])
    assert propose(other, "480.00", cast.make_sol(claim.practice)).state == "posted"
    assert ApprovalRequest.objects.count() == 0
    assert books_hold()


def test_a_part_decides_a_denial_in_part_and_a_reversal_opens_it_again() -> None:
    claim = denied("D1", ("300.00", "300.00"), ("200.00", "200.00"))
    sol = cast.make_sol(claim.practice)
    line = claim.lines.get(number=2)
    first = propose(claim, "80.00", sol, line_id=line.pk)
    denial = Denial.objects.get(line=line)
    assert (denial.state, denial.written_off) == ("open", money("80.00"))
    second = propose(claim, "120.00", sol, line_id=line.pk)
    denial.refresh_from_db()
    assert (denial.state, denial.written_off) == ("accepted", money("200.00"))

    with pytest.raises(Conflict, match="Ten minutes"):
        services.undo(second.pk, actor=sol, **LATER)
    services.undo(second.pk, actor=sol, **WHEN)
    denial.refresh_from_db()
    assert (denial.state, denial.written_off, denial.closed_on) == ("open", money("80.00"), None)
    with pytest.raises(DomainError, match="Say why"):
        services.reverse(first.pk, reason=" ", actor=sol, **LATER)
    services.reverse(first.pk, reason="The payer reprocesses", actor=sol, **LATER)
    denial.refresh_from_db()
    first.refresh_from_db()
    assert (denial.written_off, first.state, first.reversed_by) == (money("0.00"), "reversed", sol)
    assert buckets(claim) == {"PAYER1": "500.00"}
    with pytest.raises(Conflict, match="reversed already"):
        services.reverse(first.pk, reason="again", actor=sol, **LATER)
    assert books_hold()


def test_a_reversal_beyond_ones_limit_is_asked_too() -> None:
    claim = cast.make_claim(number="R1", lines=["900.00"])
    ana, sol, ada = (make(claim.practice) for make in (cast.make_ana, cast.make_sol, cast.make_ada))
    posted = propose(claim, "900.00", ada)
    assert posted.state == "posted"
    services.reverse(posted.pk, reason="Paid after all", actor=ana, **LATER)
    posted.refresh_from_db()
    assert posted.state == "posted"
    with pytest.raises(Conflict, match="asked about this already"):
        services.reverse(posted.pk, reason="Paid after all", actor=sol, **LATER)
    approvals.approve(ApprovalRequest.objects.get(state="waiting").pk, actor=sol, **LATER)
    posted.refresh_from_db()
    assert (posted.state, posted.reversed_by) == ("reversed", sol)
    assert buckets(claim) == {"PAYER1": "900.00"}
    assert books_hold()


def test_a_refusal_and_a_withdrawal_post_nothing() -> None:
    claim = cast.make_claim(number="N1", lines=["700.00"])
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    first = propose(claim, "700.00", ana)
    approvals.refuse([first.approval_id], note="Appeal it first", actor=sol, now=cast.NOW)
    second = propose(claim, "700.00", ana)
    services.undo(second.pk, actor=ana, **WHEN)
    states = list(WriteOff.objects.order_by("pk").values_list("state", flat=True))
    assert (states, buckets(claim)) == (["refused", "withdrawn"], {"PAYER1": "700.00"})


def test_an_approval_that_no_longer_fits_says_so_and_waits() -> None:
    claim = cast.make_claim(number="P1", lines=["700.00"])
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    asked = propose(claim, "700.00", ana)
    take(Era([Clp("P1", [Svc("700.00", "400.00", [("CO-45", "50.00"), ("CO-197", "250.00")])])]))
    with pytest.raises(Conflict, match=r"Only \$250.00 is open"):
        approvals.approve(asked.approval_id, actor=sol, **WHEN)
    asked.refresh_from_db()
    assert (asked.state, asked.approval.state) == ("waiting", "waiting")
    close_period(actor=sol, practice_id=claim.practice_id, ends_on=cast.TODAY, now=cast.NOW)
    smaller = WriteOff.objects.filter(pk=asked.pk)
    smaller.update(amount="250.00")
    with pytest.raises(Conflict, match="books are closed"):
        approvals.approve(asked.approval_id, actor=sol, **WHEN)


def test_beyond_the_approver_s_limit_it_is_passed_on_and_marked() -> None:
    claim = cast.make_claim(number="B1", lines=["4000.00"])
    ana, sol, ada = (make(claim.practice) for make in (cast.make_ana, cast.make_sol, cast.make_ada))
    asked = propose(claim, "4000.00", ana)
    passed = approvals.approve(asked.approval_id, actor=sol, **WHEN)
    assert (passed.state, passed.passed_on_by) == ("waiting", sol)
    with pytest.raises(Conflict, match="passed on already"):
        approvals.approve(asked.approval_id, actor=sol, **WHEN)
    approvals.approve(asked.approval_id, actor=ada, **WHEN)
    asked.refresh_from_db()
    assert (asked.state, asked.posted_by) == ("posted", ada)


def test_of_an_account_everything_that_the_patient_owes_is_taken_the_oldest_first() -> None:
    account = cast.make_account()
    patient = cast.make_patient(account=account)
    days = (dt.date(2026, 3, 2), dt.date(2025, 9, 1))
    young, old = (
        cast.make_claim(patient=patient, payers=(), number=f"SP{day.year}", lines=["100.00"], service_on=day)
        for day in days
    )
    sol = cast.make_sol(account.practice)
    target = Target("PATIENT", money("130.00"), account_id=account.pk)
    done = services.propose(target, books_to="WO_BAD_DEBT", reason="Ninety days, no answer", actor=sol, **WHEN)
    assert done.state == "posted"
    assert (buckets(old), buckets(young)) == ({}, {"PATIENT": "70.00"})
    with pytest.raises(MoreThanOpen):
        services.propose(target, books_to="WO_BAD_DEBT", reason="again", actor=sol, **WHEN)
    with pytest.raises(DomainError, match="Of a whole account"):
        services.propose(
            Target("PAYER1", money("1.00"), account_id=account.pk), books_to="WO_SMALL", reason="x", actor=sol, **WHEN
        )
    assert selectors.opening_of_account(account.pk).open == money("70.00")
    assert books_hold()


def test_many_at_once_are_weighed_by_their_sum_and_each_that_can_not_says_why() -> None:
    claims = [cast.make_claim(number=f"M{n}", lines=["300.00"]) for n in range(3)]
    ana, sol = cast.make_ana(claims[0].practice), cast.make_sol(claims[0].practice)
    targets = [Target("PAYER1", money("300.00"), claim_id=one.pk) for one in claims]
    targets[2] = Target("PAYER1", money("301.00"), claim_id=claims[2].pk)
    done = services.propose_many(targets, books_to="WO_TIMELY", reason="Missed in March", actor=sol, **WHEN)
    assert (sorted(done.adjustments), list(done.troubles), done.is_waiting) == ([0, 1], [2], True)
    questions = list(ApprovalRequest.objects.order_by("pk"))
    assert {(one.amount, one.weighed_amount) for one in questions} == {(money("300.00"), money("600.00"))}
    assert len({one.batch for one in questions}) == 1
    ada = cast.make_ada(claims[0].practice)
    settled = approvals.approve_many([one.pk for one in questions], actor=ada, **WHEN)
    assert (len(settled.approved), settled.troubles) == (2, {})
    assert [buckets(one) for one in claims] == [{}, {}, {"PAYER1": "300.00"}]
    alone = services.propose_many(
        [Target("PAYER1", money("300.00"), claim_id=claims[2].pk)], books_to="WO_TIMELY", reason="x", actor=sol, **WHEN
    )
    assert not alone.is_waiting
    with pytest.raises(Forbidden):
        approvals.approve_many([questions[0].pk], actor=ana, **WHEN)
    assert books_hold()


def test_the_number_of_queries_depends_on_batches_not_on_rows(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    few = [cast.make_claim(number=f"F{n}", lines=["20.00", "30.00"]) for n in range(2)]
    many = [cast.make_claim(number=f"G{n}", lines=["20.00", "30.00"]) for n in range(12)]
    practice = few[0].practice
    ana, sol = cast.make_ana(practice), cast.make_sol(practice)
    counts = []
    for claims in (few, many):
        targets = [Target("PAYER1", money("50.00"), claim_id=one.pk) for one in claims]
        with django_assert_max_num_queries(200) as asked:
            done = services.propose_many(targets, books_to="WO_ADMIN", reason="Storm", actor=ana, **WHEN)
        ids = [one.approval_id for one in done.adjustments.values()]
        with django_assert_max_num_queries(200) as answered:
            settled = approvals.approve_many(ids, actor=sol, **WHEN)  # type: ignore[arg-type]
        assert len(settled.approved) == len(claims)
        counts.append((len(asked), len(answered)))
    assert counts[0] >= counts[1]  # the first asks for the practices of each person as well
    assert max(*counts[0]) < 60


def test_another_practice_s_claim_is_not_found_and_a_line_must_be_of_the_claim() -> None:
    claim = cast.make_claim(number="X1", lines=["100.00"])
    elsewhere = cast.make_ana(cast.make_practice(name="Cedar Clinic", npi="1003000126"))
    with pytest.raises(NotFound):
        propose(claim, "10.00", elsewhere)
    other = cast.make_claim(number="X2", lines=["100.00"])
    with pytest.raises(NotFound, match="not of that claim"):
        propose(claim, "10.00", cast.make_sol(claim.practice), line_id=other.lines.get().pk)
    with pytest.raises(Forbidden):
        propose(claim, "10.00", cast.make_abe(claim.practice))


def test_what_must_never_be_false_is_a_constraint() -> None:
    claim = cast.make_claim(number="K1", lines=["100.00"])
    made = propose(claim, "10.00", cast.make_sol(claim.practice))
    rows = WriteOff.objects.filter(pk=made.pk)
    for wrong in ({"amount": 0}, {"state": "waiting"}, {"claim": None}, {"bucket": "CASH"}, {"state": "reversed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
