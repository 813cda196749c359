"""My day: what is due, what waits, what was done, and the button that begins."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from arwork.lib import clock, events
from arwork.staff.access import Capability, may
from arwork.web.charts import Series, bar_chart
from arwork.web.formats import usd_short
from arwork.web.pages import StaffRequest, page
from claims.approvals import selectors as approvals
from collections_app.plans.lists import plan_counts
from collections_app.web.drafts import since
from collections_app.web.kind_tags import kind_tone, must_do_words
from collections_app.web.undo_bar import undoable
from collections_app.web.working_list import WORKING
from collections_app.worklist import absences, drafts, leases, orphans, results, saved_lists, selectors, window_counts
from collections_app.worklist import my_day as workday
from collections_app.worklist.lanes import LaneChoice
from collections_app.worklist.window_ladder import ESCALATE_DAYS

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.worklist.models import WorkItem

#: What a lane is, where it stands, for whoever has hardly worked here yet.
_LANE_WORDS = {
    LaneChoice.APPOINTMENTS: "A lane goes before the ones below it. First: what was agreed with somebody, and pins.",
    LaneChoice.MUST_DO: "What the law or the office wants done, whatever it brings: disputes, refunds, assistance.",
    LaneChoice.SCORED: "Everything else by its score: dollars that the next step may bring for each minute of it.",
    LaneChoice.SMALL: "Too small to call about one by one: decide about all of them at once.",
}


@page(Capability.WORK_ITEMS)
def my_day(request: StaffRequest) -> HttpResponseBase:
    """Lane by lane: how many, how much, and why the first of them is first."""
    now, today, actor = clock.now(), clock.today(), request.user
    day = workday.my_day(actor=actor, today=today)
    first = workday.first_of_lanes(actor=actor, today=today)
    whys = selectors.whys(items=first.values(), today=today, now=now) if first else {}
    lanes = [
        {
            "total": total,
            "first": (item := first.get(total.lane)),
            "words": _LANE_WORDS[total.lane],
            "why": whys.get(item.pk, "") if item else "",
            "tone": kind_tone(item.kind) if item else "",
        }
        for total in day.lanes
    ]
    is_lead = may(actor, Capability.SEE_TEAM)
    context = {
        "day": day,
        "windows": window_counts.windows_owned(actor=actor, today=today),
        "led": window_counts.windows_led(actor=actor, today=today).at(ESCALATE_DAYS) if is_lead else None,
        "lanes": lanes,
        "standing_in": (covered := absences.standing_in(actor=actor, today=today)),
        "covered_due": sum(one.count for one in covered),
        "must_do": must_do_words(day.must_do),
        "held": (held := leases.holding(actor=actor, now=now).first()),
        "held_name": held.number if held else "",
        "opening": workday.next_opening(day, now=now),
        "undoable": undoable(actor=actor, now=now),
        "drafts": [(one.item, since(one, today=today)) for one in drafts.drafts_of(actor=actor)],
        "before": weekday(day.before_on, today),
        "greeting": greeting(timezone.localtime(now)),
        "late": events.waiting(now=now),
        "is_lead": is_lead,
        "is_new": results.is_new(actor=actor),
        "lists": saved_lists.kept_lists(actor=actor),
        "working": request.session.get(WORKING),
        "may_work": True,
        "may_publish": may(actor, Capability.ASSIGN_WORK),
        "escalated": _escalated(actor, today),
        "own_cases": len(orphans.own_cases(actor=actor, today=today)),
        "unfollowed": orphans.unfollowed_count(actor=actor, today=today) if may(actor, Capability.ASSIGN_WORK) else 0,
        "plan_counts": plan_counts(actor, today=today, owner=actor.pk),
        "to_approve": _to_approve(actor, today) if may(actor, Capability.DECIDE_SECOND) else None,
        "today": today,
        "now": now,
    }
    return TemplateResponse(request, "collections/my_day.html", context)


@page(Capability.WORK_ITEMS)
def own_results(request: StaffRequest) -> HttpResponseBase:
    """Fourteen days of done and collected, and one's denials: asked for after the page is there."""
    today, actor = clock.today(), request.user
    days = results.fortnight(actor=actor, today=today)
    labels = [f"{one.on:%b} {one.on.day}" for one in days]
    ticks, span = [str(one.on.day) for one in days], f"{labels[0]} to {labels[-1]}"
    done = Series("outcomes", [one.done for one in days])
    collected = Series("cash on what you own", [one.collected for one in days])
    context = {
        "days": days if any(one.done or one.collected for one in days) else (),
        "done": bar_chart(f"Done, {span}", labels, [done], ticks=ticks, is_narrow=True),
        "collected": bar_chart(f"Collected, {span}", labels, [collected], ticks=ticks, is_narrow=True, write=usd_short),
        "denials": results.own_denials(actor=actor, today=today),
        "today": today,
    }
    return TemplateResponse(request, "collections/partials/my_results.html", context)


def _escalated(actor: "User", today: dt.date) -> "tuple[int, WorkItem] | None":
    """How many wait for this supervisor's answer, and the first of them; None where nothing does."""
    if not may(actor, Capability.ASSIGN_WORK):
        return None
    waiting = selectors.escalated(actor=actor, today=today)
    first = waiting.first()
    return (waiting.count(), first) if first else None


def _to_approve(actor: "User", today: dt.date) -> dict[str, Any] | None:
    """What waits for this person's approval: how many, how much, and how many of them too long; None where nothing."""
    rows = approvals.mine_to_decide(actor, today)
    found = rows.order_by().aggregate(count=Count("pk"), amount=Sum("amount"))
    return found | {"late": approvals.escalated(rows, today).count()} if found["count"] else None


def weekday(day: dt.date | None, today: dt.date) -> str:
    """What people call a day of this week or the last: `Yesterday`, `Friday`."""
    return "Yesterday" if day is None or day == today - dt.timedelta(days=1) else f"{day:%A}"


def greeting(local: dt.datetime) -> str:
    """By the clock of the office."""
    return "Good morning" if local.hour < 12 else ("Good afternoon" if local.hour < 18 else "Good evening")
