"""Status without a call: what is due, asked, answered and failed, asking one claim or all, and the calls it avoided."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.expired_form import came_from
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.billing.selectors import claims_among, own_claim
from claims.payers.code_words import stc_words
from collections_app.status_requests import asking, selectors
from collections_app.status_requests.states import STATUS
from collections_app.status_requests.verdicts import StatusVerdict
from collections_app.status_requests.ways import open_ways
from collections_app.web.status_request_forms import StatusAskForm

if TYPE_CHECKING:
    from claims.billing.models import Claim
    from collections_app.status_requests.models import ClaimQuestion, StatusAnswer
    from collections_app.status_requests.work import DueClaim

PER_PAGE = 50
_LIST = "collections/status_requests/list.html"
TONES = {
    StatusVerdict.PAID: "tag-green", StatusVerdict.FINALIZED: "tag-plain", StatusVerdict.PENDING: "tag-blue",
    StatusVerdict.UNCLEAR: "tag-plain",
}  # fmt: skip
_COLUMNS = (
    Column("Claim"), Column("Patient"), Column("Practice"), Column("Payer"), Column("Amount", Kind.MONEY),
    Column("Why"), Column("Asked", Kind.DATE), Column("By"), Column("State"), Column("Answer"), Column("Code"),
    Column("Paid", Kind.MONEY), Column("Check or trace"), Column("Next step", Kind.DATE), Column("Call avoided"),
    Column("Why it failed"),
)  # fmt: skip
_DUE_COLUMNS = (
    Column("Claim"), Column("Patient"), Column("Payer"), Column("Amount", Kind.MONEY), Column("Due", Kind.DATE),
    Column("Why"),
)  # fmt: skip
PLACE = HubPlace(
    "status_requests",
    "Claim status",
    "Ask payers where claims are, without a call, and see what they answered",
    lambda actor, today: selectors.due_count(actor, today=today),
)


@page(Capability.SEE_CLAIMS)
def status_requests(request: StaffRequest) -> HttpResponseBase:
    """The questions of a tab; `export=xlsx` or `csv` gives them all."""
    actor, today = request.user, clock.today()
    tab = request.GET.get("tab", "")
    tab = tab if tab in selectors.STATUS_TABS else selectors.DUE
    if kind := asked_for(request):
        return _export(request, tab, kind)
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": selectors.status_tabs(actor, today=today),
        "avoided": selectors.avoided_calls(actor, today=today),
        "may_work": may(actor, Capability.WORK_ITEMS),
        "may_set_up": may(actor, Capability.CONFIGURE_PAYERS),
        "has_ways": bool(open_ways(STATUS)),
        "most": asking.MOST_AT_ONCE,
    }
    if tab == selectors.DUE:
        due = Paginator(selectors.claims_due(actor, today=today), PER_PAGE).get_page(request.GET.get("page"))
        found = _with_claims(request, list(due))
        _note(request, tab, [claim for _, claim in found])
        return TemplateResponse(request, _LIST, {**context, "page": due, "due_rows": found})
    shown = Paginator(selectors.claim_questions(actor, tab=tab), PER_PAGE).get_page(request.GET.get("page"))
    _note(request, tab, [one.claim for one in shown])
    rows = [(one, shown_answer(selectors.last_answer(one))) for one in shown]
    return TemplateResponse(request, _LIST, {**context, "page": shown, "rows": rows})


@require_POST
@page(Capability.WORK_ITEMS)
def ask(request: StaffRequest) -> HttpResponseBase:
    """Ask about the claims that were ticked, or about everything that is due."""
    actor, today = request.user, clock.today()
    due = [one.claim_id for one in selectors.claims_due(actor, today=today)]
    form = StatusAskForm(request.POST, due=due)
    if not form.is_valid():
        messages.warning(request, "Some of these claims are not due any more. Look at the list again.")
        return redirect("status_requests")
    chosen = due if form.cleaned_data["all"] else form.cleaned_data["claim"]
    if not chosen:
        messages.warning(request, "Tick the claims to ask about.")
        return redirect("status_requests")
    told = asking.ask_claims(chosen, actor=actor, today=today, now=clock.now())
    messages.success(request, outcome_words(told))
    return redirect("status_requests")


@require_POST
@page(Capability.WORK_ITEMS)
def ask_claim(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Ask about one claim from its own page or the desk."""
    claim = own_claim(claim_id, actor=request.user)
    try:
        told = asking.ask_claims([claim.pk], actor=request.user, today=clock.today(), now=clock.now())
    except asking.NotAsked as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, outcome_words(told))
        if told.answered and not selectors.is_followed(claim):
            messages.info(request, "The next step did not follow the answer: read it below and log what you decide.")
    return redirect(came_from(request) or resolve_url("claim_work", claim.pk))


def outcome_words(told: asking.AskedAbout) -> str:
    """What came of asking, in a sentence or two."""
    asked = "One question" if told.asked == 1 else f"{told.asked} questions"
    parts = [f"{asked} asked."]
    if told.answered:
        parts.append(f"{told.answered} answered at once.")
    elif not told.failed:
        parts.append("The answer comes with the payer's file.")
    if told.failed:
        parts.append(f"{told.failed} failed: see Failed.")
    parts += [f"{why}" + (f" ({count} claims)" if count > 1 else "") for why, count in told.held_back]
    return " ".join(parts)


def shown_answer(answer: "StatusAnswer | None") -> tuple["StatusAnswer", str, str] | None:
    """An answer with its words and tone."""
    if answer is None:
        return None
    words = stc_words(answer.category, answer.status_code) if answer.category else ""
    return answer, words, TONES.get(StatusVerdict(answer.verdict), "tag-red")


def _with_claims(request: StaffRequest, due: Sequence["DueClaim"]) -> list[tuple["DueClaim", "Claim"]]:
    claims = {claim.pk: claim for claim in claims_among(actor=request.user, claim_ids=[one.claim_id for one in due])}
    return [(one, claims[one.claim_id]) for one in due if one.claim_id in claims]


def _note(request: StaffRequest, tab: str, claims: Sequence["Claim"]) -> None:
    audit_reads.record_listed(
        request.user, "claim_questions", claims, shows=_shows, after={"tab": tab}, now=clock.now()
    )


def _shows(claim: "Claim") -> list[tuple[str, int | None]]:
    return [("claim", claim.pk), ("account", claim.account_id)]


def _export(request: StaffRequest, tab: str, kind: str) -> HttpResponseBase:
    actor, today, now = request.user, clock.today(), clock.now()
    name = f"claim-status-{tab}-{today}"
    if tab == selectors.DUE:
        rows = _with_claims(request, selectors.claims_due(actor, today=today))
        taken = audit_reads.record_export(
            actor, "claim_questions", rows, count=len(rows), shows=lambda row: _shows(row[1]), after={"tab": tab},
            now=now,
        )  # fmt: skip
        cells = (
            [claim.number, str(claim.patient.person), str(claim.payer or ""), due.amount, due.due_on, due.because]
            for due, claim in taken
        )
        return table_response(kind, name, Sheet("Due", _DUE_COLUMNS, cells))
    questions = selectors.claim_questions(actor, tab=tab)
    found = audit_reads.record_export(
        actor, "claim_questions", questions.iterator(chunk_size=1_000), count=questions.count(),
        shows=lambda one: _shows(one.claim), after={"tab": tab}, now=now,
    )  # fmt: skip
    return table_response(kind, name, Sheet("Questions", _COLUMNS, _cells(found)))


def _cells(rows: "Iterator[ClaimQuestion]") -> Iterator[list[Any]]:
    for one in rows:
        answer = selectors.last_answer(one)
        said = [answer.get_verdict_display(), f"{answer.category}:{answer.status_code}", answer.paid] if answer else []
        rest = [answer.check_number, answer.next_on, "yes" if answer.is_call_avoided else ""] if answer else []
        yield [
            one.claim.number, str(one.claim.patient.person), one.practice.name, one.payer.name, one.amount,
            one.because, one.asked_on, str(one.asked_by or "the nightly sweep"), one.get_state_display(),
            *(said or ["", "", None]), *(rest or ["", None, ""]), one.failure,
        ]  # fmt: skip
