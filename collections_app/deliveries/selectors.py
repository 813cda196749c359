"""Questions about deliveries: what waits, what failed and why, batches."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from arwork.staff.access import Capability, practice_ids, require
from claims.parties.selectors import same_accounts
from collections_app.deliveries.models import Delivery, DeliveryEvent, PrintBatch

if TYPE_CHECKING:
    from arwork.staff.models import User

State = Delivery.State
FAILED = Q(state__in=(State.BOUNCED, State.RETURNED, State.REFUSED), settled_at=None)
#: The lists of the outbox: code, words, what is in it.
LISTS: dict[str, tuple[str, Q]] = {
    "failed": ("To see to", FAILED),
    "waiting": ("Waiting", Q(state=State.QUEUED)),
    "sent": ("Sent", Q(state__in=(State.SENT, State.DELIVERED))),
    "all": ("All", Q()),
}


def deliveries(actor: "User", which: str, *, channel: str = "") -> QuerySet[Delivery]:
    """The deliveries of one list of the actor's practices, the newest first; what waits or failed the oldest first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = Delivery.objects.filter(LISTS[which][1], practice__in=practice_ids(actor))
    if channel in Delivery.Channel.values:
        rows = rows.filter(channel=channel)
    rows = rows.select_related("account__guarantor", "practice", "queued_by", "letter", "batch")
    return rows.order_by("queued_at", "pk") if which in ("failed", "waiting") else rows.order_by("-queued_at", "-pk")


def counts(actor: "User") -> dict[str, int]:
    """How many are in each list. One query."""
    asked = {code: Count("pk", filter=condition) for code, (_, condition) in LISTS.items() if code != "all"}
    found = Delivery.objects.filter(practice__in=practice_ids(actor)).aggregate(**asked)
    return {code: int(found[code]) for code in asked}


def failed_count(actor: "User", _today: dt.date) -> int:
    """How many failed and nobody has seen to."""
    return counts(actor)["failed"]


def events_of(delivery: Delivery) -> QuerySet[DeliveryEvent]:
    """Each step of a delivery, the first one first."""
    return delivery.events.select_related("by").order_by("pk")


def deliveries_of_account(account_id: int) -> QuerySet[Delivery]:
    """What went to the guarantor of an account, or waits, the newest first."""
    rows = Delivery.objects.filter(account__in=same_accounts(account_id))
    return rows.select_related("queued_by", "letter").order_by("-queued_at", "-pk")


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """How many letters of a practice wait to be printed."""

    practice_id: int
    practice: str
    count: int


def waiting_mail(actor: "User") -> list[WaitingMail]:
    """Letters that wait for a batch, by practice. One query."""
    rows = Delivery.objects.filter(
        channel=Delivery.Channel.MAIL, state=State.QUEUED, practice__in=practice_ids(actor)
    ).order_by("practice__name")
    return [WaitingMail(*row) for row in rows.values_list("practice_id", "practice__name").annotate(Count("pk"))]


def batches(actor: "User") -> QuerySet[PrintBatch]:
    """Print batches, the newest first."""
    rows = PrintBatch.objects.filter(practice__in=practice_ids(actor))
    return rows.select_related("practice", "made_by").order_by("-pk")
