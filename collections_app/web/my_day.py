"""My day: what is due, what waits, what was done, and the button that begins."""

import datetime as dt

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from arwork.lib import clock, events
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from collections_app.web.drafts import since
from collections_app.web.kind_tags import kind_tone, must_do_words
from collections_app.web.undo_bar import undoable
from collections_app.worklist import drafts, leases, selectors, window_counts
from collections_app.worklist import my_day as workday
from collections_app.worklist.window_ladder import ESCALATE_DAYS


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
        "must_do": must_do_words(day.must_do),
        "held": (held := leases.holding(actor=actor, now=now).first()),
        "held_name": (held.claim or held.account or f"exception {held.exception_id}") if held else "",
        "opening": workday.next_opening(day, now=now),
        "undoable": undoable(actor=actor, now=now),
        "drafts": [(one.item, since(one, today=today)) for one in drafts.drafts_of(actor=actor)],
        "before": weekday(day.before_on, today),
        "greeting": greeting(timezone.localtime(now)),
        "late": events.waiting(now=now),
        "is_lead": is_lead,
        "today": today,
        "now": now,
    }
    return TemplateResponse(request, "collections/my_day.html", context)


def weekday(day: dt.date | None, today: dt.date) -> str:
    """What people call a day of this week or the last: `Yesterday`, `Friday`."""
    return "Yesterday" if day is None or day == today - dt.timedelta(days=1) else f"{day:%A}"


def greeting(local: dt.datetime) -> str:
    """By the clock of the office."""
    return "Good morning" if local.hour < 12 else ("Good afternoon" if local.hour < 18 else "Good evening")
