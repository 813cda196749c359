"""Referrals to law firms: the list, the accounts that could be referred, one referral, and each step of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page, posted
from claims.parties.selectors import own_account
from claims.web.setup_pages import form_page
from collections_app.legal import history, referrals, selectors, suit_facts
from collections_app.web import legal_forms as entry
from collections_app.worklist import services as worklist

if TYPE_CHECKING:
    from collections_app.legal.models import LegalReferral
    from collections_app.legal.suit_facts import SuitAccount

PER_PAGE = 50
TONES = {
    "asked": "tag-amber", "ready": "tag-amber", "sent": "tag-blue", "accepted": "tag-blue", "suit": "tag-blue",
    "judgment": "tag-blue", "settled": "tag-green",
}  # fmt: skip
PLACE = HubPlace(
    "legal", "Legal referrals", "Accounts against which nothing is left to say, and what law firms do",
    lambda actor, _: selectors.open_referral_count(actor),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def legal(request: StaffRequest) -> HttpResponseBase:
    """Referrals, the next day first."""
    actor, today = request.user, clock.today()
    tab = request.GET.get("tab", "")
    tab = tab if tab in selectors.TABS else selectors.OPEN
    shown = Paginator(selectors.referrals(actor, tab=tab), PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        actor, "legal_referrals", shown, shows=lambda one: [("account", one.account_id)], after={"tab": tab},
        now=clock.now(),
    )  # fmt: skip
    context = {
        "tab": tab,
        "tabs": selectors.TABS.items(),
        "page": shown,
        "rows": [(one, TONES.get(one.state, "tag-plain")) for one in shown],
        "may_ask": may(actor, Capability.ASSIGN_WORK),
        "today": today,
    }
    return TemplateResponse(request, "collections/legal/referrals.html", context)


@page(Capability.ASSIGN_WORK)
def candidates(request: StaffRequest) -> HttpResponseBase:
    """Accounts against which nothing speaks, the largest balance first."""
    actor, today = request.user, clock.today()
    found = suit_facts.candidates(actor, today)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    accounts = selectors.accounts_named([one.account_id for one in shown])
    audit_reads.record_listed(
        actor, "legal_candidates", shown, shows=lambda one: [("account", one.account_id)], now=clock.now()
    )
    context = {
        "page": shown,
        "rows": [(accounts[one.account_id], one) for one in shown],
        "most": suit_facts.MOST_WEIGHED,
        "today": today,
    }
    return TemplateResponse(request, "collections/legal/candidates.html", context)


@page(Capability.ASSIGN_WORK)
def referral_new(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """What speaks against a suit; where nothing does, the question to a second person."""
    actor, today, now = request.user, clock.today(), clock.now()
    account = own_account(account_id, actor=actor)
    audit.record_read(actor, "account", account_id, practice_id=account.practice_id, now=now)
    seen = suit_facts.weighed([account_id], today)[account_id]
    firms = [(one.pk, f"{one.name} ({one.states}), {one.fee_percent} percent") for one in selectors.firms(actor)
             if one.practice_id == account.practice_id and one.ended_on is None]  # fmt: skip
    form = entry.LegalReferralForm(posted(request), firms=firms, initial={"scra_checked_on": today})

    def save() -> str:
        data = form.cleaned_data
        made = referrals.ask(
            account_id, firm_id=data["firm"], check=form.check(), reason=data["reason"],
            known_means=data["known_means"], actor=actor, today=today, now=now,
        )  # fmt: skip
        return reverse("legal_referral", args=[made.pk])

    where = reverse("account", args=[account_id])
    return form_page(
        request, form, save, title="Refer to a law firm", crumbs=[(where, f"Account {account.number}")], done=where,
        submit="Ask a second person", said="Asked. It goes out once a second person agreed.",
        template="collections/legal/referral_new.html", account=account, seen=seen, limits=_limits(seen), today=today,
        has_firms=bool(firms),
    )  # fmt: skip


@page(Capability.SEE_CLAIMS)
def referral(request: StaffRequest, legal_referral_id: int) -> HttpResponseBase:
    """One referral: what was asked and sent, what the firm did, what was received since, what speaks against it now."""
    actor, today = request.user, clock.today()
    found = selectors.referral_seen_by(actor, legal_referral_id)
    audit.record_read(actor, "account", found.account_id, practice_id=found.practice_id, now=clock.now())
    seen = suit_facts.weighed([found.account_id], today, besides=found)[found.account_id]
    context = {
        "referral": found,
        "tone": TONES.get(found.state, "tag-plain"),
        "visits": found.visits.select_related("claim").order_by("claim__service_from", "pk"),
        "owed": seen.facts.owed,
        "against": seen.reasons if found.is_open else (),
        "limits": _limits(seen),
        "history": [(history.event_words(one), one) for one in history.history_of(found)],
        "deeds": [(name, words) for name, (words, *_) in _DEEDS.items() if _fits(name, found, request)],
        "may_send": found.state == "ready" and may(actor, Capability.ASSIGN_WORK),
        "is_overdue": found.next_on is not None and found.next_on < today,
        "today": today,
    }
    return TemplateResponse(request, "collections/legal/referral.html", context)


@require_POST
@page(Capability.ASSIGN_WORK)
def referral_send(request: StaffRequest, legal_referral_id: int) -> HttpResponseBase:
    """Make the package, and give the account to the firm."""
    found = referrals.send(legal_referral_id, actor=request.user, today=clock.today(), now=clock.now())
    worklist.refresh(accounts=[found.account_id], today=clock.today(), now=clock.now())
    messages.success(request, "The package is made. Hand it to the firm; nobody of ours asks for this account now.")
    return redirect("legal_referral", legal_referral_id)


@page(Capability.WORK_ITEMS)
def referral_deed(request: StaffRequest, legal_referral_id: int, deed: str) -> HttpResponseBase:
    """One step of a referral: its form, then the step."""
    actor, today, now = request.user, clock.today(), clock.now()
    found = selectors.referral_seen_by(actor, legal_referral_id)
    if not _fits(deed, found, request):
        raise NotFound("This can’t be done with this referral, or not by you. Look at it again.")
    audit.record_read(actor, "account", found.account_id, practice_id=found.practice_id, now=now)
    words, made, do = _DEEDS[deed]
    form = made(request, found)
    where = reverse("legal_referral", args=[found.pk])

    def save() -> str:
        do(found.pk, form.cleaned_data, {"actor": actor, "today": today, "now": now})
        worklist.refresh(accounts=[found.account_id], today=today, now=now)
        return where

    crumbs = [(reverse("legal"), "Legal referrals"), (where, str(found.account.guarantor))]
    return form_page(request, form, save, title=words, crumbs=crumbs, done=where, submit=words)


def _fits(deed: str, found: "LegalReferral", request: StaffRequest) -> bool:
    lead = may(request.user, Capability.ASSIGN_WORK)
    if not found.is_open or deed not in _DEEDS:
        return False
    return {
        "step": may(request.user, Capability.WORK_ITEMS),
        "advance": lead and bool(referrals.what_follows(found)),
        "costs": lead and found.is_with_firm,
    }[deed]


def _limits(seen: "SuitAccount") -> list[tuple[Any, Any]]:
    """Visits with the last day to sue, the earliest first."""
    return sorted(((one, seen.limits[one.claim_id]) for one in seen.debts), key=lambda row: row[1].on)


def _step_form(request: StaffRequest, found: "LegalReferral") -> forms.Form:
    owners = selectors.owner_choices(request.user, found.practice_id)
    initial = {"next_action": found.next_action, "next_on": found.next_on, "owner": found.owner_id or request.user.pk}
    return entry.CaseStepForm(posted(request), owners=owners, initial=initial)


def _advance_form(request: StaffRequest, found: "LegalReferral") -> forms.Form:
    return entry.AdvanceForm(posted(request), states=referrals.what_follows(found), initial={"on": clock.today()})


def _plan(pk: int, data: dict[str, Any], by: dict[str, Any]) -> None:
    referrals.plan_step(pk, next_action=data["next_action"], next_on=data["next_on"], owner_id=data["owner"], **by)


def _advance(pk: int, data: dict[str, Any], by: dict[str, Any]) -> None:
    referrals.advance(pk, state=data["state"], on=data["on"], words=data["words"], amount=data["amount"], **by)


def _costs(pk: int, data: dict[str, Any], by: dict[str, Any]) -> None:
    referrals.add_costs(pk, amount=data["amount"], words=data["words"], **by)


_DEEDS: dict[str, tuple[str, Callable[..., forms.Form], Callable[..., None]]] = {
    "advance": ("Enter what happened", _advance_form, _advance),
    "step": ("Set the next step", _step_form, _plan),
    "costs": ("Enter costs", lambda request, _: entry.CostsForm(posted(request)), _costs),
}
