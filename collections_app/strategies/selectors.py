"""Questions of pages and of other slices: versions, tests, what waits for people, and where an account stands."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from arwork.lib.errors import NotFound
from arwork.staff.access import practice_ids
from arwork.staff.models import Role
from claims.parties.models import Account
from claims.practices.closures import closure_book
from claims.practices.models import Practice
from collections_app.contacts.open_cases import MOST_OF_A_SOURCE, OpenCase
from collections_app.limits.selectors import limit_book
from collections_app.strategies.entering import enter, history_of, in_force, taken_by
from collections_app.strategies.models import StepRun, StrategyTask, StrategyTest, StrategyVersion
from collections_app.strategies.reading import facts_of
from collections_app.strategies.steps import IN_ORDER, KIND_WORDS, DueStep, StepKind, TimelineStanding, standing

if TYPE_CHECKING:
    from arwork.staff.models import User

_SHOWN_RUNS = 12


def own_version(version_id: int, *, actor: "User", locked: bool = False) -> StrategyVersion:
    """A version of the actor's practices. Raises `NotFound`."""
    rows = StrategyVersion.objects.select_for_update(of=("self",)) if locked else StrategyVersion.objects.all()
    found = rows.filter(pk=version_id, practice__in=practice_ids(actor)).select_related("strategy", "practice").first()
    if found is None:
        raise NotFound("There is no such strategy in your practices.")
    return found


def own_test(test_id: int, *, actor: "User", locked: bool = False) -> StrategyTest:
    """A test of the actor's practices. Raises `NotFound`."""
    rows = StrategyTest.objects.select_for_update(of=("self",)) if locked else StrategyTest.objects.all()
    found = rows.filter(pk=test_id, practice__in=practice_ids(actor))
    one = found.select_related("champion__strategy", "challenger__strategy", "practice").first()
    if one is None:
        raise NotFound("There is no such test in your practices.")
    return one


def own_task(task_id: int, *, actor: "User", locked: bool = False) -> StrategyTask:
    """What waits for somebody in the actor's practices. Raises `NotFound`."""
    rows = StrategyTask.objects.select_for_update(of=("self",)) if locked else StrategyTask.objects.all()
    found = (
        rows.filter(pk=task_id, practice__in=practice_ids(actor))
        .select_related("account__guarantor", "owner", "version__strategy")
        .first()
    )
    if found is None:
        raise NotFound("There is nothing like that waiting in your practices.")
    return found


def versions_seen(actor: "User") -> QuerySet[StrategyVersion]:
    """The versions of the actor's practices, what is in force first."""
    rows = StrategyVersion.objects.filter(practice__in=practice_ids(actor)).exclude(
        state=StrategyVersion.State.WITHDRAWN
    )
    return rows.select_related("strategy", "practice", "published_by").order_by("practice__name", "strategy", "-number")


def tests_seen(actor: "User") -> QuerySet[StrategyTest]:
    """The tests of the actor's practices, the running ones first."""
    rows = StrategyTest.objects.filter(practice__in=practice_ids(actor))
    return rows.select_related("champion__strategy", "challenger__strategy", "practice").order_by("-ended_on", "-pk")


def tasks_waiting(actor: "User", *, kind: str = "") -> QuerySet[StrategyTask]:
    """What waits for a person, the oldest first."""
    rows = StrategyTask.objects.filter(practice__in=practice_ids(actor), state=StrategyTask.State.OPEN)
    rows = rows.filter(kind=kind) if kind else rows
    return rows.select_related("account__guarantor", "owner", "version__strategy").order_by("next_on", "pk")


def waiting_count(actor: "User", today: dt.date) -> int:
    """How many wait for a person by today."""
    return tasks_waiting(actor).filter(next_on__lte=today).count()


def people_of(practice_id: int) -> int:
    """How many people work the accounts of a practice."""
    rows = Practice.objects.get(pk=practice_id).staff.filter(is_active=True, is_service=False)
    return rows.filter(role__in=(Role.COLLECTOR, Role.SUPERVISOR)).count()


def open_cases(practices: Collection[int], today: dt.date) -> list[OpenCase]:  # noqa: ARG001 (as a source)
    """What waits for a person, as the search for what nobody follows and the day of its owner know it. One query."""
    rows = StrategyTask.objects.filter(practice__in=practices, state=StrategyTask.State.OPEN)
    columns = ("kind", "pk", "account_id", "owner_id", "next_action", "next_on")
    return [
        OpenCase(f"{KIND_WORDS[StepKind(kind)]} (strategy)", pk, account, "strategy_task", owner, action, on)
        for kind, pk, account, owner, action, on in rows.order_by("next_on", "pk").values_list(*columns)[
            :MOST_OF_A_SOURCE
        ]
    ]


@dataclass(frozen=True, slots=True)
class AccountStrategy:
    """Where an account is in its strategy, as its page shows it."""

    version: StrategyVersion
    segment: str
    why: str
    standing: TimelineStanding
    steps: int
    runs: Sequence[StepRun]
    arm: str
    is_to_come: bool

    @property
    def last(self) -> StepRun | None:
        """The last step that was carried out."""
        return next((one for one in self.runs if one.outcome == "done"), None)

    @property
    def following(self) -> DueStep | None:
        """What is due now, or comes next."""
        return self.standing.due[0] if self.standing.due else self.standing.following


def strategy_of(account: Account, *, today: dt.date) -> AccountStrategy | None:
    """Of one account; None where its practice follows no strategy, or it owes nothing that began."""
    force = in_force(account.practice_id, on=today)
    if force is None:
        return None
    facts = facts_of([account.pk], today=today, limits=limit_book())[account.pk]
    version_id, arm = force.version_of(account.pk)
    taken = taken_by([account.pk]).get(account.pk)
    entry = enter(force.definitions[version_id], version_id, facts, taken, today=today)
    if entry is None or (facts.owed <= 0 and not facts.stops):
        return None
    version = force.champion if version_id == force.champion.pk or force.test is None else force.test.challenger
    seen = standing(
        entry.segment.steps, facts, history_of([account.pk])[account.pk], started_on=entry.started_on,
        closures=closure_book().of(account.practice_id),
    )  # fmt: skip
    runs = StepRun.objects.filter(account=account).select_related("delivery").order_by("-on", "-pk")[:_SHOWN_RUNS]
    in_order = sum(step.anchor in IN_ORDER for step in entry.segment.steps)
    return AccountStrategy(
        version, entry.segment.name, entry.why, seen, in_order, list(runs), arm, is_to_come=entry.is_new
    )
