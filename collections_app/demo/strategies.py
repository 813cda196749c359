"""Strategies of the demo: the first practice follows one since three weeks and has a draft of the next; another tries a
challenger on half of its accounts. What their first days did is there; the opening of the last day does the rest."""

import datetime as dt
from dataclasses import replace

from arwork.lib import events
from arwork.staff.access import Capability, may, practice_ids
from arwork.staff.models import User
from claims.practices.models import Practice
from collections_app.strategies import services, testing, what_if
from collections_app.strategies.definition import from_plain, put_step, with_segment
from collections_app.strategies.models import Strategy, StrategyVersion
from collections_app.strategies.steps import StepKind, StrategyStep

_SINCE, _TRIED_SINCE = 21, 12
#: Days back on which the house opened with its strategies.
_OPENED = (21, 18, 14, 11, 9, 7, 4, 2)
_DAY = dt.timedelta(days=1)


def follow_strategies(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day."""
    if Strategy.objects.exists():
        return
    first, *others = Practice.objects.order_by("pk")[:2]
    with events.quiet():
        version = _published(first, "From help to review", "practice", until, now)
        for other in others:
            _published(other, "The hospital's way", "hospital", until, now)
            challenger = _draft(other, "Call early", "practice", now)
            begun = until - _TRIED_SINCE * _DAY
            testing.start_test(
                challenger.pk, percent=50, actor=_admin(other), today=begun - _DAY, now=now - (_TRIED_SINCE + 1) * _DAY
            )
        for back in _OPENED:
            services.run_strategies(today=until - back * _DAY, now=now - back * _DAY)
        _next_draft(version, until, now)


def _published(practice: Practice, name: str, template: str, until: dt.date, now: dt.datetime) -> StrategyVersion:
    made = _draft(practice, name, template, now)
    begins = until - _SINCE * _DAY
    return services.publish(
        made.pk, from_on=begins, seen_at=made.changed_at, actor=_admin(practice), today=begins - _DAY,
        now=now - (_SINCE + 1) * _DAY,
    )  # fmt: skip


def _draft(practice: Practice, name: str, template: str, now: dt.datetime) -> StrategyVersion:
    return services.begin(
        practice.pk, name=name, template=template, actor=_admin(practice), now=now - (_SINCE + 2) * _DAY
    )


def _next_draft(version: StrategyVersion, until: dt.date, now: dt.datetime) -> None:
    """The next version offers help earlier; what it would do was worked out."""
    actor = _admin(version.practice)
    made = services.draft_from(version.pk, actor=actor, now=now)
    definition = from_plain(made.definition)
    rest = definition.segments[-1]
    earlier = replace(rest, steps=put_step(rest.steps, StrategyStep("s90", StepKind.HELP, 7)))
    services.save_draft(made.pk, with_segment(definition, earlier), seen_at=made.changed_at, actor=actor, now=now)
    what_if.ask(made.pk, actor=actor, today=until, now=now)


def _admin(practice: Practice) -> User:
    """Somebody who configures this practice."""
    people = User.objects.filter(is_active=True, is_service=False).order_by("pk")
    return next(one for one in people if may(one, Capability.CONFIGURE_PAYERS) and practice.pk in practice_ids(one))
