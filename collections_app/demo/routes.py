"""Routes of the demo: some denials whose best route was taken, and one of them taken against the advice, with why."""

import datetime as dt

from django.db import transaction

from arwork.lib import events
from arwork.lib.errors import DomainError
from arwork.staff.access import practice_ids
from claims.denials.models import Denial
from collections_app.demo.setting import collectors
from collections_app.routes import services
from collections_app.routes.models import RouteChoice
from collections_app.routes.selectors import routes_of_claim
from collections_app.worklist.models import WorkItem

_MOST = 8
_WHY = "The payer changed its policy this month; the representative asks for it."


def choose_some(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day: the largest denials that nobody has planned yet, in the order in which they came."""
    if RouteChoice.objects.exists():
        return
    people = collectors()
    denied = Denial.objects.filter(state=Denial.State.OPEN).order_by()
    items = WorkItem.objects.filter(
        state="open", kind="denied", claim__in=denied.values("claim"), decided_at=None, hold="", lease=None
    )
    ids = list(items.order_by("-amount", "claim").values_list("claim_id", "practice_id")[:_MOST])
    with events.quiet():
        for number, (claim_id, practice_id) in enumerate(ids):
            able = [one for one in people if practice_id in practice_ids(one)]
            found = routes_of_claim(claim_id or 0, today=until)
            if not able or not found or found[0].best is None:
                continue
            is_own = number == 1 and len(found[0].open_options) > 1
            option = found[0].open_options[1] if is_own else found[0].best
            try:
                with transaction.atomic():
                    services.choose(
                        claim_id or 0, denial_ids=[found[0].denial.pk], route=option.code, why=_WHY if is_own else "",
                        actor=able[number % len(able)], today=until, now=now - dt.timedelta(minutes=30 - number),
                    )  # fmt: skip
            except DomainError:
                continue
