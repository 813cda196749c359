"""Setup: what there is, what needs attention; practices, and what adjustments do."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.dated_rules import standing
from arwork.lib.dates import federal_holidays
from arwork.staff import emergencies
from arwork.staff.access import Capability, may, practice_ids
from arwork.web.pages import StaffRequest, page, posted
from claims.edi import file_actions
from claims.ledger import payer_balances
from claims.payers import selectors as payers
from claims.payers.code_words import carc_words, rarc_words
from claims.practices import selectors, services
from claims.practices.services import PracticeFacts
from claims.remits import adjustment_rules
from claims.remits.era import Treatment
from claims.web.setup_forms import OverrideForm, PracticeForm
from claims.web.setup_pages import Crumb, attention_of, form_page, may_change, may_change_shared

_ATTENTION = (
    "unconfirmed", "silent", "expiring", "unknown_providers", "nowhere", "unstaffed", "emergencies", "of_the_work",
    "unverified_count",
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def setup(request: StaffRequest) -> HttpResponseBase:
    """The index: what is there, and what needs somebody."""
    today, actor = clock.today(), request.user
    unconfirmed = payers.payers(actor=actor, show="unconfirmed")
    silent = payers.payers(actor=actor, show="no_phone")
    open_with = payer_balances.open_with_payers(practice_ids(actor))
    nothing = payer_balances.OpenWithPayer()
    practices = list(selectors.practices_of(actor))
    context = {
        "today": today,
        "unconfirmed": [(row, open_with.get(row.pk, nothing)) for row in unconfirmed],
        "silent": [(row, open_with[row.pk]) for row in silent if row.pk in open_with],
        "expiring": payers.expiring(actor=actor, today=today),
        "unknown_providers": file_actions.unknown_providers_waiting(actor)
        if may(actor, Capability.IMPORT_FILES)
        else [],
        "nowhere": [row for row in practices if row.is_active and not row.state],
        "unstaffed": [row for row in practices if row.is_active and not getattr(row, "workers", 0)],
        "emergencies": emergencies.waiting(actor=actor),
        "of_the_work": attention_of(actor, today),
        "payer_count": payers.payers(actor=actor).count(),
        "unverified_count": len(payers.unverified(today=today)),
        "contract_count": payers.contract_list(actor=actor).count(),
        "practice_count": len(practices),
        "override_count": adjustment_rules.overrides(actor=actor).count(),
        "holiday": min(day for year in (today.year, today.year + 1) for day in federal_holidays(year) if day >= today),
        "may_change": may_change(request),
        "may_share": may_change_shared(request),
        "may_open": may(actor, Capability.OPEN_PRACTICES),
        "may_grant": may(actor, Capability.GRANT_ACCESS),
        "may_manage_people": may(actor, Capability.MANAGE_PEOPLE),
        "may_review": may(actor, Capability.REVIEW_EMERGENCIES),
        "may_configure_integrations": may(actor, Capability.CONFIGURE_INTEGRATIONS),
        "may_see_audit": may(actor, Capability.SEE_AUDIT),
    }
    context["needs_attention"] = not practices or any(context[name] for name in _ATTENTION)
    return TemplateResponse(request, "claims/setup/index.html", context)


@page(Capability.SEE_CLAIMS)
def practices(request: StaffRequest) -> HttpResponseBase:
    """The practices that the reader may see."""
    context = {
        "practices": selectors.practices_of(request.user),
        "may_change": may_change(request),
        "may_open": may(request.user, Capability.OPEN_PRACTICES),
    }
    return TemplateResponse(request, "claims/setup/practices.html", context)


@page(Capability.OPEN_PRACTICES)
def practice_new(request: StaffRequest) -> HttpResponseBase:
    """Open a practice."""
    named = {name: request.GET[name] for name in ("name", "npi", "tin") if name in request.GET}
    form = PracticeForm(posted(request), initial=named)

    def save() -> str:
        facts = form.facts()
        opened = services.open_practice(facts, actor=request.user, now=clock.now())
        _say_saved(request, f"{facts.name} is open. Give its people access at each person, under People.", facts)
        return reverse("practice_edit", args=[opened.pk])

    done = reverse("practices")
    return form_page(
        request, form, save, title="New practice", crumbs=_crumbs(), done=done, submit="Open the practice", said=""
    )


@page(Capability.CONFIGURE_PAYERS)
def practice_edit(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """Change a practice; who may see it is set at each person."""
    found = selectors.practice_of(practice_id, actor=request.user)
    form = PracticeForm(posted(request), initial={name: getattr(found, name) for name in PracticeForm.base_fields})

    def save() -> str:
        facts = form.facts()
        services.change_practice(practice_id, facts, actor=request.user, now=clock.now())
        _say_saved(request, "Saved.", facts)
        return ""

    people = selectors.staff_of(found)
    done = reverse("practices")
    return form_page(
        request, form, save, title=found.name, crumbs=_crumbs(), done=done, said="", people=people,
        may_manage_people=may(request.user, Capability.MANAGE_PEOPLE),
    )  # fmt: skip


@page(Capability.SEE_CLAIMS)
def adjustments(request: StaffRequest) -> HttpResponseBase:
    """What each adjustment does when a remittance posts: overrides first, then the shipped table."""
    today, group, search = clock.today(), request.GET.get("group", ""), request.GET.get("q", "")
    shipped, words = adjustment_rules.shipped_rules(group=group, search=search), adjustment_rules.WORDS
    context = {
        "overrides": [
            (row, words[Treatment(row.treatment)], standing(row.valid_from, row.valid_to, today),
             _meaning(row.carc, row.rarc))
            for row in adjustment_rules.overrides(actor=request.user)
        ],
        "shipped": [(rule, words[rule.treatment], _meaning(rule.carc, rule.rarc)) for rule in shipped],
        "group": group, "q": search, "groups": ("CO", "PR", "OA", "PI", "CR"), "today": today,
        "may_change": may_change(request), "may_share": may_change_shared(request),
    }  # fmt: skip
    return TemplateResponse(request, "claims/setup/adjustments.html", context)


@page(Capability.CONFIGURE_PAYERS)
def adjustment_new(request: StaffRequest) -> HttpResponseBase:
    """Override what an adjustment does, from a day on."""
    named = [(row.pk, row.name) for row in payers.payers(actor=request.user)]
    words = [(one.value, word[0].upper() + word[1:]) for one, word in adjustment_rules.WORDS.items()]
    initial = {name: request.GET.get(name, "") for name in ("group", "carc", "rarc", "payer_id") if name in request.GET}
    form = OverrideForm(
        posted(request),
        initial=initial,
        payers=named,
        practices=[(one.pk, one.name) for one in selectors.practices_of(request.user)],
        may_share=may_change_shared(request),
        treatments=words,
        today=clock.today(),
    )

    def save() -> str:
        adjustment_rules.add_override(
            adjustment_rules.TreatmentDraft(**_override(form)), actor=request.user, now=clock.now()
        )
        return ""

    return form_page(
        request, form, save, title="Override an adjustment", submit="Add the override", done=reverse("adjustments"),
        crumbs=[(reverse("setup"), "Setup"), (reverse("adjustments"), "Adjustments")],
        intro="Counts for remittances that post from then on; what is posted stays as posted.",
        shared=may_change_shared(request),
    )  # fmt: skip


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def adjustment_end(request: StaffRequest, override_id: int) -> HttpResponseBase:
    """End an override as soon as may be; one that has not begun is withdrawn."""
    today = clock.today()
    last = adjustment_rules.end_override(override_id, last_day=None, actor=request.user, today=today, now=clock.now())
    messages.success(request, "Withdrawn." if last is None else f"Ended. {_speaks_again(last, today)}")
    return redirect("adjustments")


def _speaks_again(last: dt.date, today: dt.date) -> str:
    return f"The shipped table speaks again from {'today' if last < today else 'tomorrow'}."


def _override(form: OverrideForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {**data, "carc": data["carc"].strip().upper(), "rarc": data["rarc"].strip().upper()}


def _meaning(carc: str | None, rarc: str | None) -> str:
    """What the codes say: `authorization missing; with documentation missing`."""
    return "; with ".join(([carc_words(carc)] if carc else []) + ([rarc_words(rarc)] if rarc else []))


def _say_saved(request: StaffRequest, said: str, facts: PracticeFacts) -> None:
    """Say so, and have the files that waited for this practice read again."""
    count = file_actions.reread_files_naming(npi=facts.npi, tin=facts.tin, actor=request.user, now=clock.now())
    waited = f" {count} refused file{'s' * (count != 1)} of this practice {'is' if count == 1 else 'are'} read again."
    messages.success(request, said + (waited if count else ""))


def _crumbs() -> list[Crumb]:
    return [(reverse("setup"), "Setup"), (reverse("practices"), "Practices")]
