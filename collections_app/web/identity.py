"""Who is on the line: asked at the desk and on a page of its own, before anything is said; who failed, for supervisors.

While somebody is on the line who may not hear it, the desk and this page show nothing of the account, and say what may
be said instead.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from claims.ledger import guarantor_accounts
from claims.ledger.visits import visit_bills
from claims.parties.selectors import guarantor_account
from claims.web.people_pages import back_of
from claims.web.shown import accounts_shown
from collections_app.contacts import identity
from collections_app.contacts.call_script import CallMatter, script_of
from collections_app.contacts.identity import CallerStanding, CallerState
from collections_app.contacts.selectors import people_of
from collections_app.web.identity_forms import CallerForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claims.parties.models import Account
    from collections_app.contacts.scripts import ScriptLine

DAYS = 30
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class CallerPanel:
    """What stands beside a call: how the caller stands, the form that verifies them, what to say."""

    standing: CallerStanding
    form: CallerForm
    script: "Sequence[ScriptLine]"
    action: str

    @property
    def hides_detail(self) -> bool:
        """Whether nothing of the account is shown."""
        return self.standing.hides_detail

    @property
    def tone(self) -> str:
        """`allow` for who was verified, `block` for who may not hear it, `warn` for who was not asked yet."""
        return "allow" if self.standing.is_verified else "block" if self.standing.hides_detail else "warn"


def caller_panel(
    request: StaffRequest,
    account: "Account",
    matter: CallMatter,
    *,
    back: str = "",
    form: CallerForm | None = None,
    is_inbound: bool = False,
) -> CallerPanel:
    """The panel of an account for whoever is signed in; `back` is where the answer leads."""
    actor, now, today = request.user, clock.now(), clock.today()
    standing = identity.caller_standing(account.pk, actor=actor, now=now)
    people = people_of(account)
    speakers = identity.representatives_of([pk for pk, _ in people], today)
    query = f"?{urlencode({'back': back})}" if back else ""
    return CallerPanel(
        standing=standing,
        form=form or CallerForm(people=people, representatives=speakers, is_inbound=is_inbound),
        script=script_of(account, matter, standing, actor=actor, today=today, is_inbound=is_inbound),
        action=reverse("caller_verify", args=[account.pk]) + query,
    )


@page(Capability.WORK_ITEMS)
def caller(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Somebody is on the phone about an account: who they are first; what is owed only once they were verified."""
    found = guarantor_account(actor=request.user, account_id=account_id)
    return _shown(request, found.account)


@require_POST
@page(Capability.WORK_ITEMS)
def verify(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Compare what the caller says with what is on file; lead back to where the call is."""
    found = guarantor_account(actor=request.user, account_id=account_id)
    account, today = found.account, clock.today()
    people = people_of(account)
    speakers = identity.representatives_of([pk for pk, _ in people], today)
    form = CallerForm(request.POST, people=people, representatives=speakers)
    if form.is_valid():
        try:
            check = identity.verify_identity(
                actor=request.user, account_id=account.pk, caller=form.caller(), said=form.said(), now=clock.now(),
                today=today,
            )  # fmt: skip
        except DomainError as error:
            name = str(error.facts.get("field") or "")
            form.add_error(name if name in form.fields else None, error.message)
            return _shown(request, account, form=form, status=error.status)
        if check.result == check.Result.VERIFIED:
            messages.success(request, "Verified, for this call.")
        return redirect(back_of(request) or reverse("account_caller", args=[account.pk]))
    return _shown(request, account, form=form, status=422)


@page(Capability.SEE_TEAM)
def failures(request: StaffRequest) -> HttpResponseBase:
    """Callers who failed to be verified of late: which identifiers were asked for, and by whom."""
    now = clock.now()
    rows = list(identity.failed_checks(actor=request.user, since=now - dt.timedelta(days=DAYS))[: _SHOWN + 1])
    shown = rows[:_SHOWN]
    audit_reads.record_listed(
        request.user, "caller_checks", [row.account for row in shown], shows=accounts_shown, now=now
    )
    context = {"rows": shown, "is_cut": len(rows) > _SHOWN, "days": DAYS}
    return TemplateResponse(request, "collections/identity/failures.html", context)


def _shown(
    request: StaffRequest, account: "Account", *, form: CallerForm | None = None, status: int = 200
) -> HttpResponseBase:
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now())
    claims, _ = guarantor_accounts.claims_of_account(account)
    visits = [one for one in visit_bills(claims) if one.patient_owes > 0]
    owing = guarantor_accounts.balances_of_accounts([account.pk])[account.pk]
    panel = caller_panel(
        request, account, CallMatter(owing.patient, len(visits)), back=back_of(request), form=form, is_inbound=True
    )
    context: dict[str, Any] = {"account": account, "caller": panel, "back": back_of(request), "is_page": True}
    if panel.standing.state == CallerState.VERIFIED:
        context |= {"owing": owing, "visits": visits}
    return TemplateResponse(request, "collections/identity/caller.html", context, status=status)
