"""Denial categories on pages: own rules over the shipped table, and a change that shows what it moves before it is
saved."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.dated_rules import standing
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from claims.denials import denial_rules
from claims.denials.denial_rules import DenialPlace, DenialRuleChange, place_of
from claims.denials.routing import WAYS, Ruling, categories_by_carc, category_label, route
from claims.payers import selectors as payers
from claims.payers.code_words import carc_words, rarc_words
from claims.payers.rule_entry import ensure_may_set
from claims.practices.selectors import practices_of
from claims.web.denial_rule_forms import DenialRuleEndForm, DenialRuleForm
from claims.web.rule_words import STANDING_TAGS
from claims.web.setup_pages import may_change, may_change_shared, two_steps


@page(Capability.SEE_CLAIMS)
def categories(request: StaffRequest) -> HttpResponseBase:
    """What kind of work each reason is: rules that were entered, then the shipped table."""
    today, search = clock.today(), request.GET.get("q", "").strip().upper()
    may_share = may_change_shared(request)
    own = []
    for row in denial_rules.denial_rules(actor=request.user):
        ruling = denial_rules.ruling_of(row)
        if ruling is None or (search and not row.carc.startswith(search)):
            continue
        stands = standing(row.valid_from, row.valid_to, today)
        can_end = stands != "ended" and (may_share or row.practice_id is not None)
        own.append((row, _meaning(ruling), _ruled(ruling), stands, STANDING_TAGS[stands], can_end))
    shipped = [
        (carc, carc_words(carc), _words(place_of(route("CO", carc), None, carc=carc)))
        for carc in sorted(categories_by_carc(), key=lambda one: (len(one), one))
        if carc.startswith(search)
    ]
    context = {
        "own": own, "shipped": shipped, "q": search, "may_change": may_change(request), "may_share": may_share,
    }  # fmt: skip
    return TemplateResponse(request, "claims/setup/denial_categories.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Enter a rule; the first step shows which open denials it moves, the second saves it."""
    form = DenialRuleForm(
        posted(request),
        initial=_initial(request),
        payers=[(row.pk, row.name) for row in payers.payers(actor=request.user)],
        practices=[(one.pk, one.name) for one in practices_of(request.user)],
        may_share=may_change_shared(request),
        today=clock.today(),
    )
    return _two_steps(
        request, form, {"title": "A rule for denials", "may_share": may_change_shared(request)},
        plan=lambda: denial_rules.plan_rule(form.draft()),
        save=lambda: denial_rules.add_rule(form.draft(), actor=request.user, now=clock.now())[1],
    )  # fmt: skip


@page(Capability.CONFIGURE_PAYERS)
def end(request: StaffRequest, denial_rule_id: int) -> HttpResponseBase:
    """End a rule, or withdraw one that has not begun: the same two steps."""
    today = clock.today()
    row = denial_rules.denial_rule(denial_rule_id, actor=request.user)
    ensure_may_set(request.user, row.practice_id)
    is_planned = row.valid_from > today
    initial = {"last_day": row.valid_from if is_planned else max(today - dt.timedelta(days=1), row.valid_from)}
    form = DenialRuleEndForm(posted(request), initial=initial)

    def asked() -> dict[str, Any]:
        return {"last_day": form.cleaned_data["last_day"], "actor": request.user, "today": today}

    title = f"{'Withdraw' if is_planned else 'End'} the rule for {row.group}-{row.carc}"
    return _two_steps(
        request, form, {"title": title, "ending": row, "is_planned": is_planned},
        plan=lambda: denial_rules.plan_end(denial_rule_id, **asked()),
        save=lambda: denial_rules.end_rule(denial_rule_id, **asked(), now=clock.now()),
    )  # fmt: skip


def _two_steps(
    request: StaffRequest,
    form: Any,
    shown: dict[str, Any],
    *,
    plan: Callable[[], DenialRuleChange],
    save: Callable[[], int],
) -> HttpResponseBase:
    """The form; what would change; saved."""

    def saved() -> HttpResponseBase:
        moved = save()
        messages.success(request, f"Saved. {moved} open denial{'s' * (moved != 1)} moved; the worklist follows.")
        return redirect("denial_categories")

    lead = "It decides denials by the day on which they were first given; what is closed stays as it is."
    return two_steps(
        request, form, shown | {"crumbs": _crumbs(), "cancel": reverse("denial_categories"), "lead": lead},
        template="claims/setup/two_steps.html",
        preview=lambda: ("claims/setup/denial_rule_preview.html", _preview(request, plan())),
        save=saved,
    )  # fmt: skip


def _preview(request: StaffRequest, change: DenialRuleChange) -> dict[str, Any]:
    effects = denial_rules.effects_of(change, actor=request.user)
    by_id = {one.rule_id: one for one in change.before.rules}
    return {
        "change": change,
        "about": change.about.about,
        "new": (change.new, _meaning(change.new), _ruled(change.new)) if change.new else None,
        "ended": [(_ruled(by_id[pk]), last) for pk, last in change.ended.items()],
        "effects": effects,
        "rows": [(one.denial, _words(one.before), _words(one.after)) for one in effects.shown],
    }


def _initial(request: StaffRequest) -> dict[str, Any]:
    """What is shipped for the reason that was asked for, to be changed."""
    carc = request.GET.get("carc", "").strip().upper()
    if carc not in categories_by_carc():
        return {}
    way = route("CO", carc)
    kind = way.kind if way.kind != "none" else "either"
    return {"group": "CO", "carc": carc, "category": way.category, "kind": kind, "way": way.way}


def _ruled(ruling: Ruling) -> tuple[str, str, str, str, str]:
    rarcs = [ruling.rarc] if ruling.rarc else []
    way = route(ruling.group, ruling.carc, ruling=ruling)
    return _words(place_of(way, ruling, carc=ruling.carc, rarcs=rarcs))


def _words(place: DenialPlace) -> tuple[str, str, str, str, str]:
    """Category, kind, what is done first, how often it is won, and where it begins with who can cure it, for people."""
    kind = "nothing to win" if place.kind == "none" else place.kind
    rate = f"{place.win_rate * 100:.0f} %"
    return category_label(place.category), kind, WAYS[place.way], rate, place.cause.words


def _meaning(ruling: Ruling) -> str:
    return "; with ".join([carc_words(ruling.carc)] + ([rarc_words(ruling.rarc)] if ruling.rarc else []))


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("setup"), "Setup"), (reverse("denial_categories"), "Denial categories")]
