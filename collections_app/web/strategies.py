"""Strategies: what is in force for each practice, drafts and tests; one version with its timelines; publishing it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff.access import Capability
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page, posted
from claims.practices.selectors import practices_of
from claims.web.setup_pages import may_change
from collections_app.strategies import selectors, services, testing, what_if
from collections_app.strategies.definition import changes, condition_words, from_plain, problems, warnings
from collections_app.strategies.entering import in_force
from collections_app.strategies.steps import IN_ORDER, KIND_WORDS, Anchor, StepKind, StrategyStep
from collections_app.web.strategy_forms import BeginForm, PublishForm, TryForm

PLACE = HubPlace(
    "strategies", "Strategies", "Which steps accounts take, and what waits for a person", selectors.waiting_count
)
_TAGS = {"draft": "tag-amber", "published": "tag-green", "tried": "tag-blue", "withdrawn": ""}
_TOMORROW = dt.timedelta(days=1)


@page(Capability.SEE_CLAIMS)
def strategies(request: StaffRequest) -> HttpResponseBase:
    """What each practice follows, what is drafted, what is tried."""
    return _show_list(request)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def begin(request: StaffRequest) -> HttpResponseBase:
    """A new strategy, as a draft."""
    form = _begin_form(request)
    if not form.is_valid():
        return _show_list(request, form, status=422)
    try:
        made = services.begin(**form.cleaned_data, actor=request.user, now=clock.now())
    except services.BadStrategy as error:
        form.add_error(str(error.facts["field"]), error.message)
        return _show_list(request, form, status=error.status)
    messages.success(request, "A draft. Nothing follows it until it is published.")
    return redirect("strategy", made.pk)


@page(Capability.SEE_CLAIMS)
def strategy(request: StaffRequest, strategy_version_id: int) -> HttpResponseBase:
    """One version: its segments, each with its timeline."""
    version = selectors.own_version(strategy_version_id, actor=request.user)
    definition = from_plain(version.definition)
    is_draft = version.state == version.State.DRAFT
    context = {
        "version": version,
        "tag": _TAGS[version.state],
        "segments": [
            (one, condition_words(one.conditions), timeline(one.steps), place == len(definition.segments) - 1)
            for place, one in enumerate(definition.segments)
        ],
        "is_draft": is_draft,
        "may_change": may_change(request),
        "problems": problems(definition) if is_draft else [],
        "warnings": warnings(definition),
        "can_end": version.state == version.State.PUBLISHED and version.to_on is None,
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/strategies/strategy.html", context)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def draft(request: StaffRequest, strategy_version_id: int) -> HttpResponseBase:
    """The draft of this strategy: the one there is, or a copy of this version."""
    made = services.draft_from(strategy_version_id, actor=request.user, now=clock.now())
    return redirect("strategy", made.pk)


@page(Capability.CONFIGURE_PAYERS)
def publish(request: StaffRequest, strategy_version_id: int) -> HttpResponseBase:
    """The second look: what the draft changes, then its first day."""
    version = selectors.own_version(strategy_version_id, actor=request.user)
    today, definition = clock.today(), from_plain(version.definition)
    initial = {"from_on": today + _TOMORROW, "seen": version.changed_at.isoformat()}
    form, problem = PublishForm(posted(request), initial=initial), None
    if form.is_bound and form.is_valid():
        try:
            services.publish(
                version.pk, from_on=form.cleaned_data["from_on"],
                seen_at=parse_datetime(form.cleaned_data["seen"]) or version.made_at, actor=request.user, today=today,
                now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            problem = error
        else:
            messages.success(request, "Published. Until its first day it can be withdrawn.")
            return redirect("strategy", version.pk)
    force = in_force(version.practice_id, on=today)
    before = force.definitions[force.champion.pk] if force else None
    context = {
        "version": version,
        "form": form,
        "problem": problem,
        "before": force.champion if force else None,
        "changes": changes(before, definition) if before else [],
        "warnings": warnings(definition),
        "problems": problems(definition),
        "what_if": getattr(version, "what_if", None),
    }
    status = problem.status if problem else 422 if form.errors else 200
    return TemplateResponse(request, "collections/strategies/publish.html", context, status=status)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def withdraw(request: StaffRequest, strategy_version_id: int) -> HttpResponseBase:
    """Drop a draft, take back what was to begin, or end what is in force."""
    services.withdraw(strategy_version_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "Done. What was recorded under it stays.")
    return redirect("strategies")


@page(Capability.SEE_REPORTS)
def what_if_page(request: StaffRequest, strategy_version_id: int) -> HttpResponseBase:
    """What a version would do over today's books; asked for by POST."""
    version = selectors.own_version(strategy_version_id, actor=request.user)
    if request.method == "POST":
        what_if.ask(version.pk, actor=request.user, today=clock.today(), now=clock.now())
        return redirect("strategy_what_if", version.pk)
    asked = getattr(version, "what_if", None)
    people = selectors.people_of(version.practice_id)
    context = {
        "version": version,
        "asked": asked,
        "is_old": asked is not None and asked.asked_on != clock.today(),
        "found": what_if.shown(asked, people=people) if asked and asked.finished_at else None,
        "people": people,
    }
    return TemplateResponse(request, "collections/strategies/what_if.html", context)


@page(Capability.CONFIGURE_PAYERS)
def try_out(request: StaffRequest, strategy_version_id: int) -> HttpResponseBase:
    """Try a draft on a share of the accounts."""
    version = selectors.own_version(strategy_version_id, actor=request.user)
    form, problem = TryForm(posted(request)), None
    if form.is_bound and form.is_valid():
        try:
            test = testing.start_test(
                version.pk, percent=form.cleaned_data["percent"], actor=request.user, today=clock.today(),
                now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            problem = error
        else:
            messages.success(request, "The test begins tomorrow.")
            return redirect("strategy_test", test.pk)
    context = {"version": version, "form": form, "problem": problem}
    status = problem.status if problem else 422 if form.errors else 200
    return TemplateResponse(request, "collections/strategies/try.html", context, status=status)


@page(Capability.SEE_REPORTS)
def test(request: StaffRequest, strategy_test_id: int) -> HttpResponseBase:
    """Both arms side by side, and what the difference is worth."""
    found = selectors.own_test(strategy_test_id, actor=request.user)
    results = testing.results_of(found, today=clock.today())
    context = {
        "test": found,
        "arms": [
            ("Champion", found.champion, results.champion, 100 - found.challenger_percent),
            ("Challenger", found.challenger, results.challenger, found.challenger_percent),
        ],
        "verdict": results.verdict,
        "may_change": may_change(request),
    }
    return TemplateResponse(request, "collections/strategies/test.html", context)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def test_end(request: StaffRequest, strategy_test_id: int) -> HttpResponseBase:
    """End a test; the challenger may become the champion."""
    has_won = request.POST.get("winner") == "challenger"
    testing.end_test(strategy_test_id, has_won=has_won, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "The challenger is in force from tomorrow on." if has_won else "The champion goes on.")
    return redirect("strategy_test", strategy_test_id)


def timeline(steps: tuple[StrategyStep, ...]) -> list[dict[str, Any]]:
    """Steps as a strip shows them, each with its place and the day it stands at."""
    found, day = [], 0
    for step in steps:
        if step.anchor in IN_ORDER:
            day = step.days if step.anchor is Anchor.START else day + step.days
        found.append({
            "step": step,
            "word": KIND_WORDS[step.kind],
            "day": f"Day {day}" if step.anchor in IN_ORDER else step.words.removeprefix(f"{KIND_WORDS[step.kind]} "),
            "is_event": step.anchor not in IN_ORDER,
            "only_if": condition_words(step.conditions) if step.conditions else "",
            "is_hard": step.kind in (StepKind.FINAL_NOTICE, StepKind.PLACEMENT),
        })  # fmt: skip
    return found


def _begin_form(request: StaffRequest) -> BeginForm:
    return BeginForm(posted(request), practices=[(one.pk, one.name) for one in practices_of(request.user)])


def _show_list(request: StaffRequest, form: BeginForm | None = None, *, status: int = 200) -> HttpResponseBase:
    today = clock.today()
    shown = []
    for one in selectors.versions_seen(request.user):
        is_over = one.to_on is not None and one.to_on < today
        is_to_come = one.from_on is not None and one.from_on > today
        words = "Ended" if is_over else "Begins" if is_to_come else "In force" if one.state == "published" else None
        shown.append((one, words or one.get_state_display(), "" if is_over else _TAGS[one.state], is_over))
    context = {
        "versions": sorted(shown, key=lambda row: (row[3], row[0].practice.name)),
        "tests": selectors.tests_seen(request.user),
        "waiting": selectors.waiting_count(request.user, today),
        "form": form or BeginForm(practices=[(one.pk, one.name) for one in practices_of(request.user)]),
        "may_change": may_change(request),
    }
    return TemplateResponse(request, "collections/strategies/strategies.html", context, status=status)
