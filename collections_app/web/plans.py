"""Payment plans: the lists by where they stand, one plan with its bar and history, and what may be done about it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.practices.selectors import practices_of
from collections_app.ach.selectors import waits_for
from collections_app.plans import lists, papers, services
from collections_app.plans.lending import DISCLOSED, POSITIONS, lending_box
from collections_app.plans.policy import CONSEQUENCES
from collections_app.plans.selectors import last_failure, plan_seen_by, plans_shown
from collections_app.web.plan_bar import plan_bar
from collections_app.web.plan_forms import PlanAutopayForm, PlanEndForm, PlanFilterForm
from collections_app.worklist import services as worklist

if TYPE_CHECKING:
    from datetime import date

    from collections_app.plans.models import PaymentPlan

PER_PAGE = 50
_BATCH = 1_000
_TONES = {"broken": "tag-red", "late": "tag-amber", "current": "tag-green", "paid": "tag-green", "proposed": "tag-blue"}
_COLUMNS = (
    Column("Account"), Column("Guarantor"), Column("Practice"), Column("State"), Column("Agreed", Kind.DATE),
    Column("Next due", Kind.DATE), Column("Next amount", Kind.MONEY), Column("Late since", Kind.DATE),
    Column("Late", Kind.MONEY), Column("Received", Kind.MONEY), Column("Remaining", Kind.MONEY), Column("Collector"),
    Column("Paid by"),
)  # fmt: skip
PLACE = HubPlace(
    "plans", "Payment plans", "Due, late, broken and kept", lambda actor, today: lists.late_count(actor, today=today)
)


@page(Capability.SEE_CLAIMS)
def plans(request: StaffRequest) -> HttpResponseBase:
    """The plans of a tab; `export=xlsx` or `csv` gives them all as numbers."""
    actor, today, now = request.user, clock.today(), clock.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in lists.TABS else lists.DUE
    practices = [(one.pk, one.name) for one in practices_of(actor)]
    form = PlanFilterForm(request.GET, owners=lists.owners(actor), practices=practices)
    chosen = form.cleaned_data if form.is_valid() else {}
    asked = {"owner": chosen.get("owner"), "practice": chosen.get("practice")}
    rows = lists.plans_seen(actor, tab=tab, today=today, **asked)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "plans", rows.iterator(chunk_size=_BATCH), count=rows.count(), shows=plans_shown,
            after={"tab": tab}, now=now,
        )  # fmt: skip
        return table_response(kind, f"plans-{tab}-{today}", Sheet("Payment plans", _COLUMNS, _cells(taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "plans", shown, shows=plans_shown, after={"tab": tab}, now=now)
    context = {
        "tab": tab,
        "tabs": lists.tab_figures(actor, today=today, **asked),
        "page": shown,
        "rows": [(plan, tone(plan)) for plan in shown],
        "form": form,
        "has_practices": len(practices) > 1,
        "today": today,
    }
    return TemplateResponse(request, "collections/plans/plans.html", context)


@page(Capability.SEE_CLAIMS)
def plan(request: StaffRequest, payment_plan_id: int) -> HttpResponseBase:
    """One plan: what is paid, what comes, what was agreed when, and what may be done."""
    return _show(request, payment_plan_id)


@require_POST
@page(Capability.WORK_ITEMS)
def plan_undo(request: StaffRequest, payment_plan_id: int) -> HttpResponseBase:
    """Take an agreement back within ten minutes."""
    found = services.undo_agreement(payment_plan_id, actor=request.user, today=clock.today(), now=clock.now())
    follow(found)
    messages.success(request, "Taken back. What was in force before is in force again.")
    return redirect("payment_plan", payment_plan_id)


@require_POST
@page(Capability.WORK_ITEMS)
def plan_cancel(request: StaffRequest, payment_plan_id: int) -> HttpResponseBase:
    """End a plan, with the reason."""
    form = PlanEndForm(request.POST)
    if not form.is_valid():
        return _show(request, payment_plan_id, end_form=form, status=422)
    try:
        found = services.cancel(
            payment_plan_id, why=form.cleaned_data["why"], words=form.cleaned_data["words"], actor=request.user,
            today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        if (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        return _show(request, payment_plan_id, end_form=form, problem=error, status=error.status)
    follow(found)
    messages.success(request, "The plan is ended. The account is worked again as any other.")
    return redirect("payment_plan", payment_plan_id)


@require_POST
@page(Capability.WORK_ITEMS)
def plan_autopay(request: StaffRequest, payment_plan_id: int) -> HttpResponseBase:
    """Let another card or bank account pay from now on, or none."""
    form = _autopay_form(plan_seen_by(request.user, payment_plan_id), clock.today(), request.POST)
    if not form.is_valid():
        return _show(request, payment_plan_id, autopay_form=form, status=422)
    try:
        found = services.change_autopay(
            payment_plan_id, method_id=form.cleaned_data["autopay"], said_by=form.cleaned_data["said_by"],
            actor=request.user, today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        if (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        return _show(request, payment_plan_id, autopay_form=form, problem=error, status=error.status)
    by = f"by {found.autopay}" if found.autopay else "by themselves, each time"
    messages.success(request, f"From the next installment on it is paid {by}. What is due already, take now.")
    return redirect("payment_plan", payment_plan_id)


@require_POST
@page(Capability.WORK_ITEMS)
def plan_mail(request: StaffRequest, payment_plan_id: int) -> HttpResponseBase:
    """Mail the agreement, or that the plan broke or is paid, with the next batch."""
    papers.mail_letter(payment_plan_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "The letter goes out with the next batch of mail.")
    return redirect("payment_plan", payment_plan_id)


@require_POST
@page(Capability.WORK_ITEMS)
def plan_confirm(request: StaffRequest, payment_plan_id: int) -> HttpResponseBase:
    """Note that the patient has the agreement in writing."""
    services.confirm_in_writing(
        payment_plan_id, how=request.POST.get("how", "")[:80] or "Sent", actor=request.user, today=clock.today(),
        now=clock.now(),
    )  # fmt: skip
    messages.success(request, "Noted: they have it in writing.")
    return redirect("payment_plan", payment_plan_id)


def follow(found: "PaymentPlan") -> None:
    """The work of the account as the plan has it now, before the next page is shown."""
    worklist.refresh(accounts=[found.account_id], today=clock.today(), now=clock.now())


def tone(found: "PaymentPlan") -> str:
    """The class of the tag that says where a plan stands."""
    return _TONES.get("late" if found.is_late else found.state, "tag-plain")


def _show(
    request: StaffRequest,
    plan_id: int,
    *,
    end_form: PlanEndForm | None = None,
    autopay_form: PlanAutopayForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor, today, now = request.user, clock.today(), clock.now()
    found = plan_seen_by(actor, plan_id)
    audit.record_read(actor, "account", found.account_id, practice_id=found.practice_id, now=now)
    books = lists.books_of_plan(found)
    matched = books.matched(today) if books else None
    schedule = found.schedule or found.proposed
    may_work = may(actor, Capability.WORK_ITEMS)
    context = {
        "plan": found,
        "tone": tone(found),
        "schedule": schedule,
        "matched": matched,
        "bar": plan_bar(matched.rows) if matched else None,
        "money": sorted(books.money, key=lambda one: one.on, reverse=True) if books else (),
        "visits": lists.visits_of(schedule) if schedule else (),
        "beside": lists.beside_plan(found) if found.state == found.State.CURRENT else None,
        "schedules": lists.schedules_of(found),
        "history": lists.history_of(found),
        "box": lending_box(services.installments_of(schedule)) if schedule and schedule.position == DISCLOSED else None,
        "positions": POSITIONS,
        "consequence": CONSEQUENCES.get(schedule.consequence, "") if schedule else "",
        "may_work": may_work,
        "may_undo": may_work and services.may_undo(found, actor, now=now),
        "may_end": may_work and found.state in (found.State.PROPOSED, found.State.CURRENT, found.State.BROKEN),
        "end_form": end_form or PlanEndForm(),
        "autopay_form": (autopay_form or _autopay_form(found, today)) if may_work and found.schedule else None,
        "failure": last_failure(found) if found.state == found.State.BROKEN else "",
        "debits_wait": _debits_wait(found, today),
        "problem": problem,
        "today": today,
    }
    return TemplateResponse(request, "collections/plans/plan.html", context, status=status)


def _autopay_form(found: "PaymentPlan", today: "date", given: Any = None) -> PlanAutopayForm:
    """What may pay the schedule in force, what pays it now chosen."""
    ways = services.ways_to_pay(found, found.schedule, today=today) if found.schedule else []
    guarantor = found.account.guarantor
    initial = {"autopay": found.autopay_id or "", "said_by": f"{guarantor.first} {guarantor.last}".strip()}
    return PlanAutopayForm(given, initial=initial, methods=[(one.pk, one.label) for one, why in ways if not why])


def _debits_wait(found: "PaymentPlan", today: "date") -> list[tuple[str, str]]:
    """What the debits of a plan that is paid from a bank account wait for."""
    given = found.autopay.bank_authorization if found.autopay and found.state == found.State.CURRENT else None
    return waits_for(given, today=today) if given else []


def _cells(rows: "Iterator[PaymentPlan]") -> Iterator[list[Any]]:
    for one in rows:
        yield [
            one.account.number, str(one.account.guarantor), one.practice.name, one.words, one.agreed_on,
            one.next_due_on, one.next_amount, one.late_since, one.late_amount, one.received, one.remaining,
            str(one.owner), str(one.autopay or ""),
        ]  # fmt: skip
