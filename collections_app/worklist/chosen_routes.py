"""A route that was chosen becomes the next step of the claim's item, and is taken back with it; and what the work has
learned of denials like one, for the routes to be weighed by."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum

from arwork.staff.access import practice_ids
from claims.billing.buckets import PAYERS
from collections_app.routes.listening import ChosenStep, LearnedFacts
from collections_app.routes.route_facts import RouteResults
from collections_app.worklist import facts, queue
from collections_app.worklist.actions import TooLate, record_work_action, snapshot_item, undo_action
from collections_app.worklist.dispositions import ROUTE_CHOSEN
from collections_app.worklist.item_score import rescore
from collections_app.worklist.leases import HeldByOther, other_holder
from collections_app.worklist.models import OPEN, WorkAction, WorkItem
from collections_app.worklist.rate_models import PayerPace, SegmentRate
from collections_app.worklist.scoring import allowed_share

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Work that a denial can be about; a credit or a patient's balance has its own next step.
_KINDS = ("denied", "underpaid", "no_response", "rejected")


class RouteWork:
    """The worklist as a follower of chosen routes."""

    def follow(self, step: ChosenStep, *, actor: "User", today: dt.date, now: dt.datetime) -> bool:
        """Plan the step on the open item of the claim; whether there is one. Raises `HeldByOther`."""
        rows = WorkItem.objects.select_for_update(no_key=True).filter(
            OPEN, claim=step.claim_id, kind__in=_KINDS, practice__in=practice_ids(actor)
        )
        item = rows.first()
        if item is None:
            return False
        if (other := other_holder(item, actor, now=now)) is not None:
            raise HeldByOther(f"{other.holder} is working on it now.", item_id=item.pk)
        before = snapshot_item(item)
        item.next_action, item.next_on, item.because = step.next_action, step.next_on, step.because[:200]
        item.next_at = item.appointment_on = item.snoozed_until = None
        item.escalated_at = item.escalated_by_id = None
        item.wake_events, item.woken_by = "remit document", ""
        item.decided_at = item.last_worked_at = now
        item.owner_id = item.owner_id or actor.pk
        item.touches += 1
        rescore(item, facts.context_of_item(item, today=today, now=now))
        item.save()
        kept = {"route_choice": step.choice_id, "reason": step.because}
        record_work_action(item, ROUTE_CHOSEN, by=actor, at=now, before=before, entered=kept)
        queue.sync_queue([item.pk], today=today)
        return True

    def take_back(self, step: ChosenStep, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
        """The item as it was before. Raises `TooLate` where anything was recorded since."""
        rows = WorkAction.objects.filter(item__claim=step.claim_id, disposition=ROUTE_CHOSEN, by=actor, undone_by=None)
        action = rows.order_by("-pk").first()
        if action is None or action.entered.get("route_choice") != step.choice_id:
            raise TooLate("Something was recorded after it, or it was undone already.")
        undo_action(actor=actor, action_id=action.pk, now=now, today=today, is_taken_up=False)


def learned_of_denials(claim_id: int, *, payer_id: int, payer_class: str) -> LearnedFacts:
    """What the practice has learned of denials of this class of payers, by category; what is allowed of the denied
    dollars by its contract, else as the score counts. Three queries."""
    item = WorkItem.objects.filter(claim=claim_id, state="open").order_by("-pk").first()
    if item is None:
        return LearnedFacts(Decimal(1), 0, {})
    pace = PayerPace.objects.filter(practice=item.practice_id, payer=payer_id).first()
    minutes = pace.minutes / pace.timed if pace and pace.timed else 0
    told = (float(pace.allowed / pace.charged), pace.remitted) if pace and pace.charged else (0.0, 0)
    share = Decimal(1)
    if item.bucket == PAYERS[0]:
        share = Decimal(str(round(allowed_share(payer_class, *told), 4)))
    if item.contract_allowed is not None and item.amount > 0:
        share = min(item.contract_allowed / item.amount, Decimal(1))
    rates = SegmentRate.objects.filter(
        practice=item.practice_id, kind="denied", payer_class=payer_class, at_stake__gt=0
    )
    sums = rates.order_by().values_list("category").annotate(Sum("decided"), Sum("at_stake"), Sum("recovered"))
    results = {
        category: RouteResults(round(decided * min(came / stake, Decimal(1))), decided)
        for category, decided, stake, came in sums
        if decided
    }
    return LearnedFacts(share, minutes, results)
