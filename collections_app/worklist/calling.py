"""The calls behind an item: which call an outcome tells of, and what the calls of a week forbid.

Whoever takes an outcome back and logs another one at once corrects what they told of one call: it counts once, as it
was told last. A call whose outcome is taken back and not told anew was made all the same, and goes on counting.
"""

import datetime as dt
from typing import TYPE_CHECKING

from collections_app.contacts.frequency import Call, Pause, pause_after
from collections_app.contacts.selectors import calls_to, limit_of
from collections_app.worklist.dispositions import Disposition
from collections_app.worklist.models import WorkAction, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User

AT_ONCE = dt.timedelta(minutes=10)


def told_before(item: WorkItem, *, actor: "User", now: dt.datetime) -> int | None:
    """The contact that `actor` took back on the item a moment ago and now tells anew. One query."""
    last = WorkAction.objects.filter(item=item).select_related("reverses").order_by("-pk").first()
    if last is None or last.reverses is None or last.by_id != actor.pk or now - last.at > AT_ONCE:
        return None
    return last.reverses.contact_id


def pause_of(item: WorkItem, chosen: Disposition, *, actor: "User", today: dt.date, now: dt.datetime) -> Pause | None:
    """What forbids calling the guarantor again after this outcome, the call that it tells of included."""
    if item.account is None:
        return None
    guarantor = item.account.guarantor
    is_call = chosen.is_attempt or chosen.is_contact
    retold = told_before(item, actor=actor, now=now) if is_call else None
    calls = calls_to(guarantor.pk, today=today, besides=retold)
    if is_call:
        calls.append(Call(today, is_conversation=chosen.is_contact))
    address = guarantor.addresses.filter(is_current=True).order_by("-pk").first()
    return pause_after(calls, limit_of(address), today=today)
