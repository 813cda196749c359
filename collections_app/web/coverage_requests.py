"""Coverage asked about: before a denial for it is worked, and found for patients who have none here."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may, practice_ids
from arwork.web.expired_form import came_from
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.billing.selectors import own_claim
from collections_app.status_requests import coverage_asking, coverage_replies, selectors
from collections_app.status_requests.asking import NotAsked
from collections_app.status_requests.coverage_words import REFUSALS, DenialRoute
from collections_app.status_requests.ways import discoveries
from collections_app.web.status_requests import PER_PAGE, outcome_words

if TYPE_CHECKING:
    from collections_app.status_requests.models import CoverageQuestion, CoverageReply

TONES = {"active": "tag-green", "inactive": "tag-red", "not_found": "tag-red", "unclear": "tag-plain"}
PLACE = HubPlace("coverage_requests", "Coverage", "Ask payers who was covered, before a denial for it is worked")
FOUND = HubPlace(
    "coverage_found",
    "Coverage found",
    "Coverage that payers know of patients who have none here: confirm it or turn it down",
    lambda actor, _: selectors.found_count(actor),
)
#: A reply with the words of its suggestion, its refusal, and its tone.
ShownReply = tuple["CoverageReply", str, str, str]


@page(Capability.SEE_CLAIMS)
def coverage_requests(request: StaffRequest) -> HttpResponseBase:
    """The questions of a tab with their answers."""
    actor = request.user
    tab = request.GET.get("tab", "")
    tab = tab if tab in selectors.COVERAGE_TABS else selectors.ANSWERED
    shown = Paginator(selectors.coverage_questions(actor, tab=tab), PER_PAGE).get_page(request.GET.get("page"))
    _note(request, list(shown), tab)
    context = {
        "tab": tab,
        "tabs": selectors.coverage_tabs(actor),
        "page": shown,
        "rows": [(one, shown_reply(reply)) for one, reply in selectors.with_replies(list(shown))],
        "may_set_up": may(actor, Capability.CONFIGURE_PAYERS),
    }
    return TemplateResponse(request, "collections/status_requests/coverage.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def ask(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Ask who was covered on the day of a claim, from its own page or the desk."""
    claim = own_claim(claim_id, actor=request.user)
    try:
        told = coverage_asking.ask_coverage(claim.pk, actor=request.user, today=clock.today(), now=clock.now())
    except NotAsked as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, outcome_words(told))
    return redirect(came_from(request) or resolve_url("claim_work", claim.pk))


@page(Capability.SEE_CLAIMS)
def coverage_found(request: StaffRequest) -> HttpResponseBase:
    """Found coverages that wait for somebody, and what was decided lately."""
    actor = request.user
    shown = Paginator(selectors.found_coverages(actor), PER_PAGE).get_page(request.GET.get("page"))
    _note(request, list(shown), "found")
    context = {
        "page": shown,
        "rows": [(one, shown_reply(reply)) for one, reply in selectors.with_replies(list(shown))],
        "practices": discoveries(actor),
        "may_decide": may(actor, Capability.CORRECT_PEOPLE),
        "may_set_up": may(actor, Capability.CONFIGURE_PAYERS),
    }
    return TemplateResponse(request, "collections/status_requests/found.html", context)


@require_POST
@page(Capability.CORRECT_PEOPLE)
def discover(request: StaffRequest) -> HttpResponseBase:
    """Look for coverage now, in the practices that said so."""
    told = coverage_asking.discover(today=clock.today(), now=clock.now(), practices=practice_ids(request.user))
    if told.asked:
        messages.success(request, outcome_words(told))
    else:
        messages.info(request, "Nobody is left to ask about: the limit of the month is reached, or no one qualifies.")
    return redirect("coverage_found")


@require_POST
@page(Capability.CORRECT_PEOPLE)
def confirm(request: StaffRequest, coverage_question_id: int) -> HttpResponseBase:
    """Make a found coverage one of the patient's."""
    coverage_replies.confirm_found(coverage_question_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "It is the patient's coverage now, and open claims of its days name it.")
    return redirect("coverage_found")


@require_POST
@page(Capability.CORRECT_PEOPLE)
def turn_down(request: StaffRequest, coverage_question_id: int) -> HttpResponseBase:
    """A found coverage is not the patient's, or of no use."""
    coverage_replies.turn_down_found(coverage_question_id, actor=request.user, now=clock.now())
    messages.success(request, "Turned down. Nothing was changed.")
    return redirect("coverage_found")


def shown_reply(reply: "CoverageReply | None") -> ShownReply | None:
    """A reply with the words for it."""
    if reply is None:
        return None
    refused = REFUSALS.get(reply.refusal, f"Refused (AAA {reply.refusal})") if reply.refusal else ""
    route = DenialRoute(reply.route).words if reply.route else ""
    return reply, route, refused, TONES[reply.state]


def _note(request: StaffRequest, rows: Sequence["CoverageQuestion"], tab: str) -> None:
    audit_reads.record_listed(
        request.user, "coverage_questions", rows, after={"tab": tab}, now=clock.now(),
        shows=lambda one: [("claim", one.claim_id), ("patient", one.patient_id)],
    )  # fmt: skip
