"""Applying for assistance from an account, the notice before collection actions, and who is never billed."""

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
from arwork.web.pages import StaffRequest, page, posted
from claims.parties.selectors import own_account
from collections_app.assistance import never_billed, papers, services
from collections_app.assistance.policies import policy_of
from collections_app.assistance.selectors import clocks_of
from collections_app.web.assistance_forms import AssistanceForm, NoticeForm
from collections_app.worklist import services as worklist

PER_PAGE = 50


@page(Capability.WORK_ITEMS)
def assistance_new(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Take an application while somebody is on the phone; what is asked of the account stops at once."""
    actor, today, now = request.user, clock.today(), clock.now()
    account = own_account(account_id, actor=actor)
    audit.record_read(actor, "account", account.pk, practice_id=account.practice_id, now=now)
    policy = policy_of(account.practice_id, on=today)
    form, problem = AssistanceForm(posted(request), policy=policy, initial={"received_on": today}), None
    if form.is_bound and form.is_valid():
        try:
            one = services.apply(account.pk, form.asked(), actor=actor, today=today, now=now)
        except DomainError as error:
            problem = error
            if (name := str(error.facts.get("field", ""))) in form.fields:
                form.add_error(name, error.message)
        else:
            worklist.refresh(accounts=[account.pk], today=today, now=now)
            messages.success(request, "Taken. Nothing is asked of the account until it is decided.")
            return redirect("assistance_application", one.pk)
    context = {"account": account, "form": form, "problem": problem, "policy": policy}
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "collections/assistance/new.html", context, status=status)


@page(Capability.WORK_ITEMS)
def notice(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """The notice that names collection actions, 30 days before the first (26 CFR 1.501(r)-6(c)(4))."""
    actor, today, now = request.user, clock.today(), clock.now()
    account = own_account(account_id, actor=actor)
    audit.record_read(actor, "account", account.pk, practice_id=account.practice_id, now=now)
    form, problem = NoticeForm(posted(request)), None
    if form.is_bound and form.is_valid():
        try:
            papers.send_notice(account.pk, form.cleaned_data["actions"], actor=actor, today=today, now=now)
        except DomainError as error:
            problem = error
        else:
            messages.success(request, "The notice goes out with the next batch of mail. Its days run from then.")
            return redirect("account", account.pk)
    facts, figures = clocks_of([account.pk], today=today)[account.pk]
    context = {"account": account, "form": form, "problem": problem, "figures": figures, "facts": facts}
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "collections/assistance/notice.html", context, status=status)


@page(Capability.SEE_CLAIMS)
def never(request: StaffRequest) -> HttpResponseBase:
    """What is asked of Medicaid's patients and QMBs all the same, and the way out."""
    actor, now = request.user, clock.now()
    rows = Paginator(never_billed.forbidden_balances(actor), PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        actor, "never_billed", rows, shows=lambda row: [("claim", row.claim_id)], after={}, now=now
    )
    context = {"page": rows, "rows": never_billed.told(list(rows)), "may_work": may(actor, Capability.WORK_ITEMS)}
    return TemplateResponse(request, "collections/assistance/never_billed.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def never_write_off(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Take off by law all that the patient is asked for of such a claim."""
    row = never_billed.write_off_by_law(claim_id, actor=request.user, today=clock.today(), now=clock.now())
    words = "Written off by law." if row.state == "posted" else "A second person is asked."
    messages.success(request, f"{words} It stands on the claim and can be taken back there.")
    return redirect("never_billed")
