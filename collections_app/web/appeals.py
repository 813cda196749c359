"""Appeals: the lists by where they stand, how they end, many for one cause, and how payers are appealed to."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.background import QueueUnreachable
from arwork.lib.bulk import Among
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.practices.selectors import practices_of
from claims.web.setup_pages import may_change, may_change_shared
from collections_app.appeals import appeal_texts, lists, outcomes, playbooks, runs
from collections_app.web.appeal_forms import AppealFilterForm, AppealSendForm, PlaybookForm, RunForm

if TYPE_CHECKING:
    from collections_app.appeals.models import AppealCase

PER_PAGE = 50
_BATCH = 1_000
TONES = {
    "drafting": "tag-amber", "ready": "tag-blue", "sent": "tag-blue", "acknowledged": "tag-blue", "won": "tag-green",
    "part": "tag-green", "lost": "tag-red", "dismissed": "tag-red", "withdrawn": "tag-plain",
}  # fmt: skip
_COLUMNS = (
    Column("Appeal"), Column("Claim"), Column("Patient"), Column("Practice"), Column("Payer"), Column("Level"),
    Column("Category"), Column("Amount", Kind.MONEY), Column("State"), Column("Outcome"), Column("Won", Kind.MONEY),
    Column("Our day", Kind.DATE), Column("Last day", Kind.DATE), Column("Sent", Kind.DATE),
    Column("Decision due", Kind.DATE), Column("Next step"), Column("On", Kind.DATE), Column("Who answers for it"),
)  # fmt: skip
PLACE = HubPlace(
    "appeals",
    "Appeals",
    "To write, to send, waiting for a decision; packets for many claims at once",
    lambda actor, today: lists.to_do_count(actor, today=today),
)


@page(Capability.SEE_CLAIMS)
def appeals(request: StaffRequest) -> HttpResponseBase:
    """The appeals of a tab; `export=xlsx` or `csv` gives them all as numbers."""
    actor, today, now = request.user, clock.today(), clock.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in lists.TABS else lists.WRITE
    practices = [(one.pk, one.name) for one in practices_of(actor)]
    form = AppealFilterForm(request.GET, payers=lists.payers(actor), owners=lists.owners(actor), practices=practices)
    chosen = form.cleaned_data if form.is_valid() else {}
    narrowed = lists.AppealFilter(
        chosen.get("payer"), chosen.get("category") or "", chosen.get("owner"), chosen.get("practice"),
        chosen.get("run"),
    )  # fmt: skip
    rows = lists.appeals_seen(actor, tab=tab, today=today, narrowed=narrowed)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "appeals", rows.iterator(chunk_size=_BATCH), count=rows.count(), shows=lists.appeals_shown,
            after={"tab": tab}, now=now,
        )  # fmt: skip
        return table_response(kind, f"appeals-{tab}-{today}", Sheet("Appeals", _COLUMNS, _cells(taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "appeals", shown, shows=lists.appeals_shown, after={"tab": tab}, now=now)
    context = {
        "tab": tab,
        "tabs": lists.tab_figures(actor, today=today, narrowed=narrowed),
        "page": shown,
        "rows": [(one, TONES[one.outcome or one.state]) for one in shown],
        "form": form,
        "has_practices": len(practices) > 1,
        "today": today,
    }
    return TemplateResponse(request, "collections/appeals/list.html", context)


@page(Capability.SEE_CLAIMS)
def appeal_outcomes(request: StaffRequest) -> HttpResponseBase:
    """How appeals end, by payer, category and letter, with their counts."""
    by = request.GET.get("by", "payer")
    by = by if by in outcomes.BY else "payer"
    rows = outcomes.win_rates(request.user, by=by, today=clock.today())
    if kind := asked_for(request):
        columns = (
            Column(outcomes.BY[by]), Column("Won"), Column("Lost"), Column("Asked for", Kind.MONEY),
            Column("Recovered", Kind.MONEY),
        )  # fmt: skip
        cells = ([one.label, one.won, one.lost, one.amount, one.recovered] for one in rows)
        return table_response(kind, f"appeal-outcomes-{clock.today()}", Sheet("Outcomes", columns, cells))
    context = {"by": by, "ways": outcomes.BY, "rows": rows, "few": outcomes.FEW, "days": outcomes.REPORTED}
    return TemplateResponse(request, "collections/appeals/outcomes.html", context)


@page(Capability.SEE_CLAIMS)
def appeal_causes(request: StaffRequest) -> HttpResponseBase:
    """Where several claims wait for the same appeal, and the runs there were."""
    context = {
        "causes": runs.shared_causes(request.user),
        "runs": Paginator(runs.runs_seen(request.user), 20).get_page(request.GET.get("page")),
        "form": RunForm(),
        "may_run": may(request.user, Capability.ASSIGN_WORK),
    }
    return TemplateResponse(request, "collections/appeals/causes.html", context)


@require_POST
@page(Capability.ASSIGN_WORK)
def appeal_run_start(request: StaffRequest) -> HttpResponseBase:
    """Open an appeal of each claim of a cause, and have the packets made."""
    form = RunForm(request.POST)
    cause = request.POST.get("cause", "").split("|")
    practice, payer = (id_of(one) for one in [*cause, "", ""][:2])
    if not form.is_valid() or len(cause) != 4 or practice is None or payer is None:
        messages.error(request, "Choose a cause, and say why what is missing is left out.")
        return redirect("appeal_causes")
    choice = runs.RunChoice(practice, payer, cause[2], cause[3], **form.cleaned_data)
    try:
        run = runs.start_run(choice, actor=request.user, today=clock.today(), now=clock.now())
    except QueueUnreachable:
        messages.warning(request, "No worker can be reached: start it again when the queue is back.")
        return redirect("appeal_causes")
    messages.success(request, f"{run.asked} appeals are open. Their packets are being made.")
    return redirect("appeal_run", run.pk)


@page(Capability.SEE_CLAIMS)
def appeal_run(request: StaffRequest, appeal_run_id: int) -> HttpResponseBase:
    """A run: how far it is, its appeals, and what is left to do."""
    return _run_page(request, appeal_run_id, AppealSendForm(initial={"sent_on": clock.today()}))


@require_POST
@page(Capability.ASSIGN_WORK)
def appeal_run_send(request: StaffRequest, appeal_run_id: int) -> HttpResponseBase:
    """Note that the packets of a run left together."""
    form = AppealSendForm(request.POST)
    if not form.is_valid():
        return _run_page(request, appeal_run_id, form, status=422)
    try:
        count = runs.send_run(appeal_run_id, form.given(), actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        return _run_page(request, appeal_run_id, form, problem=error, status=error.status)
    messages.success(request, f"{count} appeals are sent. Each waits for its decision.")
    return redirect("appeal_run", appeal_run_id)


@require_POST
@page(Capability.WORK_ITEMS)
def appeal_run_print(request: StaffRequest, appeal_run_id: int) -> HttpResponseBase:
    """The packets of a run that may be sent, as one PDF; a recorded export of the claims that it shows."""
    run = runs.own_run(appeal_run_id, actor=request.user)
    packets = runs.packets_to_send(run)
    rows = lists.appeals_seen(
        request.user, tab=lists.SEND, today=clock.today(), narrowed=lists.AppealFilter(run=run.pk)
    ).filter(Among("pk", {one.case_id for one in packets}))
    taken = audit_reads.record_export(
        request.user, "appeal_packets", rows.iterator(chunk_size=_BATCH), count=rows.count(),
        shows=lists.appeals_shown, after={"run": run.pk}, now=clock.now(),
    )  # fmt: skip
    for _ in taken:
        pass
    headers = {"Content-Disposition": f'attachment; filename="appeals-run-{run.pk}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(runs.print_file(packets), content_type="application/pdf", headers=headers)


@page(Capability.SEE_CLAIMS)
def appeal_playbooks(request: StaffRequest) -> HttpResponseBase:
    """How payers are appealed to, the latest first; a new one begins on its day."""
    form = _playbook_form(request, {"valid_from": clock.today(), "payer_id": request.GET.get("payer")})
    return _playbooks_page(request, form)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def appeal_playbook_add(request: StaffRequest) -> HttpResponseBase:
    """Let a playbook hold from its day on."""
    form = _playbook_form(request, None)
    if not form.is_valid():
        return _playbooks_page(request, form, status=422)
    try:
        playbooks.add_playbook(form.row(), actor=request.user, now=clock.now())
    except DomainError as error:
        return _playbooks_page(request, form, problem=error, status=error.status)
    messages.success(request, "Kept. It stands on each appeal to this payer.")
    return redirect("appeal_playbooks")


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def appeal_playbook_end(request: StaffRequest, playbook_id: int) -> HttpResponseBase:
    """End a playbook as soon as may be."""
    playbooks.end_playbook(playbook_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "Ended.")
    return redirect("appeal_playbooks")


@page(Capability.SEE_CLAIMS)
def appeal_letters(request: StaffRequest) -> HttpResponseBase:
    """The letter and the arguments, each leading to its text."""
    context = {"kinds": appeal_texts.KINDS, "may_change": may_change(request)}
    return TemplateResponse(request, "collections/appeals/texts.html", context)


def _run_page(
    request: StaffRequest, run_id: int, form: AppealSendForm, *, problem: DomainError | None = None, status: int = 200
) -> HttpResponseBase:
    actor, today = request.user, clock.today()
    run = runs.own_run(run_id, actor=actor)
    narrowed = lists.AppealFilter(run=run.pk)
    context = {
        "run": run,
        "tabs": lists.tab_figures(actor, today=today, narrowed=narrowed),
        "form": form,
        "problem": problem,
        "may_run": may(actor, Capability.ASSIGN_WORK),
        "may_work": may(actor, Capability.WORK_ITEMS),
    }
    return TemplateResponse(request, "collections/appeals/run.html", context, status=status)


def _playbook_form(request: StaffRequest, initial: dict[str, Any] | None) -> PlaybookForm:
    practices = [(one.pk, one.name) for one in practices_of(request.user)]
    given = {"initial": initial} if initial is not None else {"data": request.POST}
    return PlaybookForm(
        **given, payers=playbooks.payers_to_choose(), practices=practices, may_share=may_change_shared(request)
    )


def _playbooks_page(
    request: StaffRequest, form: PlaybookForm, *, problem: DomainError | None = None, status: int = 200
) -> HttpResponseBase:
    context = {
        "page": Paginator(playbooks.playbooks_seen(request.user), PER_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "problem": problem,
        "may_change": may_change(request),
        "may_share": may_change_shared(request),
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/appeals/playbooks.html", context, status=status)


def _cells(rows: "Iterator[AppealCase]") -> Iterator[list[Any]]:
    for one in rows:
        yield [
            one.pk, one.claim.number, str(one.claim.patient.person), one.practice.name, one.payer.name, one.level,
            one.category, one.amount, one.get_state_display(), one.get_outcome_display(), one.won, one.due_on,
            one.last_day_on, one.sent_on, one.decision_due_on, one.next_action, one.next_on, str(one.owner or ""),
        ]  # fmt: skip
