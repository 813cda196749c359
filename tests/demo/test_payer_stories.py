"""What real payers send is in the books of even a small demo, one of each kind, and ends as it must.

The books are asked: what put it there are the demo's files. Of the stories only how often each is told is looked up.
"""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import QuerySet, Sum

from arwork.lib.money import ZERO
from claims.billing.models import Claim, Submission
from claims.denials.models import Denial
from claims.ledger.models import Posting, Receivable
from claims.practices.models import Practice
from claims.remits.coverage_models import InsuredCorrection
from claims.remits.models import (
    ProviderAdjustment,
    RemitClaim,
    RemitException,
    RemitLine,
)
from claims.remits.verify import verify
from collections_app.aging import verification
from collections_app.demo.payer_stories import HAND, PayerStory, story_of
from collections_app.demo.places import PAYERS
from collections_app.demo.world import story
from collections_app.worklist.models import WorkItem
from tests.demo.loaded import UNTIL, load_once

pytestmark = pytest.mark.django_db
_loaded = load_once(claims=24)  # the smallest of the suite that holds every kind


def answers(**facts: Any) -> QuerySet[RemitClaim]:
    return RemitClaim.objects.filter(state="posted", **facts)


def reasons(line: RemitLine) -> dict[tuple[str, str], int]:
    """Cents by group and CARC."""
    return {(group, carc): cents for group, carc, cents, *_ in line.adjustments}


def adjusted(*carcs: str) -> list[RemitLine]:
    """Posted lines that bear one of the reasons."""
    lines = RemitLine.objects.filter(remit_claim__state="posted").select_related("remit_claim__claim")
    return [line for line in lines if any(carc in carcs for _, carc in reasons(line))]


def owed(claim: Claim) -> dict[str, Decimal]:
    return dict(Receivable.objects.filter(claim=claim).exclude(amount=ZERO).values_list("bucket", "amount"))


def with_frequency(frequency: str) -> Claim:
    return Submission.objects.get(frequency=frequency).claim


def test_services_paid_as_one_meet_and_leave_no_contractual_below_zero():
    moved = [line for line in adjusted("94", "59") if line.charge and min(reasons(line).values()) < 0]
    taken_off = [line for line in adjusted("97", "59") if line.submitted_code and line.code != line.submitted_code]
    assert len(moved) == len(taken_off) == 1
    assert moved[0].remit_claim == taken_off[0].remit_claim
    assert moved[0].remit_claim.claim.state == "closed"
    off = Posting.objects.filter(kind="contractual", claim=moved[0].remit_claim.claim)
    assert off.aggregate(total=Sum("amount"))["total"] > 0


def test_a_service_paid_as_two_is_one_line_of_the_books():
    part = RemitLine.objects.get(remit_claim__state="posted", charge=0, paid__gt=0)
    lines = part.remit_claim.lines.filter(line=part.line)
    assert (part.line.code, lines.count()) == (part.submitted_code, 2)
    assert part.remit_claim.claim.lines.get(pk=part.line_id).charge == sum(line.charge for line in lines)


def test_a_crossover_that_only_remarks_tell_goes_to_the_next_payer():
    forwarded = answers(status="1", rarcs="MA18 N89").get()
    assert forwarded.is_forwarded
    assert answers(claim=forwarded.claim, status="2", bucket="PAYER2").exists()


def test_a_replacement_is_taken_back_and_paid_again_for_what_it_billed():
    claim = with_frequency("7")
    said = [(one.status, one.charge) for one in answers(claim=claim).order_by("id")]
    assert [status for status, _ in said] == ["1", "22", "1"]
    assert said[0][1] == -said[1][1] > said[2][1] == claim.charge
    assert not set(owed(claim)) & {"PAYER1", "PAYER2"}


def test_a_voided_claim_is_taken_back_and_owes_nothing():
    claim = with_frequency("8")
    assert claim.state == "void"
    assert [one.status for one in answers(claim=claim).order_by("id")] == ["1", "22"]
    assert owed(claim) == {}


def test_coverage_found_late_takes_back_what_the_patient_was_asked():
    medicaid = next(one.name.upper() for one in PAYERS if one.payer_class == "medicaid")
    last = answers(status="2", remittance__payer_name=medicaid).get()
    assert owed(last.claim).get("PATIENT", ZERO) <= 0
    asked = Posting.objects.filter(kind="transfer", debit="PATIENT")
    taken = Posting.objects.filter(kind="transfer", credit="PATIENT", claim__in=asked.values("claim"))
    late = {one.claim_id for one in answers(status="2") if taken.filter(claim=one.claim_id).exists()}
    assert last.claim_id in late
    assert len(late) > 1


def test_a_takeback_without_a_word_is_work_and_an_announced_one_is_settled():
    sums = Counter[str]()
    for row in ProviderAdjustment.objects.filter(code="WO"):
        sums[row.reference] += int(row.amount * 100)
    assert sorted(map(bool, sums.values())) == [False, True]
    kept_back = next(number for number, cents in sums.items() if cents)
    open_ones = RemitException.objects.filter(code="unsettled_plb", state="open", provider_adjustment__code="WO")
    assert f"Claim {kept_back} is proposed." in open_ones.get().detail


def test_a_patient_who_paid_more_than_the_correction_leaves_has_a_credit():
    credits = Receivable.objects.filter(bucket="PATIENT", amount__lt=0)
    assert credits.exists()
    for credit in credits:
        paid = Posting.objects.filter(claim=credit.claim_id, kind="patient_payment", credit="PATIENT")
        assert paid.aggregate(total=Sum("amount"))["total"] >= -credit.amount
    assert WorkItem.objects.filter(state="open", credit__gt=0, account__in=credits.values("account")).exists()


def test_what_is_pending_is_no_denial():
    claim = adjusted("133")[0].remit_claim.claim
    assert not Denial.objects.filter(claim=claim).exists()


def test_coverage_is_verified_before_the_patient_pays():
    line = next(line for line in adjusted("27", "31") if ("PR", "27") in reasons(line) or ("PR", "31") in reasons(line))
    claim = line.remit_claim.claim
    assert set(owed(claim)) == {"PATIENT"}
    assert WorkItem.objects.get(claim=claim, state="open").kind == "denied"  # nobody's call


def test_a_corrected_insured_is_offered_and_what_the_patient_paid_is_kept():
    correction = InsuredCorrection.objects.get()
    assert correction.member_id != correction.remit_claim.member_id
    assert Claim.objects.get(patient_paid__gt=0).patient_paid == Decimal("25.00")


def test_a_right_number_with_another_person_is_a_question():
    question = RemitException.objects.get(code="mismatch")
    assert (question.state, question.amount) == ("open", question.remit_claim.paid)
    assert question.remit_claim.claim is None or not answers(claim=question.remit_claim.claim).exists()


def test_the_books_and_the_aging_hold():
    checks = verify(list(Practice.objects.values_list("id", flat=True)))
    assert [check.failures for check in checks if not check.holds] == []
    checked = verification.verify_aging(today=UNTIL)
    assert checked.compared > 0
    assert checked.differences == []


def test_each_kind_is_told_of_a_realistic_share():
    told = Counter(story_of(seed=1, index=index, total=2000) for index in range(2000))
    assert {kind: told[kind] for kind in PayerStory} == dict.fromkeys(PayerStory, 2000 // HAND)
    assert all(story_of(seed=seed, index=0, total=1) in (None, *PayerStory) for seed in range(20))


def test_in_a_small_demo_each_kind_comes_to_its_end():
    """Bills and answers of each, whatever the seed."""
    whole = dict.fromkeys(PayerStory, (1, 1)) | {
        PayerStory.FORWARDED: (1, 2), PayerStory.REPLACED: (2, 3), PayerStory.VOIDED: (2, 2),
        PayerStory.COVERED_LATE: (1, 2), PayerStory.MEDICAID_LAST: (1, 2), PayerStory.KEPT_BACK: (1, 2),
        PayerStory.ANNOUNCED: (1, 4), PayerStory.SHARE_CORRECTED: (1, 3), PayerStory.PENDING: (1, 3),
    }  # fmt: skip
    for number in range(20):
        told = {}
        for index in range(24):
            bills = list(story(seed=number, index=index, total=24, until=UNTIL).bills())
            told[story_of(seed=number, index=index, total=24)] = (len(bills), sum(len(one.advices) for one in bills))
        told.pop(None)
        pending = told[PayerStory.PENDING] if told[PayerStory.PENDING] == (1, 1) else whole[PayerStory.PENDING]
        assert told == whole | {PayerStory.PENDING: pending}


def test_collectors_leave_what_these_bring_and_go_on():
    assert WorkItem.objects.filter(kind="remit_exception", last_disposition="exception_waits").count() > 1
