"""What people record of a credit: its cause, and the days of the clock. Nothing of it moves money.

Each change needs a reason, stands in the history of the credit and in the trail, and tells the work, whose deadline
follows (`collections_app/worklist/project.py`).
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.dates import long_day
from arwork.lib.errors import DomainError
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.credits import clock
from claims.credits.causes import CreditCause
from claims.credits.models import CreditChange, CreditReview
from claims.credits.selectors import Credit, credit_of
from claims.credits.sources import CreditSource

if TYPE_CHECKING:
    from arwork.staff.models import User

#: What is recorded of the clock, in its order, and how it is called.
DAYS = {
    "identified_on": "identified",
    "investigation_started_on": "investigation begun",
    "investigation_ended_on": "investigation ended",
    "reported_on": "reported",
}


def set_cause(
    source: CreditSource, *, cause: str, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> CreditReview:
    """Say what caused a credit, or (an empty cause) leave it to the rules again. Raises `DomainError`, `NotFound`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    if cause and cause not in set(CreditCause):
        raise DomainError("Choose a cause from the list.", field="cause")
    with transaction.atomic():
        review, credit = _locked(source, reason=reason, actor=actor, today=today)
        if review.cause == cause:
            raise DomainError("That is what it says already.", field="cause")
        before, review.cause = review.cause, cause
        words = f"Cause: {CreditCause(cause).label}" if cause else f"Cause as the rules say: {credit.ruled.label}"
        _keep(review, [words], {"cause": before}, {"cause": cause}, reason=reason, actor=actor, now=now)
    return review


def record_clock(
    source: CreditSource,
    *,
    dates: clock.OverpaymentDates,
    method: str,
    reason: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> CreditReview:
    """Record the days of the 60-day clock; a day left out is taken back. Raises `BadClock` naming the field."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    ensure_not_sensitive(method=method)
    with transaction.atomic():
        review, credit = _locked(source, reason=reason, actor=actor, today=today)
        clock.ensure_possible(dates, credit.days, today=today)
        if dates.reported_on and not method.strip():
            raise clock.BadClock("Say how it was reported: refund form, claim adjustment, CMS-838.", field="method")
        before = {name: getattr(review, name) for name in DAYS}
        after = {name: getattr(dates, name) for name in DAYS}
        words = [
            f"{word.capitalize()}: {long_day(after[name]) if after[name] else 'taken back'}"
            for name, word in DAYS.items()
            if before[name] != after[name]
        ]
        if not words and review.report_method == method.strip():
            raise DomainError("Nothing of it is new.")
        for name, day in after.items():
            setattr(review, name, day)
        review.report_method = method.strip()[:60] if dates.reported_on else ""
        _keep(review, words or [f"Reported by {method}"], before, after, reason=reason, actor=actor, now=now)
    return review


def _locked(source: CreditSource, *, reason: str, actor: "User", today: dt.date) -> tuple[CreditReview, Credit]:
    """The review of the credit that stands there now, made if there is none, and locked."""
    if not reason.strip():
        raise DomainError("Say why: whoever looks at it later needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    credit = credit_of(source, actor=actor, today=today)
    place = {
        "claim_id": source.claim_id,
        "bucket": source.bucket,
        "account_id": source.account_id,
        "remittance_id": source.remittance_id,
        "began_id": credit.began.posting_id if credit.began else 0,
    }
    review, _ = CreditReview.objects.get_or_create(**place, defaults={"practice_id": credit.practice_id})
    return CreditReview.objects.select_for_update().get(pk=review.pk), credit


def _keep(
    review: CreditReview,
    words: list[str],
    before: dict[str, object],
    after: dict[str, object],
    *,
    reason: str,
    actor: "User",
    now: dt.datetime,
) -> None:
    review.save()
    CreditChange.objects.create(
        review=review, at=now, by=actor, what="; ".join(words)[:200], reason=reason.strip()[:300]
    )
    subject, subject_id = ("claim", review.claim_id) if review.claim_id else ("account", review.account_id)
    if review.remittance_id:
        subject, subject_id = "remittance", review.remittance_id
    audit.record(
        actor, "credit_reviewed", subject, subject_id, practice_id=review.practice_id,
        before={"bucket": review.bucket, **before}, after={"bucket": review.bucket, **after}, now=now,
    )  # fmt: skip
    announce(
        "credit",
        claims=[review.claim_id] if review.claim_id else [],
        accounts=[review.account_id] if review.account_id else [],
    )


def history(review: CreditReview) -> list[CreditChange]:
    """What was recorded of a credit, the latest first."""
    return list(review.changes.select_related("by").order_by("-pk"))
