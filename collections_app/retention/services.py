"""What the next run would delete, and the run itself."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from arwork.lib.retention import Due
from arwork.staff import audit, audit_trail
from arwork.staff.access import Capability, require
from collections_app.limits.selectors import limit_book
from collections_app.retention.kinds import RetentionKind, kinds

if TYPE_CHECKING:
    from arwork.staff.models import AuditEvent, User

RUN = SUBJECT = "retention"
_LAST = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Planned:
    """One kind, its term in days, and what of it is past that."""

    kind: RetentionKind
    days: int
    due: Due


@dataclass(frozen=True, slots=True)
class Enforced:
    """What a run deleted, by kind; the kinds that failed; the hold that stopped it."""

    dropped: dict[str, int] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    held: str = ""


def legal_hold() -> str:
    """The matter for which nothing may be deleted; empty where there is none."""
    return settings.LEGAL_HOLD


def plan(*, today: dt.date, now: dt.datetime) -> list[Planned]:
    """What a run at this moment would delete, hold or not. Deletes nothing, records nothing."""
    return [Planned(kind, days, kind.due(_before(days, now))) for kind, days in _terms(today=today, now=now)]


def enforce(*, today: dt.date, now: dt.datetime) -> Enforced:
    """Delete what is past its term and leave one event with the counts; under a hold nothing but the event.

    A kind that fails is in the log and keeps no other from its turn. Two runs at once share the work.
    """
    if hold := legal_hold():
        log.warning("retention: nothing was deleted, there is a legal hold")
        return _recorded(Enforced(held=hold), {}, now=now)
    dropped: dict[str, int] = {}
    failed: list[str] = []
    terms = _terms(today=today, now=now)
    for kind, days in terms:
        try:
            dropped[kind.code] = kind.drop(_before(days, now))
        except (OSError, DatabaseError):
            log.exception("retention: %s could not be deleted", kind.code)
            failed.append(kind.code)
    return _recorded(Enforced(dropped, tuple(failed)), {kind.code: days for kind, days in terms}, now=now)


def last_runs(*, actor: "User") -> Sequence["AuditEvent"]:
    """The last runs, the newest first."""
    require(actor, Capability.CONFIGURE_SHARED)
    asked = audit_trail.Filter(action=RUN, subject=SUBJECT)
    return list(audit_trail.events(asked, actor=actor, zone=timezone.get_current_timezone())[:_LAST])


def _terms(*, today: dt.date, now: dt.datetime) -> list[tuple[RetentionKind, int]]:
    book = limit_book()
    return [(kind, book.value(kind.limit, on=today) if kind.limit else kind.days) for kind in kinds(now=now)]


def _before(days: int, now: dt.datetime) -> dt.datetime:
    return now - dt.timedelta(days=days)


def _recorded(done: Enforced, days: dict[str, int], *, now: dt.datetime) -> Enforced:
    after = {"held": done.held} if done.held else {"dropped": done.dropped, "days": days, "failed": list(done.failed)}
    audit.record(None, RUN, SUBJECT, None, practice_id=None, after=after, now=now)
    return done
