"""The history of cases and referrals: events that nobody changes, and the audit trail beside them."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from collections_app.legal.models import WORDS, CourtCase, LegalEvent, LegalReferral

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

#: What the history calls an event.
EVENTS = {
    "opened": "Opened",
    "planned": "Next step set",
    "noticed": "The notice of the court was read",
    "claim_filed": "Claim filed",
    "discharged": "Discharged",
    "dismissed": "Dismissed",
    "allowed": "Claim allowed",
    "denied": "Claim denied",
    "no_estate": "There is no estate",
    "closed": "Closed",
    "lifted": "Closed: the hold was lifted",
    "restored": "Open again: the hold was restored",
    "asked": "Asked of a second person",
    "approved": "A second person agreed",
    "refused": "A second person did not agree",
    "withdrawn": "The question was withdrawn",
    "sent": "Sent to the law firm",
    "accepted": "Accepted by the law firm",
    "suit": "Suit filed",
    "judgment": "Judgment",
    "settled": "Settled",
    "returned": "Returned by the law firm",
    "recalled": "Recalled",
    "costs": "Costs of the court",
}


def note(
    about: CourtCase | LegalReferral,
    code: str,
    *,
    words: str = "",
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
    facts: dict[str, Any] | None = None,
) -> LegalEvent:
    """Keep what happened to a case or a referral, and tell the trail. Raises `SensitiveText`. The caller holds the
    transaction."""
    ensure_not_sensitive(words=words)
    is_case = isinstance(about, CourtCase)
    event = LegalEvent.objects.create(
        **{"case" if is_case else "referral": about}, code=code, words=words.strip()[:WORDS], on=today, at=now, by=actor
    )
    subject = "court_case" if is_case else "legal_referral"
    told = {"account": about.account_id, "state": about.state, **(facts or {})}
    audit.record(actor, f"{subject}_{code}", subject, about.pk, practice_id=about.practice_id, after=told, now=now)
    return event


def history_of(about: CourtCase | LegalReferral) -> "QuerySet[LegalEvent]":
    """What happened, the latest first."""
    return about.events.select_related("by").order_by("-at", "-pk")


def event_words(event: LegalEvent) -> str:
    """What the history calls an event."""
    return EVENTS.get(event.code, event.code)
