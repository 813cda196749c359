"""What went to a patient, what they answered, and what they did on their own page, as events in words."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from claims.billing.selectors import same_claims
from claims.parties.selectors import same_accounts
from collections_app.deliveries.models import Delivery, Reply
from collections_app.deliveries.numbers import number_of
from collections_app.portal.deeds import BY, deeds_on
from collections_app.portal.models import PortalDeed
from collections_app.worklist.timeline_books import TimelineEvent

_TONES = {"bounced": "red", "returned": "red", "refused": "amber", "delivered": "green"}
#: What somebody who works the account looks for; opening and reading is in the trail.
_TOLD = Q(kind__in=("disputed", "assistance", "plan", "corrected", "chose", "paid", "asked"))


def delivery_events(account_id: int, *, most: int = 200) -> list[TimelineEvent]:
    """What left for the guarantor of an account, or could not, with what became of it. One query."""
    rows = Delivery.objects.filter(account__in=same_accounts(account_id)).select_related("queued_by", "letter")
    return [
        TimelineEvent(
            on=timezone.localdate(row.left_at or row.queued_at),
            at=row.left_at or row.queued_at,
            kind=row.get_channel_display(),
            words=f"{row.letter.title if row.letter else 'Message'}: {row.get_state_display().lower()}",
            detail=" · ".join(part for part in (number_of(row.pk), row.problem) if part),
            by=str(row.queued_by or ""),
            tone=_TONES.get(row.state, ""),
            step=5,
            by_id=row.queued_by_id,
        )
        for row in rows.order_by("-queued_at", "-pk")[:most]
    ]


def reply_events(account_id: int, *, most: int = 200) -> list[TimelineEvent]:
    """What the guarantor answered to texts. One query."""
    rows = Reply.objects.filter(account__in=same_accounts(account_id)).order_by("-heard_at", "-pk")
    return [
        TimelineEvent(
            on=timezone.localdate(row.heard_at),
            at=row.heard_at,
            kind="Text message",
            words="Answered" if not row.asked else f"Answered: {row.asked}",
            detail=row.words,
            by=BY,
            tone="amber" if row.settled_at is None else "",
            step=5,
        )
        for row in rows[:most]
    ]


def patient_events(*, account_id: int | None = None, claim_id: int | None = None) -> list[TimelineEvent]:
    """What the patient did on their page about an account, or about one claim. One query."""
    if claim_id:
        rows: Sequence[PortalDeed] = list(PortalDeed.objects.filter(claim__in=same_claims(claim_id)).order_by("pk"))
    else:
        rows = list(deeds_on(account_id or 0).filter(_TOLD))
    return [
        TimelineEvent(
            on=timezone.localdate(row.at),
            at=row.at,
            kind="Patient",
            words=str(row.get_kind_display()),
            detail=row.facts,
            by=BY,
            tone="amber" if row.kind in ("disputed", "assistance") else "",
            step=5,
        )
        for row in rows
    ]
