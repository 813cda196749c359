"""Drafts, publishing, and what people decide about what waits.

What is published never changes: another version follows it, from its day on. A draft is published with a look at what
it changes; until its first day it can be withdrawn.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from collections_app.strategies.definition import Definition, from_plain, problems, to_plain
from collections_app.strategies.models import Strategy, StrategyTask, StrategyTest, StrategyVersion, WhatIf
from collections_app.strategies.running import Ran, run_strategies
from collections_app.strategies.selectors import own_task, own_version
from collections_app.strategies.shipped import TEMPLATES

if TYPE_CHECKING:
    from arwork.staff.models import User

__all__ = ["Ran", "answer_task", "begin", "draft_from", "publish", "run_strategies", "save_draft", "withdraw"]
State = StrategyVersion.State
DAY = dt.timedelta(days=1)
_FARTHEST = dt.timedelta(days=366)


class BadStrategy(DomainError):
    """A strategy that can't be kept or published as it is; `field` names what to change."""

    code = "bad_strategy"


def begin(practice_id: int, *, name: str, template: str, actor: "User", now: dt.datetime) -> StrategyVersion:
    """A new strategy from a shipped template, as a draft. Raises `BadStrategy`, `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    if practice_id not in practice_ids(actor):
        raise NotFound("There is no such practice among yours.")
    name = " ".join(name.split())
    if not name:
        raise BadStrategy("Give it a name.", field="name")
    ensure_not_sensitive(name=name)
    if template not in TEMPLATES:
        raise BadStrategy("Choose what to start from.", field="template")
    try:
        with transaction.atomic():
            strategy = Strategy.objects.create(practice_id=practice_id, name=name[:80], made_at=now, made_by=actor)
            version = _draft(strategy, TEMPLATES[template][1], 1, actor=actor, now=now)
    except IntegrityError:
        raise BadStrategy("Another strategy of the practice has this name.", field="name") from None
    return version


@transaction.atomic
def draft_from(version_id: int, *, actor: "User", now: dt.datetime) -> StrategyVersion:
    """The draft of a version's strategy: the one that is there, or a new one that begins as this version is."""
    require(actor, Capability.CONFIGURE_PAYERS)
    source = own_version(version_id, actor=actor)
    Strategy.objects.select_for_update().get(pk=source.strategy_id)
    rows = StrategyVersion.objects.filter(strategy=source.strategy_id)
    if found := rows.filter(state=State.DRAFT).first():
        return found
    newest = rows.order_by("-number").values_list("number", flat=True)[0]
    return _draft(source.strategy, from_plain(source.definition), newest + 1, actor=actor, now=now)


@transaction.atomic
def save_draft(
    version_id: int, definition: Definition, *, seen_at: dt.datetime, actor: "User", now: dt.datetime
) -> StrategyVersion:
    """Keep what a draft says now. `seen_at` is its `changed_at` as the page showed it: raises `Conflict` where somebody
    changed it since. What was worked out of it before no longer counts."""
    require(actor, Capability.CONFIGURE_PAYERS)
    version = own_version(version_id, actor=actor, locked=True)
    if version.state != State.DRAFT:
        raise Conflict("It was published meanwhile. Make a new draft of it.")
    if version.changed_at != seen_at:
        raise Conflict("Somebody changed this draft meanwhile. Look again, then change it.")
    ensure_not_sensitive(**{f"name{place}": one.name for place, one in enumerate(definition.segments)})
    before = version.definition
    version.definition, version.changed_at = to_plain(definition), now
    version.save(update_fields=["definition", "changed_at"])
    WhatIf.objects.filter(version=version).delete()
    audit.record(
        actor, "strategy_changed", "strategy", version.pk, practice_id=version.practice_id, before=before,
        after=version.definition, now=now,
    )  # fmt: skip
    return version


@transaction.atomic
def publish(
    version_id: int, *, from_on: dt.date, seen_at: dt.datetime, actor: "User", today: dt.date, now: dt.datetime
) -> StrategyVersion:
    """Let a draft be in force from a day on, in place of what the practice follows now.

    Raises `BadStrategy` with everything that is wrong with it, `Conflict` where it was changed since it was looked at,
    or while a test runs.
    """
    require(actor, Capability.CONFIGURE_PAYERS)
    version = own_version(version_id, actor=actor, locked=True)
    if version.state != State.DRAFT:
        raise Conflict("It is no draft any more.")
    if version.changed_at != seen_at:
        raise Conflict("Somebody changed this draft since you looked. Look at what it changes again.")
    if not today < from_on <= today + _FARTHEST:
        raise BadStrategy(
            "From tomorrow on, and within a year: today's run follows what was in force.", field="from_on"
        )
    if wrong := problems(from_plain(version.definition)):
        raise BadStrategy(" ".join(wrong), field="from_on")
    if StrategyTest.objects.filter(practice=version.practice_id, ended_on=None).exists():
        raise Conflict("A test is running. End it first, or make its challenger the champion.")
    _end_what_holds(version.practice_id, last_day=from_on - DAY)
    version.state, version.from_on, version.published_at, version.published_by = State.PUBLISHED, from_on, now, actor
    version.save(update_fields=["state", "from_on", "published_at", "published_by"])
    told = {"from_on": from_on.isoformat(), "version": version.number}
    audit.record(
        actor, "strategy_published", "strategy", version.pk, practice_id=version.practice_id, after=told, now=now
    )
    return version


@transaction.atomic
def withdraw(version_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> StrategyVersion:
    """Undo: a draft is dropped, what was published for a day to come is taken back, and what was in force goes on. One
    in force ends today: statements go by the practice's interval again, and nothing else is done by itself."""
    require(actor, Capability.CONFIGURE_PAYERS)
    version = own_version(version_id, actor=actor, locked=True)
    if version.state == State.DRAFT:
        version.state = State.WITHDRAWN
    elif version.state == State.PUBLISHED and version.from_on is not None and version.to_on is None:
        if StrategyTest.objects.filter(champion=version, ended_on=None).exists():
            raise Conflict("A test against it is running. End it first.")
        if version.from_on > today:
            version.state = State.WITHDRAWN
            before = StrategyVersion.objects.select_for_update().filter(
                practice=version.practice_id, state=State.PUBLISHED, to_on=version.from_on - DAY
            )
            version.save(update_fields=["state"])
            before.update(to_on=None)
        else:
            version.to_on = today
    else:
        raise Conflict("It ended already.")
    version.save(update_fields=["state", "to_on"])
    told = {"state": version.state, "to_on": version.to_on.isoformat() if version.to_on else None}
    audit.record(
        actor, "strategy_withdrawn", "strategy", version.pk, practice_id=version.practice_id, after=told, now=now
    )
    return version


@transaction.atomic
def answer_task(
    task_id: int, *, answer: str, actor: "User", today: dt.date, now: dt.datetime, later_on: dt.date | None = None
) -> StrategyTask:
    """Say what was decided about what waits: `yes` or `no` closes it, `later` puts it off to a day, `take` makes it the
    actor's. Raises `BadStrategy`, `Conflict`, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    task = own_task(task_id, actor=actor, locked=True)
    if task.state != StrategyTask.State.OPEN:
        raise Conflict("Somebody has answered it already.")
    before = {"owner": task.owner_id, "next_on": task.next_on.isoformat()}
    if answer == "later":
        if later_on is None or not today < later_on <= today + _FARTHEST:
            raise BadStrategy("Choose a day from tomorrow on.", field="later_on")
        task.next_on = later_on
    elif answer in ("yes", "no"):
        task.state, task.answer, task.done_at, task.done_by = StrategyTask.State.DONE, answer, now, actor
    elif answer == "take":
        task.owner = actor
    else:
        raise BadStrategy("Say what was decided.", field="answer")
    task.save()
    told = {"answer": answer, "owner": task.owner_id, "next_on": task.next_on.isoformat()}
    audit.record(
        actor, "strategy_task", "account", task.account_id, practice_id=task.practice_id, before=before, after=told,
        now=now,
    )  # fmt: skip
    return task


def _draft(
    strategy: Strategy, definition: Definition, number: int, *, actor: "User", now: dt.datetime
) -> StrategyVersion:
    version = StrategyVersion.objects.create(
        strategy=strategy, practice_id=strategy.practice_id, number=number, definition=to_plain(definition),
        made_at=now, made_by=actor, changed_at=now,
    )  # fmt: skip
    told = {"name": strategy.name, "version": number}
    audit.record(
        actor, "strategy_drafted", "strategy", version.pk, practice_id=version.practice_id, after=told, now=now
    )
    return version


def _end_what_holds(practice_id: int, *, last_day: dt.date) -> None:
    """What is in force ends on that day; what was to begin later never does."""
    rows = StrategyVersion.objects.select_for_update().filter(practice=practice_id, state=State.PUBLISHED, to_on=None)
    for one in rows:
        if one.from_on is not None and one.from_on > last_day:
            one.state = State.WITHDRAWN
        else:
            one.to_on = last_day
        one.save(update_fields=["state", "to_on"])
