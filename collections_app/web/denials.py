"""Denials: the lists by how they stand and who can cure them, one with its history, and what may be decided of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.denials import lists, services
from claims.denials.causes import CURES, PREVENTABLE, ROOT_CAUSES, DenialCause
from claims.denials.denial_rules import place_of, ruling_of
from claims.denials.routing import WAYS, category_label, route, win_rate
from claims.denials.selectors import denials_of
from claims.denials.win_rates import own_win_rates
from claims.payers.code_words import adjustment_words
from claims.practices.selectors import practices_of
from collections_app.web.denial_forms import DenialFilterForm, LoseForm
from collections_app.web.work_words import payments_of, work_status_of
from collections_app.worklist import denial_story, recommendation
from collections_app.worklist import services as worklist
from collections_app.worklist.selectors import newest_items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from claims.billing.models import Claim
    from claims.denials.models import Denial

PER_PAGE = 50
CURE = "cure"
_BATCH = 1_000
_COLUMNS = (
    Column("Claim"), Column("Patient"), Column("Payer"), Column("Practice"), Column("Line", Kind.NUMBER),
    Column("Reason"), Column("Remarks"), Column("Category"), Column("Kind"), Column("Begins with"),
    Column("Preventable"), Column("Who can cure it"), Column("First denied", Kind.DATE), Column("Denied", Kind.MONEY),
    Column("Stands"), Column("Came by"), Column("Decided", Kind.DATE), Column("Recovered", Kind.MONEY),
    Column("Written off", Kind.MONEY),
)  # fmt: skip
_SUMS = (("Who can cure it", "cure"), ("Where it begins", "root_cause"), ("Category", "category"))
PLACE = HubPlace(
    "denials", "Denials", "What payers refused, who can cure it, what became of it",
    lambda actor, _today: lists.open_count(actor),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def denials(request: StaffRequest) -> HttpResponseBase:
    """The denials of a tab; `export=xlsx` or `csv` gives them all as numbers."""
    actor, today, now = request.user, clock.today(), clock.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in lists.TABS or tab == CURE else lists.OPEN
    practices = [(one.pk, one.name) for one in practices_of(actor)]
    form = DenialFilterForm(request.GET, payers=lists.payers_denying(actor), practices=practices)
    narrowed = form.narrowed()
    of = lists.OPEN if tab == CURE else tab
    rows = lists.denials_seen(actor, tab=of, narrowed=narrowed)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "denials", rows.iterator(chunk_size=_BATCH), count=rows.count(), shows=lists.denials_shown,
            after={"tab": tab}, now=now,
        )  # fmt: skip
        return table_response(kind, f"denials-{tab}-{today}", Sheet("Denials", _COLUMNS, _cells(taken)))
    figures = lists.tab_figures(actor, narrowed=narrowed)
    context: dict[str, Any] = {"tab": tab, "tabs": figures, "form": form, "today": today, "is_cure": tab == CURE}
    if tab == CURE:
        context["groups"] = [
            (title, [(one, _opened(request, column, one.value)) for one in found])
            for title, column in _SUMS
            if (found := lists.sums_by(actor, column, tab=lists.OPEN, narrowed=narrowed))
        ]  # fmt: skip
        return TemplateResponse(request, "collections/denials/list.html", context)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "denials", shown, shows=lists.denials_shown, after={"tab": tab}, now=now)
    items = newest_items([one.claim_id for one in shown])
    context |= {
        "page": shown,
        "rows": [(one, _shown(one), items.get(one.claim_id)) for one in shown],
        "rates": own_win_rates(
            [narrowed.practice] if narrowed.practice else [pk for pk, _ in practices], today=today,
            category=narrowed.category, payer_id=narrowed.payer,
        ),
        "may_work": may(actor, Capability.WORK_ITEMS),
    }  # fmt: skip
    return TemplateResponse(request, "collections/denials/list.html", context)


@page(Capability.SEE_CLAIMS)
def denial(request: StaffRequest, denial_id: int) -> HttpResponseBase:
    """One denial: why, who can cure it, how it stands, what happened."""
    return _show(request, denial_id)


@require_POST
@page(Capability.WORK_ITEMS)
def lose(request: StaffRequest, denial_id: int) -> HttpResponseBase:
    """The last decision upheld it."""
    form = LoseForm(request.POST)
    if not form.is_valid():
        return _show(request, denial_id, form=form, status=422)
    told = form.cleaned_data
    found = services.lose(
        denial_id, reason=told["reason"], came_by=told["came_by"], actor=request.user, today=clock.today(),
        now=clock.now(),
    )  # fmt: skip
    _follow(found)
    messages.success(request, "Lost. Its money stands until it is written off; what is paid after all wins it still.")
    return redirect("denial", denial_id)


@require_POST
@page(Capability.WORK_ITEMS)
def take_back_loss(request: StaffRequest, denial_id: int) -> HttpResponseBase:
    """It is not lost after all."""
    _follow(services.take_back_loss(denial_id, actor=request.user, now=clock.now()))
    messages.success(request, "Open again.")
    return redirect("denial", denial_id)


def denial_panel(request: StaffRequest, claim: "Claim") -> "tuple[str, Mapping[str, Any]] | None":
    """The denials of a claim with who can cure them; None where there are none."""
    rows = list(denials_of(claim.pk))
    if not rows:
        return None
    return "collections/denials/panel.html", {"denials": [(one, _shown(one)) for one in rows]}


def _show(
    request: StaffRequest, denial_id: int, *, form: LoseForm | None = None, status: int = 200
) -> HttpResponseBase:
    actor, today, now = request.user, clock.today(), clock.now()
    found = lists.denial_seen_by(actor, denial_id)
    audit.record_read(actor, "claim", found.claim_id, practice_id=found.practice_id, now=now)
    item = newest_items([found.claim_id]).get(found.claim_id)
    ruling = ruling_of(found.rule)
    payer_class = found.payer.payer_class if found.payer else None
    way = route(found.group, found.carc, found.rarcs.split(), payer_class=payer_class, ruling=ruling)
    is_lost = found.outcome == found.Outcome.LOST
    context = {
        "denial": found,
        "shown": _shown(found),
        "way": way,
        "first": "" if is_lost else WAYS.get(way.way, ""),
        "action": recommendation.LOST_ACTION if is_lost else way.action,
        "usual": place_of(way, ruling, carc=found.carc).win_rate,
        "usual_source": found.rule.source if found.rule else win_rate(way.category).source,
        "rates": own_win_rates([found.practice_id], today=today, category=found.category, payer_id=found.payer_id),
        "root_cause": ROOT_CAUSES.get(found.root_cause, ""),
        "preventable": PREVENTABLE.get(found.preventable, ""),
        "cure": CURES.get(found.cure, ""),
        "payment": payments_of([found.claim_id]).get(found.claim_id),
        "work": work_status_of(item) if item else None,
        "item": item,
        "history": denial_story.story_of(found, actor=actor, now=now),
        "may_work": may(actor, Capability.WORK_ITEMS),
        "may_lose": found.state == found.State.OPEN and not is_lost,
        "is_lost": is_lost,
        "form": form or LoseForm(),
        "today": today,
    }
    return TemplateResponse(request, "collections/denials/denial.html", context, status=status)


def _follow(found: "Denial") -> None:
    """The work of the claim as the denial has it now, before the next page is shown."""
    worklist.refresh(claims=[found.claim_id], today=clock.today(), now=clock.now())


def _opened(request: StaffRequest, column: str, value: str) -> str:
    """The address of the open denials behind a sum, narrowed as the page is."""
    kept = {name: text for name, text in request.GET.items() if text and name not in ("tab", "page", "export")}
    return f"?{urlencode({**kept, 'tab': lists.OPEN, column: value})}"


def _shown(row: "Denial") -> dict[str, str]:
    words, tone = lists.outcome_words(row)
    return {
        "words": words,
        "tone": tone,
        "why": adjustment_words(row.group, row.carc, row.rarcs.split()),
        "category": category_label(row.category),
        "cure": CURES.get(row.cure, ""),
        "root_cause": ROOT_CAUSES.get(row.root_cause, ""),
        "cause": DenialCause(row.root_cause, row.preventable, row.cure).words,
    }


def _cells(rows: "Iterator[Denial]") -> Iterator[list[Any]]:
    for one in rows:
        shown = _shown(one)
        yield [
            one.claim.number, str(one.claim.patient.person), str(one.payer or ""), one.practice.name,
            one.line.number if one.line else None, f"{one.group}-{one.carc}", one.rarcs, shown["category"], one.kind,
            shown["root_cause"], PREVENTABLE.get(one.preventable, ""), shown["cure"], one.initial_on, one.amount,
            shown["words"], one.get_came_by_display() if one.came_by else "", one.decided_on or one.closed_on,
            one.recovered, one.written_off,
        ]  # fmt: skip
