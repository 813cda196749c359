"""Whose webhooks somebody sees: those of their practices."""

from django.db.models import Count, F, Max, Q, QuerySet

from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from arwork.staff.models import User
from arwork.webhooks.models import Webhook, WebhookDelivery

SHOWN = 100


def webhooks_seen_by(actor: User) -> QuerySet[Webhook]:
    """Those of the actor's practices: what is on first, then the newest first."""
    require(actor, Capability.CONFIGURE_INTEGRATIONS)
    rows = Webhook.objects.filter(practice_id__in=practice_ids(actor)).select_related("opened_by").defer("secret")
    return rows.order_by(F("off_at").desc(nulls_first=True), "-pk")


def with_figures(rows: QuerySet[Webhook]) -> QuerySet[Webhook]:
    """The same, with how many deliveries wait and failed, and when one last arrived."""
    state = WebhookDelivery.State
    return rows.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=state.WAITING)),
        failed=Count("deliveries", filter=Q(deliveries__state=state.FAILED)),
        arrived_at=Max("deliveries__tried_at", filter=Q(deliveries__state=state.SENT)),
    )


def webhook(webhook_id: int, *, actor: User) -> Webhook:
    """One of them. Raises `NotFound`."""
    found = webhooks_seen_by(actor).filter(pk=webhook_id).first()
    if found is None:
        raise NotFound("There is no such webhook in your practices.")
    return found


def latest_deliveries(found: Webhook, *, state: str = "") -> list[WebhookDelivery]:
    """The last hundred of a webhook, the newest first; of one state, where it names one."""
    rows = WebhookDelivery.objects.filter(webhook=found).order_by("-pk")
    if state in WebhookDelivery.State.values:
        rows = rows.filter(state=state)
    return list(rows[:SHOWN])
