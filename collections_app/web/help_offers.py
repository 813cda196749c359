"""Help that was offered: the report of who went further without it, one account's record, and noting more of it."""

from typing import Any

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
from claims.parties.selectors import guarantor_account
from collections_app.help_offers import papers, report, selectors, services
from collections_app.help_offers.options import WAYS
from collections_app.web.help_forms import HardshipForm, OfferedForm, ReferralForm, ReferralOutcomeForm
from collections_app.worklist import services as worklist

PER_PAGE = 50
_COLUMNS = (
    Column("Account"), Column("Guarantor"), Column("Practice"), Column("Reached"), Column("On", Kind.DATE),
    Column("Offered"), Column("Not offered"),
)  # fmt: skip
PLACE = HubPlace(
    "help_offers", "Help that was offered", "Who went further without it, and referrals that wait",
    lambda actor, today: report.red_count(actor, today=today),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def help_offers(request: StaffRequest) -> HttpResponseBase:
    """Accounts that went further, those that were not offered everything first; referrals that wait."""
    actor, today, now = request.user, clock.today(), clock.now()
    shows = request.GET.get("show", "")
    rows = report.went_further(actor, today=today, is_red={"red": True, "complete": False}.get(shows))
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "help_offers", iter(rows), count=len(rows), shows=report.further_shown, after={"show": shows},
            now=now,
        )  # fmt: skip
        cells = (_cells(one) for one in taken)
        return table_response(kind, f"help-offered-{today}", Sheet("Help that was offered", _COLUMNS, cells))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    referrals = list(selectors.open_referrals(actor)[:PER_PAGE])
    named = [*(report.further_shown(one) for one in shown), *(selectors.help_shown(one) for one in referrals)]
    audit_reads.record_listed(actor, "help_offers", named, shows=list, after={"show": shows}, now=now)
    context = {"page": shown, "rows": shown, "shows": shows, "referrals": referrals, "today": today}
    return TemplateResponse(request, "collections/help/report.html", context)


@page(Capability.SEE_CLAIMS)
def help_account(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """What one account was offered, its hardship and its referrals."""
    return _show(request, account_id)


@require_POST
@page(Capability.WORK_ITEMS)
def help_record(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Note what was offered and what they said."""
    form = OfferedForm(request.POST)
    if not form.is_valid():
        return _show(request, account_id, offered=form, status=422)
    try:
        rows = services.record_answers(
            account_id, form.answers, language=form.cleaned_data["language"] or "en", said=form.cleaned_data["said"],
            actor=request.user, now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return _show(request, account_id, offered=form, problem=error, status=error.status)
    messages.success(request, f"Noted: {len(rows)} way{'s' if len(rows) > 1 else ''} offered.")
    return redirect("help_account", account_id)


@require_POST
@page(Capability.WORK_ITEMS)
def help_proof(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """The proof of what was offered, as a letter."""
    letter = papers.write_proof(account_id, actor=request.user, today=clock.today(), now=clock.now())
    return redirect("letter", letter.pk)


@require_POST
@page(Capability.WORK_ITEMS)
def hardship_note(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Note a hardship: nothing is asked for some days."""
    form = HardshipForm(request.POST)
    if not form.is_valid():
        return _show(request, account_id, hardship_form=form, status=422)
    today, now = clock.today(), clock.now()
    try:
        found = services.note_hardship(account_id, **form.cleaned_data, actor=request.user, today=today, now=now)
    except DomainError as error:
        if (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        return _show(request, account_id, hardship_form=form, problem=error, status=error.status)
    worklist.refresh(accounts=[account_id], today=today, now=now)
    until = found.paused_until_on
    messages.success(request, f"Noted. Nothing is asked of the account until {until:%b} {until.day}.")
    return redirect("help_account", account_id)


@require_POST
@page(Capability.WORK_ITEMS)
def hardship_end(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """A hardship is over, or was noted by mistake."""
    today, now = clock.today(), clock.now()
    services.end_hardship(account_id, actor=request.user, today=today, now=now)
    worklist.refresh(accounts=[account_id], today=today, now=now)
    messages.success(request, "Ended. The account is worked as any other.")
    return redirect("help_account", account_id)


@page(Capability.WORK_ITEMS)
def help_referral(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Send somebody to a place for more help, with what we do next."""
    if request.method != "POST":
        return _show(request, account_id)
    found = guarantor_account(actor=request.user, account_id=account_id)
    form = ReferralForm(request.POST, places=[(one.pk, one.name) for one in selectors.places_for(found.account)])
    if not form.is_valid():
        return _show(request, account_id, referral_form=form, status=422)
    data = form.cleaned_data
    try:
        services.refer(
            account_id, place_id=data["place"], words=data["words"], next_action=data["next_action"],
            next_on=data["next_on"], actor=request.user, today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        if (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        return _show(request, account_id, referral_form=form, problem=error, status=error.status)
    messages.success(request, "Noted. It stands with its next step until you write what came of it.")
    return redirect("help_account", account_id)


@require_POST
@page(Capability.WORK_ITEMS)
def referral_done(request: StaffRequest, referral_id: int) -> HttpResponseBase:
    """What came of a referral."""
    form = ReferralOutcomeForm(request.POST)
    account_id = selectors.referral_seen_by(request.user, referral_id).account_id
    outcome = form.cleaned_data["outcome"] if form.is_valid() else ""
    try:
        services.finish_referral(referral_id, outcome=outcome, actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        return _show(request, account_id, problem=error, status=error.status)
    messages.success(request, "Noted.")
    return redirect("help_account", account_id)


@require_POST
@page(Capability.WORK_ITEMS)
def referral_letter(request: StaffRequest, referral_id: int) -> HttpResponseBase:
    """How to reach the place, as a letter."""
    letter = papers.write_referral(referral_id, actor=request.user, today=clock.today(), now=clock.now())
    return redirect("letter", letter.pk)


def _show(
    request: StaffRequest,
    account_id: int,
    *,
    offered: OfferedForm | None = None,
    hardship_form: HardshipForm | None = None,
    referral_form: ReferralForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor, today, now = request.user, clock.today(), clock.now()
    found = guarantor_account(actor=actor, account_id=account_id)
    audit.record_read(actor, "account", account_id, practice_id=found.account.practice_id, now=now)
    places = selectors.places_for(found.account)
    latest = selectors.latest_offers(account_id)
    form = offered or OfferedForm(initial={"language": found.guarantor.language[:2].lower() or "en"})
    context: dict[str, Any] = {
        "account": found.account,
        "guarantor": found.guarantor,
        "options": [
            (one, latest.get(one.code), form[f"offered-{one.code}"], form[f"answer-{one.code}"])
            for one in selectors.options_of(account_id, today)
        ],
        "form": form,
        "offers": [(one, WAYS.get(one.code, one.code)) for one in selectors.offers_of(account_id, actor=actor)],
        "hardship": selectors.hardship_of(account_id, today=today),
        "hardship_form": hardship_form or HardshipForm(),
        "referrals": selectors.referrals_of(account_id),
        "referral_form": referral_form or ReferralForm(places=[(one.pk, one.name) for one in places]),
        "outcome_form": ReferralOutcomeForm(),
        "places": places,
        "may_work": may(actor, Capability.WORK_ITEMS),
        "problem": problem,
        "today": today,
    }
    return TemplateResponse(request, "collections/help/account.html", context, status=status)


def _cells(one: report.WentFurther) -> list[Any]:
    offered = ", ".join(WAYS[code] for code in WAYS if code in one.offered)
    return [
        one.account.number, str(one.account.guarantor), one.account.practice.name, one.reached.words, one.reached.on,
        offered, ", ".join(one.missing_words),
    ]  # fmt: skip
