"""Limits on pages: which figure holds, since when, by which source; an admin's own, entered and ended."""

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
from arwork.lib.background import enqueue
from arwork.lib.dated_rules import standing
from arwork.lib.errors import NotFound
from arwork.lib.ids import id_of
from arwork.staff.access import Capability, may, practice_choice
from arwork.web.pages import StaffRequest, page, posted
from claims.web.setup_pages import AttentionNeeded, form_page, may_change, may_change_shared
from collections_app.limits import selectors, services
from collections_app.limits.figures import LIMITS
from collections_app.limits.limit_kinds import ROLE, LimitKind
from collections_app.limits.selectors import ListedLimit
from collections_app.web.limit_forms import LimitForm, entered, figure, scope_words
from collections_app.worklist import rule_changes, team

if TYPE_CHECKING:
    from arwork.staff.models import User

_REFRESH = "collections_app.tasks.refresh_limits"
_TAGS = {"in force": "tag-green", "planned": "tag-blue", "ended": "", "outranked": ""}


@dataclass(frozen=True, slots=True)
class ShownLimit:
    """One row for people."""

    listed: ListedLimit
    label: str
    figure: str
    scope: str
    stands: str
    tag: str
    link: str
    may_share: bool  # the reader sets figures for every practice

    @property
    def words(self) -> str:
        """Which limit it is, for whoever hears the button without seeing the row."""
        return " ".join(part for part in (self.label, self.scope, self.listed.practice) if part)

    @property
    def override_url(self) -> str:
        row = self.listed.row
        asked = {"name": row.name, "scope": row.scope, "practice": row.practice_id or ""}
        return f"{reverse('limit_new')}?{urlencode({name: value for name, value in asked.items() if value})}"

    @property
    def can_end(self) -> bool:
        is_theirs = self.may_share or (self.listed.row.practice_id is not None and not self.is_owners)
        return is_theirs and self.listed.row.rule_id is not None and self.stands != "ended"

    @property
    def can_override(self) -> bool:
        return self.listed.holds and (self.may_share or not self.is_owners)

    @property
    def is_owners(self) -> bool:
        kind = LIMITS[self.listed.row.name]
        return kind.is_shared or kind.scope == ROLE


def attention_needed(actor: "User", today: dt.date) -> list[AttentionNeeded]:
    """For Setup: what no shipped figure can know."""
    silent = team.practices_without_statements(actor=actor, today=today)
    if not silent:
        return []
    of = "1 practice" if len(silent) == 1 else f"{len(silent)} practices"
    why = f"of {of}: until it is said, nobody is handed a call to a patient of whom no statement is known"
    return [AttentionNeeded("statements", reverse("limits"), "When first statements are sent", why)]


@page(Capability.SEE_CLAIMS)
def limits(request: StaffRequest) -> HttpResponseBase:
    """Every figure of law and practice by name: what holds, what was entered, what is shipped."""
    today = clock.today()
    groups: dict[str, list[ShownLimit]] = {}
    unset: dict[str, list[LimitKind]] = {}
    may_share = may_change_shared(request)
    for kind, rows in selectors.limit_list(actor=request.user, today=today):
        groups.setdefault(kind.group, []).extend(_shown(one, kind, today, may_share=may_share) for one in rows)
        if kind.is_optional and not any(one.holds for one in rows):
            unset.setdefault(kind.group, []).append(kind)
    shown = [(name, rows, any(one.scope for one in rows), unset.get(name, [])) for name, rows in groups.items()]
    context = {"groups": shown, "may_change": may_change(request)}
    context["may_backtest"] = may(request.user, Capability.SEE_TEAM)
    return TemplateResponse(request, "collections/limits.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Let another figure hold from a day on."""
    kind = LIMITS.get(request.GET.get("name", ""))
    if kind is None:
        raise NotFound("There is no such limit. Choose one from the list.")
    practices = [(practice.id, practice.name) for practice in practice_choice(request.user).practices]
    practice_id = id_of(request.GET.get("practice", ""))
    initial = _initial(kind, request.GET.get("scope", ""), practice_id, clock.today())
    form = LimitForm(
        posted(request), initial=initial, kind=kind, practices=practices, today=clock.today(),
        may_share=may_change_shared(request),
    )  # fmt: skip

    def save() -> str:
        services.add_limit(form.draft(), actor=request.user, now=clock.now())
        messages.success(request, f"The limit is saved.{_carry(kind.code)}")
        return ""

    return form_page(
        request, form, save, title=f"{_verb(kind, form)}: {kind.label}", submit="Save the limit", said="",
        done=reverse("limits"),
        crumbs=[(reverse("setup"), "Setup"), (reverse("limits"), "Limits")],
        intro="One that was entered before for the same ends the day before; what was decided by it stays decided. "
        "Entered for every practice it counts also for those that you don’t see, and stands in the audit trail.",
    )  # fmt: skip


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def end(request: StaffRequest, limit_id: int) -> HttpResponseBase:
    """End a limit as soon as may be; one that has not begun is withdrawn."""
    today = clock.today()
    name = selectors.limit(limit_id, actor=request.user).name
    last = services.end_limit(limit_id, actor=request.user, today=today, now=clock.now())
    if last is None:
        messages.success(request, "Withdrawn.")
    else:
        again = "today" if last < today else "tomorrow"
        messages.success(request, f"Ended. The figure behind it holds again from {again}.{_carry(name)}")
    return redirect("limits")


def _verb(kind: LimitKind, form: LimitForm) -> str:
    """What is entered where nothing holds yet overrides nothing."""
    return "Set" if kind.is_optional and "value" not in form.initial else "Override"


def _carry(name: str) -> str:
    """Have open items follow, and say so."""
    if name not in rule_changes.OF_LIMITS:
        return ""
    enqueue(_REFRESH, name=name)
    return " Open items follow within a minute, or on its day."


def _initial(kind: LimitKind, scope: str, practice_id: int | None, today: dt.date) -> dict[str, Any]:
    """The figure that holds, to be changed: an admin rarely starts from nothing."""
    row = selectors.limit_book().pick(kind.code, on=today, scope=scope, practice_id=practice_id)
    asked = {"scope": scope, "practice_id": practice_id or ""}
    return asked | ({"value": entered(row.value, kind.unit)} if row else {})


def _shown(listed: ListedLimit, kind: LimitKind, today: dt.date, *, may_share: bool) -> ShownLimit:
    row = listed.row
    stands = standing(row.valid_from, row.valid_to, today)
    stands = "outranked" if stands == "in force" and not listed.holds else stands
    links = [word.strip(";,") for word in row.source.split() if word.startswith("https://")]
    return ShownLimit(
        listed=listed,
        label=f"{kind.label[0].upper()}{kind.label[1:]}",
        figure=figure(row.value, kind.unit),
        scope=scope_words(row, kind),
        stands=stands,
        tag=_TAGS[stands],
        link=links[0] if links else "",
        may_share=may_share,
    )
