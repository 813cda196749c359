"""What payers say of coverage (271), kept once: the answer stands on the claim, and a coverage that was looked for and
found waits for a person, who makes it a coverage or turns it down."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.errors import Conflict, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.amendments.coverages import CoverFacts, CoverOutcome, add_coverage
from claims.amendments.history import Turn, Word
from claims.edi.answer_listeners import HeardCoverage
from collections_app.status_requests.coverage_words import CoverageFinding, CoverageState, finding_of
from collections_app.status_requests.models import CoverageQuestion, CoverageReply
from collections_app.status_requests.states import AskingPurpose, FoundState, QuestionState

if TYPE_CHECKING:
    from arwork.staff.models import User


def hear_coverages(heard: Sequence[HeardCoverage], *, today: dt.date, now: dt.datetime) -> int:
    """A listener of 271s: keep what answers a question of ours, known by its trace; how many did. Four queries."""
    traces = {one.answer.trace for one in heard if one.answer.trace}
    questions = {one.trace: one for one in CoverageQuestion.objects.filter(trace__in=traces)}
    kept = set(CoverageReply.objects.filter(source__in=[one.source for one in heard]).values_list("source", flat=True))
    rows, answered, found, matched = [], set(), set(), 0
    for one in heard:
        question = questions.get(one.answer.trace)
        if question is None or (one.practice_ids is not None and question.practice_id not in one.practice_ids):
            continue
        matched += 1
        if one.source in kept:
            continue
        finding = finding_of(one.answer, service_on=question.service_on)
        rows.append(_row(one, question, finding, today))
        answered.add(question.pk)
        is_new = question.purpose == AskingPurpose.DISCOVERY and not question.finding
        if is_new and finding.state is CoverageState.ACTIVE and one.answer.member_id:
            found.add(question.pk)
    bulk.insert(CoverageReply, rows)
    asked = CoverageQuestion.objects
    asked.filter(Among("pk", sorted(answered))).update(state=QuestionState.ANSWERED, failure="")
    asked.filter(Among("pk", sorted(found))).update(finding=FoundState.FOUND)
    return matched


def confirm_found(question_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> CoverOutcome:
    """Make a coverage that was found one of the patient's, and give it to open claims of its days that name none.

    Raises `Conflict` where it was decided already or another coverage stands there, `NotFound`, `Forbidden`.
    """
    require(actor, Capability.CORRECT_PEOPLE)
    with transaction.atomic():
        question = _found(question_id, actor)
        reply = last_reply(question)
        if reply is None:
            raise Conflict("The payer's answer is not here any more. Ask again.")
        standing = question.patient.coverages.filter(valid_to=None).values_list("rank", flat=True)
        facts = CoverFacts(
            payer_id=question.payer_id,
            rank=next(rank for rank in (1, 2, 3, 4) if rank not in set(standing)),
            member_id=reply.member_id,
            group_number=reply.group_number,
            valid_from=reply.begins_on,
            valid_to=reply.ends_on,
        )
        word = Word("payer", reason="found by asking the payer (271)", said_by=question.payer.name[:80])
        outcome = add_coverage(question.patient_id, facts, turn=Turn(actor, word, now=now, today=today), on_claims=True)
        _decide(question, FoundState.TAKEN, actor=actor, now=now)
    return outcome


@transaction.atomic
def turn_down_found(question_id: int, *, actor: "User", now: dt.datetime) -> None:
    """It is not this patient's coverage, or is of no use. Raises `Conflict`, `NotFound`, `Forbidden`."""
    require(actor, Capability.CORRECT_PEOPLE)
    _decide(_found(question_id, actor), FoundState.LEFT, actor=actor, now=now)


def last_reply(question: CoverageQuestion) -> CoverageReply | None:
    """The newest answer to a question."""
    return CoverageReply.objects.filter(question=question).order_by("-pk").first()


def _found(question_id: int, actor: "User") -> CoverageQuestion:
    rows = CoverageQuestion.objects.select_for_update(of=("self",)).select_related("payer", "patient")
    found = rows.filter(pk=question_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such question in your practices.")
    if found.finding != FoundState.FOUND:
        raise Conflict("This was decided already, or nothing was found.")
    return found


def _decide(question: CoverageQuestion, finding: FoundState, *, actor: "User", now: dt.datetime) -> None:
    question.finding, question.decided_at, question.decided_by = finding, now, actor
    question.save(update_fields=["finding", "decided_at", "decided_by"])
    audit.record(
        actor, "decide_found_coverage", "patient", question.patient_id, practice_id=question.practice_id,
        after={"finding": finding, "payer": question.payer_id}, now=now,
    )  # fmt: skip


def _row(one: HeardCoverage, question: CoverageQuestion, finding: CoverageFinding, today: dt.date) -> CoverageReply:
    said = next((text for benefit in one.answer.benefits for text in benefit.messages), "")
    return CoverageReply(
        practice_id=question.practice_id,
        question=question,
        source=one.source,
        heard_on=today,
        state=finding.state.value,
        plan=finding.plan,
        begins_on=finding.begins_on,
        ends_on=finding.ends_on,
        member_id=one.answer.member_id[:80],
        group_number=one.answer.group_number[:50],
        other_payer=finding.other_payer[:80],
        other_payer_code=finding.other_payer_id[:80],
        deductible_amount=finding.deductible_left,
        refusal=finding.refusal[:2],
        route=finding.route.value if question.purpose != AskingPurpose.DISCOVERY else "",
        message=said[:264],
    )
