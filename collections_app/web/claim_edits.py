"""Own edits on pages: the list, a new one tried on claims that were sent before it is saved, and its end."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.dated_rules import standing
from arwork.staff import audit_reads
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from claims.payers import selectors as payers
from claims.payers.rule_entry import ensure_may_set
from claims.practices.selectors import practices_of
from claims.web.rule_words import STANDING_TAGS
from claims.web.setup_pages import may_change, may_change_shared, two_steps
from collections_app.claim_edits import edits
from collections_app.claim_edits.edit_rules import shipped_edits
from collections_app.claim_edits.edit_words import conditions
from collections_app.outgoing_claims.stored_claims import submitted_texts
from collections_app.web.claim_edit_forms import EditEndForm, EditRuleForm


@page(Capability.SEE_CLAIMS)
def claim_edits(request: StaffRequest) -> HttpResponseBase:
    """The edits that were entered, then those that are shipped."""
    today, may_share = clock.today(), may_change_shared(request)
    own = []
    for rule in edits.own_edits(actor=request.user):
        stands = standing(rule.valid_from, rule.valid_to, today)
        can_end = stands != "ended" and (may_share or rule.practice_id is not None)
        names = {rule.payer.pk: rule.payer.name} if rule.payer else {}
        own.append((rule, conditions(edits.row_of(rule), payers=names), stands, STANDING_TAGS[stands], can_end))
    shipped = [(one, conditions(one, payers={})) for one in shipped_edits()]
    context = {"own": own, "shipped": shipped, "may_change": may_change(request), "may_share": may_share}
    return TemplateResponse(request, "collections/claim_edits/list.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Enter an edit; the first step tries it on claims that were sent, the second saves it."""
    may_share = may_change_shared(request)
    payer_names = {row.pk: row.name for row in payers.payers(actor=request.user)}
    form = EditRuleForm(
        posted(request),
        payers=list(payer_names.items()),
        practices=[(one.pk, one.name) for one in practices_of(request.user)],
        may_share=may_share,
        today=clock.today(),
    )

    def preview() -> tuple[str, dict[str, Any]]:
        draft = form.draft()
        ensure_may_set(request.user, draft.practice_id)
        tried = edits.try_on_sent(draft, actor=request.user, texts_of=submitted_texts)
        audit_reads.record_listed(request.user, "claim_edit_trial", tried.found, shows=_shows, now=clock.now())
        told = {"draft": draft, "conditions": conditions(draft, payers=payer_names), "tried": tried, "saves": True}
        return "collections/claim_edits/preview.html", told

    def save() -> HttpResponseBase:
        edits.add_edit(form.draft(), actor=request.user, now=clock.now())
        messages.success(request, "Saved. Claims are checked for it from now on.")
        return redirect("claim_edits")

    context = {
        "title": "A new edit",
        "lead": "What a claim is checked for before it leaves. What is left open fits everything.",
        "may_share": may_share,
    }
    return _two_steps(request, form, context, preview=preview, save=save)


@page(Capability.CONFIGURE_PAYERS)
def end(request: StaffRequest, edit_rule_id: int) -> HttpResponseBase:
    """End an edit, or withdraw one that has not begun: the same two steps."""
    today = clock.today()
    rule = edits.own_edit(edit_rule_id, actor=request.user)
    ensure_may_set(request.user, rule.practice_id)
    is_planned = rule.valid_from > today
    initial = {"last_day": rule.valid_from if is_planned else max(today - dt.timedelta(days=1), rule.valid_from)}
    form = EditEndForm(posted(request), initial=initial)

    def preview() -> tuple[str, dict[str, Any]]:
        names = {rule.payer.pk: rule.payer.name} if rule.payer else {}
        row = edits.row_of(rule)
        told = {"draft": row, "conditions": conditions(row, payers=names), "last_day": form.cleaned_data["last_day"]}
        return "collections/claim_edits/preview.html", told

    def save() -> HttpResponseBase:
        last_day = form.cleaned_data["last_day"]
        edits.end_edit(edit_rule_id, last_day=last_day, actor=request.user, today=today, now=clock.now())
        messages.success(request, "Saved.")
        return redirect("claim_edits")

    title = "Withdraw the edit" if is_planned else "End the edit"
    context = {"title": title, "ending": rule, "is_planned": is_planned}
    return _two_steps(request, form, context, preview=preview, save=save)


def _two_steps(request: StaffRequest, form: Any, shown: dict[str, Any], **steps: Any) -> HttpResponseBase:
    crumbs = [(reverse("setup"), "Setup"), (reverse("claim_edits"), "Claim edits")]
    context = shown | {"crumbs": crumbs, "cancel": reverse("claim_edits")}
    return two_steps(request, form, context, template="claims/setup/two_steps.html", **steps)


def _shows(one: tuple[int, str, str]) -> list[tuple[str, int | None]]:
    return [("claim", one[0])]
