"""Changing a draft: its segments and their steps, one form at a time, each kept as soon as it is sent."""

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError, NotFound
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from collections_app.strategies import selectors, services
from collections_app.strategies.definition import (
    Definition,
    from_plain,
    moved,
    new_key,
    put_step,
    with_segment,
)
from collections_app.strategies.segments import Segment
from collections_app.strategies.steps import StrategyStep
from collections_app.web.strategy_forms import SegmentForm, StrategyStepForm

if TYPE_CHECKING:
    from collections_app.strategies.models import StrategyVersion

#: In the place of a key: one that is to be made.
NEW = "new"


@page(Capability.CONFIGURE_PAYERS)
def segment(request: StaffRequest, strategy_version_id: int, segment_key: str) -> HttpResponseBase:
    """Name a segment and say whom it takes; the last one takes everybody else."""
    version, definition = _draft(request, strategy_version_id)
    found = None if segment_key == NEW else _segment(definition, segment_key)
    form = SegmentForm(
        posted(request), held=found.conditions if found else (), initial={"name": found.name if found else ""}
    )
    is_last = found is not None and found is definition.segments[-1]
    context = {"version": version, "segment": found, "form": form, "is_last": is_last, "is_step": False}
    if not form.is_bound or not form.is_valid():
        return _form(request, context)
    keys = [one.key for one in definition.segments]
    made = Segment(
        found.key if found else new_key(keys, "g"), form.cleaned_data["name"], () if is_last else form.conditions,
        found.steps if found else (),
    )  # fmt: skip
    return _keep(request, version, with_segment(definition, made), context)


@page(Capability.CONFIGURE_PAYERS)
def step(request: StaffRequest, strategy_version_id: int, segment_key: str, step_key: str) -> HttpResponseBase:
    """Add or change a step."""
    version, definition = _draft(request, strategy_version_id)
    found = _segment(definition, segment_key)
    held = None if step_key == NEW else _step(found, step_key)
    initial: dict[str, Any] = {"anchor": "start"}
    if held is not None:
        initial = {"kind": held.kind, "days": held.days, "anchor": held.anchor, "detail": held.detail}
    form = StrategyStepForm(posted(request), held=held.conditions if held else (), initial=initial)
    context = {"version": version, "segment": found, "held": held, "form": form, "is_step": True}
    if not form.is_bound or not form.is_valid():
        return _form(request, context)
    keys = [one.key for part in definition.segments for one in part.steps]
    made = form.step(held.key if held else new_key(keys, "s"))
    changed = with_segment(definition, replace(found, steps=put_step(found.steps, made)))
    return _keep(request, version, changed, context)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def segment_move(request: StaffRequest, strategy_version_id: int, segment_key: str) -> HttpResponseBase:
    """Up, down, or out: `do` says which. The last segment stays where it is."""
    version, definition = _draft(request, strategy_version_id)
    found, last = _segment(definition, segment_key), definition.segments[-1]
    if found is last:
        raise NotFound("The last segment takes everybody else: it stays.")
    others = definition.segments[:-1]
    if request.POST.get("do") == "remove":
        rest = tuple(one for one in others if one is not found)
    else:
        rest = moved(others, segment_key, -1 if request.POST.get("do") == "up" else 1)
    return _keep(request, version, Definition((*rest, last)), None)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def step_move(request: StaffRequest, strategy_version_id: int, segment_key: str, step_key: str) -> HttpResponseBase:
    """Earlier, later, or out: `do` says which."""
    version, definition = _draft(request, strategy_version_id)
    found = _segment(definition, segment_key)
    _step(found, step_key)
    if request.POST.get("do") == "remove":
        rest = tuple(one for one in found.steps if one.key != step_key)
    else:
        rest = moved(found.steps, step_key, -1 if request.POST.get("do") == "up" else 1)
    return _keep(request, version, with_segment(definition, replace(found, steps=rest)), None)


def _draft(request: StaffRequest, version_id: int) -> tuple["StrategyVersion", Definition]:
    version = selectors.own_version(version_id, actor=request.user)
    if version.state != version.State.DRAFT:
        raise NotFound("Only a draft is changed. Make one of this version first.")
    return version, from_plain(version.definition)


def _segment(definition: Definition, key: str) -> Segment:
    found = next((one for one in definition.segments if one.key == key), None)
    if found is None:
        raise NotFound("There is no such segment in this draft.")
    return found


def _step(segment: Segment, key: str) -> StrategyStep:
    found = next((one for one in segment.steps if one.key == key), None)
    if found is None:
        raise NotFound("There is no such step in this segment.")
    return found


def _form(request: StaffRequest, context: dict[str, Any], problem: DomainError | None = None) -> HttpResponseBase:
    form = context["form"]
    status = problem.status if problem else 422 if form.is_bound else 200
    return TemplateResponse(request, "collections/strategies/edit.html", context | {"problem": problem}, status=status)


def _keep(
    request: StaffRequest, version: "StrategyVersion", definition: Definition, context: dict[str, Any] | None
) -> HttpResponseBase:
    """Keep the draft as it is now, unless somebody changed it since the page was read."""
    seen: dt.datetime | None = parse_datetime(request.POST.get("seen", ""))
    try:
        services.save_draft(
            version.pk, definition, seen_at=seen or version.made_at, actor=request.user, now=clock.now()
        )
    except DomainError as error:
        if context is None:
            raise
        return _form(request, context, error)
    messages.success(request, "Kept in the draft.")
    return redirect("strategy", version.pk)
