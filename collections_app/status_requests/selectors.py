"""What was asked of payers and what they answered: lists, figures, one claim's story."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q
from django.db.models.functions import TruncMonth

from arwork.lib.bulk import Among
from arwork.lib.tabs import TabFigure, tab_figures
from arwork.staff.access import practice_ids
from claims.denials.models import Denial
from collections_app.status_requests.asked_facts import owing_payer
from collections_app.status_requests.coverage_asking import about_coverage
from collections_app.status_requests.models import ClaimQuestion, CoverageQuestion, CoverageReply, StatusAnswer
from collections_app.status_requests.states import ELIGIBILITY, STATUS, AskingPurpose, FoundState, QuestionState
from collections_app.status_requests.verdicts import StatusVerdict
from collections_app.status_requests.ways import open_ways
from collections_app.status_requests.work import DueClaim, due_claims

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User
    from claims.billing.models import Claim

DUE, ASKED, ANSWERED, FAILED = "due", "asked", "answered", "failed"
#: So many due claims of each payer stand in the list.
MOST_DUE = 500
STATUS_TABS = {DUE: "Due", ASKED: "Asked", ANSWERED: "Answered", FAILED: "Failed"}
COVERAGE_TABS = {ASKED: "Asked", ANSWERED: "Answered", FAILED: "Failed"}
_STATES = {
    ASKED: (QuestionState.READY, QuestionState.ASKED), ANSWERED: (QuestionState.ANSWERED,),
    FAILED: (QuestionState.FAILED,),
}  # fmt: skip
#: Verdicts of a payer that has the claim, and of one that has not.
_HAS_IT = (
    StatusVerdict.PAID, StatusVerdict.FINALIZED, StatusVerdict.PENDING, StatusVerdict.DENIED, StatusVerdict.RECORDS,
    StatusVerdict.PATIENT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AvoidedCalls:
    """Of a payer and month: questions answered, what moved the work, and the calls that this avoided."""

    month_on: dt.date
    payer: str
    answered: int
    moved: int
    avoided: int


def said_on_file(claim_ids: Iterable[int]) -> list[tuple[int, bool, dt.date]]:
    """(claim, whether its payer has it, the day) as payers answered, the oldest first; what says neither is left out.
    One query."""
    rows = StatusAnswer.objects.filter(
        Among("claim", list(claim_ids)), verdict__in=(*_HAS_IT, StatusVerdict.NOT_ON_FILE)
    )
    told = rows.order_by("claim_id", "pk").values_list("claim_id", "verdict", "heard_on")
    return [(claim, verdict != StatusVerdict.NOT_ON_FILE, day) for claim, verdict, day in told]


def claims_due(actor: "User", *, today: dt.date) -> list[DueClaim]:
    """What the next sweep would ask about in the actor's practices, the most worth of each payer first."""
    payers = list(open_ways(STATUS))
    if not payers:
        return []
    return due_claims(practice_ids=practice_ids(actor), payer_ids=payers, today=today, most=MOST_DUE)


def claim_questions(actor: "User", *, tab: str) -> "QuerySet[ClaimQuestion]":
    """The questions of a tab in the actor's practices, the newest first, each with its answers."""
    rows = ClaimQuestion.objects.filter(practice__in=practice_ids(actor), state__in=_STATES[tab])
    rows = rows.select_related("claim__patient__person", "payer", "practice", "asked_by", "file")
    return rows.prefetch_related(Prefetch("answers", StatusAnswer.objects.order_by("pk"))).order_by("-pk")


def last_answer(question: ClaimQuestion) -> StatusAnswer | None:
    """The newest answer to a question of `claim_questions`."""
    return next(reversed(question.answers.all()), None)


def status_tabs(actor: "User", *, today: dt.date) -> list[TabFigure]:
    """The tabs of the page about claims, with how many stand in each."""
    due = claims_due(actor, today=today)
    own = ClaimQuestion.objects.filter(practice__in=practice_ids(actor))
    tabs = {code: STATUS_TABS[code] for code in _STATES}
    counted = tab_figures(own, tabs, among=lambda code: Q(state__in=_STATES[code]), adds=lambda _: "")
    total = sum((one.amount for one in due), start=due[0].amount * 0) if due else counted[0].amount
    return [TabFigure(DUE, STATUS_TABS[DUE], len(due), total), *counted]


def avoided_calls(actor: "User", *, today: dt.date, months: int = 6) -> list[AvoidedCalls]:
    """By month and payer, the newest month first. One query."""
    since = (today.replace(day=1) - dt.timedelta(days=31 * (months - 1))).replace(day=1)
    rows = (
        StatusAnswer.objects.filter(practice__in=practice_ids(actor), heard_on__gte=since)
        .annotate(month=TruncMonth("heard_on"))
        .values("month", "payer__name")
        .annotate(
            answered=Count("pk"), moved=Count("pk", filter=Q(is_moved=True)),
            avoided=Count("pk", filter=Q(is_call_avoided=True)),
        )
        .order_by("-month", "-avoided", "payer__name")
    )  # fmt: skip
    return [
        AvoidedCalls(row["month"], row["payer__name"] or "", row["answered"], row["moved"], row["avoided"])
        for row in rows
    ]


def due_count(actor: "User", *, today: dt.date) -> int:
    """How many claims could be asked about now."""
    return len(claims_due(actor, today=today))


@dataclass(frozen=True, slots=True)
class ClaimStory:
    """What was asked and answered about one claim and the coverage behind it, the newest first."""

    questions: list[ClaimQuestion]
    answers: list[StatusAnswer]
    coverages: list[tuple[CoverageQuestion, CoverageReply | None]]
    is_denied_for_coverage: bool


def story_of(claim: "Claim", *, most: int = 10) -> ClaimStory:
    """What a claim's section shows. Five queries."""
    questions = ClaimQuestion.objects.filter(claim=claim).select_related("payer", "asked_by").order_by("-pk")[:most]
    answers = StatusAnswer.objects.filter(claim=claim).select_related("payer").order_by("-pk")[:most]
    covers = CoverageQuestion.objects.filter(claim=claim).select_related("payer", "asked_by").order_by("-pk")[:most]
    denied = Denial.objects.filter(about_coverage(), claim=claim).exists()
    return ClaimStory(list(questions), list(answers), with_replies(list(covers)), denied)


def is_followed(claim: "Claim") -> bool:
    """Whether the work on a claim moved with the newest answer about it: not while somebody has it open."""
    newest = StatusAnswer.objects.filter(claim=claim).order_by("-pk").values_list("is_moved", flat=True)
    return bool(newest.first())


def coverage_questions(actor: "User", *, tab: str) -> "QuerySet[CoverageQuestion]":
    """Questions about coverage that were not to find any, the newest first."""
    rows = CoverageQuestion.objects.filter(practice__in=practice_ids(actor), state__in=_STATES[tab])
    rows = rows.exclude(purpose=AskingPurpose.DISCOVERY)
    return rows.select_related("claim", "patient__person", "payer", "practice", "denial").order_by("-pk")


def coverage_tabs(actor: "User") -> list[TabFigure]:
    """The tabs of the page about coverage. One query."""
    own = CoverageQuestion.objects.filter(practice__in=practice_ids(actor)).exclude(purpose=AskingPurpose.DISCOVERY)
    return tab_figures(own, COVERAGE_TABS, among=lambda code: Q(state__in=_STATES[code]), adds=lambda _: "")


def found_coverages(actor: "User", *, finding: str = FoundState.FOUND) -> "QuerySet[CoverageQuestion]":
    """Coverages that were looked for and found: to be confirmed, or what became of them."""
    rows = CoverageQuestion.objects.filter(
        practice__in=practice_ids(actor), purpose=AskingPurpose.DISCOVERY, finding=finding
    )
    return rows.select_related("claim", "patient__person", "payer", "practice", "decided_by").order_by("-pk")


def found_count(actor: "User") -> int:
    """How many found coverages wait for somebody."""
    return found_coverages(actor).count()


def with_replies(questions: list[CoverageQuestion]) -> list[tuple[CoverageQuestion, CoverageReply | None]]:
    """Each question with its newest answer. One query."""
    rows = CoverageReply.objects.filter(question__in=questions).order_by("pk")
    replies = {reply.question_id: reply for reply in rows}
    return [(one, replies.get(one.pk)) for one in questions]


def is_asked_about(topic: str, payer_id: int | None) -> bool:
    """Whether a payer takes questions of a topic."""
    return payer_id is not None and payer_id in open_ways(topic, {payer_id})


def is_status_asked(claim: "Claim") -> bool:
    """Whether the payer that a claim waits for can be asked about it."""
    owing = owing_payer(claim)
    return owing is not None and is_asked_about(STATUS, owing.payer.pk)


def is_coverage_asked(claim: "Claim") -> bool:
    """Whether the payer of a claim's first coverage can be asked about it."""
    return is_asked_about(ELIGIBILITY, claim.coverage1.payer_id if claim.coverage1 else claim.payer_id)
