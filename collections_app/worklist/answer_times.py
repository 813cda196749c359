"""A follow-up interval held against one's own history before it is published: how soon these payers answered.

Looked at are first submissions old enough that an answer would be here, the latest ones. Of each interval: how many
claims would still have been open on its day, so that somebody asks, and how many of those were answered by themselves
soon after, so that asking won nothing. Windows are not tried so: they are what the law or the payer says, and history
does not tell whether that is right.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import OuterRef, Q, Subquery

from arwork.staff.access import Capability, practice_choice, require
from claims.billing.buckets import PAYERS
from claims.billing.models import Submission
from claims.payers.models import Payer
from claims.payers.rule_entry import RuleChange
from claims.payers.rules import RuleBook
from claims.remits.models import RemitClaim

if TYPE_CHECKING:
    from arwork.staff.models import User

#: So old a submission is whose answer would be here, and so far back is looked.
OLD_ENOUGH, PERIOD = dt.timedelta(days=90), dt.timedelta(days=365)
LOOKED_AT_MOST = 5_000
#: Answered so soon after the day of asking, it would have come anyway.
SOON_DAYS = 14
_PRIMARY, _LATER = Q(sequence="P"), Q(sequence__in=("S", "T"))
_LATER_KIND = "followup_secondary"
_SUBMISSIONS: dict[str, Q] = {
    "followup_electronic": _PRIMARY & Q(is_electronic=True),
    "followup_paper": _PRIMARY & Q(is_electronic=False),
    _LATER_KIND: _LATER,
}


class IntervalOutcome(NamedTuple):
    """Of an interval in days: the claims that somebody would have asked after, and those of them that were answered
    by themselves soon after."""

    days: int
    asked: int
    needless: int


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """Days from first submission to first answer, the shortest first; `open` were never answered."""

    since: dt.date
    until: dt.date
    days: tuple[int, ...]
    open: int
    now: IntervalOutcome | None = None
    proposed: IntervalOutcome | None = None

    @property
    def claims(self) -> int:
        return len(self.days) + self.open

    def within(self, tenths: int) -> int | None:
        """The days within which so many tenths of all were answered; None: fewer were."""
        place = -(-self.claims * tenths // 10)
        return self.days[place - 1] if 0 < place <= len(self.days) else None

    @property
    def half(self) -> int | None:
        return self.within(5)

    @property
    def most(self) -> int | None:
        return self.within(9)


def is_interval(kind: str) -> bool:
    """Whether history can tell anything of rules of this kind."""
    return kind in _SUBMISSIONS


def outcome_of_interval(interval: int, days: Sequence[int], *, never: int) -> IntervalOutcome:
    """What asking after `interval` days would have been, of claims answered after `days`, and `never` answered ones."""
    late = [day for day in days if day > interval]
    return IntervalOutcome(interval, len(late) + never, sum(day <= interval + SOON_DAYS for day in late))


def answer_times(change: RuleChange, *, actor: "User", today: dt.date) -> AnswerTimes | None:
    """How soon the payers under a change answered the actor's practices; None where history tells nothing of it or
    there is none. Two queries."""
    require(actor, Capability.CONFIGURE_SHARED)
    if not is_interval(change.kind):
        return None
    until = today - OLD_ENOUGH
    scope = Q(payer=change.payer_id) if change.payer_id else Q()
    if change.payer_id is None and change.payer_class:
        scope = Q(payer__payer_class=change.payer_class)
    answers = RemitClaim.objects.filter(
        claim=OuterRef("claim"), state=RemitClaim.State.POSTED, remittance__received_on__gte=OuterRef("submitted_on"),
        bucket__in=PAYERS[1:] if change.kind == _LATER_KIND else PAYERS[:1],
    ).order_by("remittance__received_on")  # fmt: skip
    rows = (
        Submission.objects.filter(
            _SUBMISSIONS[change.kind], scope, frequency="1", submitted_on__range=(today - PERIOD, until),
            claim__practice__in=[one.id for one in practice_choice(actor).practices],
        )
        .annotate(answered_on=Subquery(answers.values("remittance__received_on")[:1]))
        .order_by("-submitted_on", "-pk")
        .values_list("submitted_on", "answered_on")[:LOOKED_AT_MOST]
    )  # fmt: skip
    found = list(rows)
    if not found:
        return None
    days = tuple(sorted((answered - on).days for on, answered in found if answered is not None))
    never = len(found) - len(days)
    before, after = _intervals(change, today)
    return AnswerTimes(
        since=min(on for on, _ in found),
        until=max(on for on, _ in found),
        days=days,
        open=never,
        now=None if before is None else outcome_of_interval(before, days, never=never),
        proposed=None if after is None or after == before else outcome_of_interval(after, days, never=never),
    )


def _intervals(change: RuleChange, today: dt.date) -> tuple[int | None, int | None]:
    """The interval that holds, and the one that would hold once the change is in force."""
    of_class = change.payer_class or None
    if change.payer_id is not None:
        of_class = Payer.objects.values_list("payer_class", flat=True).get(pk=change.payer_id)

    def interval(book: RuleBook, on: dt.date) -> int | None:
        found = book.pick(change.kind, on=on, payer_class=of_class, payer_id=change.payer_id)
        return found.value if found else None

    if change.new is not None:
        return interval(change.before, today), change.new.value
    ends = max((last + dt.timedelta(days=1) for last in change.ended.values()), default=today)
    return interval(change.before, today), interval(change.after, max(ends, today))
