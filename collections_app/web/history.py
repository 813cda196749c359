"""The work on a claim or a guarantor account, shown inside the pages of the books, or by itself without a script.

That it was read is recorded either way: notes, calls and phone numbers are part of the record.
"""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from collections_app.contacts import services as contacts
from collections_app.worklist import patient_account


@page(Capability.SEE_CLAIMS)
def claim_work(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Items, outcomes, calls and holds of one claim."""
    work = patient_account.work_on_claim(actor=request.user, claim_id=claim_id, today=clock.today())
    return _answer(request, work, "claim", claim_id)


@page(Capability.SEE_CLAIMS)
def account_work(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """The same for a guarantor account, with when it may be called and what was promised."""
    work = patient_account.work_on_account(
        actor=request.user,
        account_id=account_id,
        today=clock.today(),
        now=clock.now(),
        viewer_zone=clock.office_zone(),
    )
    return _answer(request, work, "account", account_id)


@require_POST
@page(Capability.ASSIGN_WORK)
def lift(request: StaffRequest, hold_id: int) -> HttpResponseBase:
    """End a hold, with the reason."""
    hold = contacts.lift_by_decision(
        actor=request.user, hold_id=hold_id, reason=request.POST.get("reason", ""), now=clock.now()
    )
    messages.success(request, f"Lifted: {hold.get_reason_display().lower()}. The account may be worked again.")
    return redirect("account", account_id=hold.account_id)


def _answer(request: StaffRequest, work: patient_account.WorkHistory, about: str, pk: int) -> HttpResponseBase:
    audit_reads.record_part(request.user, about, pk, practice_id=work.practice_id, now=clock.now())
    may_lift = may(request.user, Capability.ASSIGN_WORK)
    context = {"work": work, "about": about, "pk": pk, "today": clock.today(), "may_lift": may_lift}
    name = "collections/partials/history.html" if request.htmx else "collections/history.html"
    return TemplateResponse(request, name, context)
