"""Contact rules on pages: what is kept where, the owner's own over the shipped, and a change in two steps."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.background import enqueue
from arwork.lib.dated_rules import standing
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from claims.practices.selectors import practices_of
from claims.web.rule_words import STANDING_TAGS
from claims.web.setup_pages import may_change_shared, two_steps
from collections_app.contacts import rule_entry
from collections_app.contacts.rules import CONFIDENCE, PROFILE_WORDS, ContactRuleBook, ContactRuling
from collections_app.web.contact_rule_forms import CHANNELS, ContactRuleEndForm, ContactRuleForm
from collections_app.worklist.contact_rule_effects import contact_rule_effects

_REFRESH = "collections_app.tasks.refresh_contact_rules"
_TAGS = {"high": "tag-green", "medium": "tag-blue", "low": "tag-amber"}


@page(Capability.SEE_CLAIMS)
def contact_rules(request: StaffRequest) -> HttpResponseBase:
    """Every rule by place: what it demands, of whom, how sure it is."""
    may_share = may_change_shared(request)
    places: dict[str, list[dict[str, Any]]] = {}
    for one in rule_entry.rule_list(actor=request.user, today=clock.today()):
        stands = "outranked" if one.stands == "in force" and not one.holds else one.stands
        places.setdefault(one.rule.jurisdiction, []).append(
            {
                "listed": one,
                "who": ", ".join(words for code, words in PROFILE_WORDS.items() if code in one.rule.profiles),
                "how": ", ".join(words.lower() for code, words in CHANNELS if code in one.rule.channels),
                "stands": stands,
                "tag": STANDING_TAGS.get(stands, ""),
                "sure": CONFIDENCE[one.rule.confidence],
                "sure_tag": _TAGS[one.rule.confidence],
                "can_end": may_share and one.rule.rule_id is not None and one.stands != "ended",
                "can_change": may_share and one.holds,
            }
        )
    shown = [("New York City" if place == "NYC" else place or "Everywhere", rows) for place, rows in places.items()]
    return TemplateResponse(request, "collections/contact_rules.html", {"places": shown, "may_share": may_share})


@page(Capability.CONFIGURE_SHARED)
def new(request: StaffRequest) -> HttpResponseBase:
    """A rule of one's own, in place of a shipped one (`code`) or beside all; the first step shows what it moves."""
    today = clock.today()
    code = request.GET.get("code", "")
    replaced = rule_entry.rule_of_code(code, today=today) if code else None
    practices = [(one.pk, one.name) for one in practices_of(request.user)]
    title = f"Change the rule: {replaced.words}" if replaced else "Add a contact rule"
    form = ContactRuleForm(posted(request), replaced=replaced, practices=practices, today=today)
    return _two_steps(
        request, form, {"saves": True, "title": title},
        plan=lambda: (rule_entry.book_with(form.draft(), actor=request.user), form.draft().valid_from),
        save=lambda: rule_entry.add_contact_rule(form.draft(), actor=request.user, now=clock.now()),
    )  # fmt: skip


@page(Capability.CONFIGURE_SHARED)
def end(request: StaffRequest, contact_rule_id: int) -> HttpResponseBase:
    """End a rule, or withdraw one that has not begun: the same two steps."""
    today = clock.today()
    row = rule_entry.contact_rule(contact_rule_id, actor=request.user)
    is_planned = standing(row.valid_from, row.valid_to, today) == "planned"
    title = f"{'Withdraw' if is_planned else 'End'} the rule: {rule_entry.as_ruling(row).words}"
    initial = {"last_day": row.valid_from if is_planned else max(today - dt.timedelta(days=1), row.valid_from)}
    form = ContactRuleEndForm(posted(request), initial=initial)

    def asked() -> dict[str, Any]:
        return {"last_day": form.cleaned_data["last_day"], "actor": request.user, "today": today}

    return _two_steps(
        request, form, {"ending": row, "is_planned": is_planned, "withdraws": is_planned, "title": title},
        plan=lambda: rule_entry.book_without(contact_rule_id, **asked()),
        save=lambda: rule_entry.end_contact_rule(contact_rule_id, **asked(), now=clock.now()),
    )  # fmt: skip


def _two_steps(
    request: StaffRequest,
    form: Any,
    shown: dict[str, Any],
    *,
    plan: Callable[[], tuple[ContactRuleBook, dt.date]],
    save: Callable[[], object],
) -> HttpResponseBase:
    """The form; whom it moves; saved."""

    def preview() -> tuple[str, dict[str, Any]]:
        after, on = plan()
        now = clock.now()
        at = now + dt.timedelta(days=max(0, (on - clock.today()).days))
        effects = contact_rule_effects(rule_entry.contact_rule_book(), after, actor=request.user, at=at)
        return "collections/contact_rule_preview.html", {"effects": effects, "on": on, "words": _words(form)}

    def saved() -> HttpResponseBase:
        save()
        enqueue(_REFRESH)
        messages.success(request, "Saved. Open items follow within a minute, or on its day.")
        return redirect("contact_rules")

    context = shown | {
        "crumbs": [(reverse("setup"), "Setup"), (reverse("contact_rules"), "Contact rules")],
        "cancel": reverse("contact_rules"),
        "may_share": True,
        "lead": "It counts from its first day on. What was called before stays as it was judged then.",
    }
    return two_steps(request, form, context, template="claims/setup/two_steps.html", preview=preview, save=saved)


def _words(form: Any) -> str:
    if not isinstance(form, ContactRuleForm):
        return "The rule ends; what is behind it speaks again"
    draft = form.draft()
    return ContactRuling(
        code=draft.code, most=draft.most, window_days=draft.window_days, unit=draft.unit, wait_days=draft.wait_days,
        opens=draft.opens, closes=draft.closes, needs_consent=draft.needs_consent, needs_licence=draft.needs_licence,
        binds=draft.binds,
    ).words  # fmt: skip
