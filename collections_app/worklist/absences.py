"""Absences: entered, changed and ended by whoever assigns work; what they do to the queue, at once and every morning.

An absence is the person's, in all their practices. A stand-in is offered the work of those practices alone that they
see themselves. Who changes an absence changes the stand-ins that they can see; those of other practices stay as they
are.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Count, F, Prefetch, QuerySet, Sum

from arwork.lib import bulk
from arwork.lib.errors import Conflict, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from arwork.staff.models import User as Person
from claims.practices.models import PracticeAccess
from collections_app.worklist.absence_models import Absence, StandIn, WorkCapacity
from collections_app.worklist.answers import BadField
from collections_app.worklist.cover import WORKING_ROLES, away_from, away_on, capacities
from collections_app.worklist.kinds import WORK_KINDS
from collections_app.worklist.models import QueueEntry, WorkItem
from collections_app.worklist.queue import offerable, sync_queue

if TYPE_CHECKING:
    from arwork.staff.models import User

BATCH = 2_000
LONGEST_DAYS = 366
#: So long an absence that is over stays on the page.
SHOWN_AFTER = dt.timedelta(days=30)


class NamedStandIn(NamedTuple):
    """Somebody named to stand in: for all work, or that of a payer, a kind, or both."""

    person_id: int
    payer_id: int | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class AbsenceDraft:
    """An absence as it was entered."""

    person_id: int
    starts_on: dt.date
    ends_on: dt.date
    stand_ins: Sequence[NamedStandIn] = ()
    note: str = ""


def people_shared(actor: "User") -> QuerySet[Person]:
    """Who works items in the actor's practices."""
    rows = Person.objects.filter(is_active=True, is_service=False, role__in=WORKING_ROLES)
    return rows.filter(practices__in=practice_ids(actor)).distinct().order_by("first_name", "last_name", "pk")


def absences(*, actor: "User", today: dt.date) -> QuerySet[Absence]:
    """Those that run, are to come, or ended in the last month, of people who work in the actor's practices, with the
    stand-ins that the actor can see. Two queries."""
    require(actor, Capability.ASSIGN_WORK)
    seen = StandIn.objects.filter(person__in=_in_sight(actor)).select_related("person", "payer").order_by("pk")
    rows = Absence.objects.filter(person__in=_in_sight(actor), ends_on__gte=today - SHOWN_AFTER)
    return (
        rows.select_related("person")
        .prefetch_related(Prefetch("stand_ins", queryset=seen, to_attr="shown"))
        .order_by("starts_on", "pk")
    )


def absence_in_sight(absence_id: int, *, actor: "User", today: dt.date) -> Absence:
    """One of `absences`. Raises `NotFound`."""
    found = absences(actor=actor, today=today).filter(pk=absence_id).first()
    if found is None:
        raise NotFound("There is no such absence among the people of your practices.", absence_id=absence_id)
    return found


@transaction.atomic
def save_absence(
    *, actor: "User", draft: AbsenceDraft, today: dt.date, now: dt.datetime, absence_id: int | None = None
) -> Absence:
    """Enter an absence, or change one that is not over; the queue follows at once.

    Raises `BadField`, `NotFound`, or `Conflict` when it is over.
    """
    require(actor, Capability.ASSIGN_WORK)
    known = None if absence_id is None else _locked(actor, absence_id, today=today)
    person_id = draft.person_id if known is None else known.person_id
    _ensure_days(draft, today)
    _ensure_stand_ins(actor, person_id, draft.stand_ins)
    ensure_not_sensitive(note=draft.note)
    absence = known or Absence(person_id=person_id, entered_by=actor, entered_at=now)
    before = _facts(absence) if known else None
    absence.starts_on, absence.ends_on, absence.note = draft.starts_on, draft.ends_on, draft.note.strip()
    absence.save()
    absence.stand_ins.filter(person__in=_in_sight(actor)).delete()
    StandIn.objects.bulk_create([StandIn(absence=absence, **named._asdict()) for named in draft.stand_ins])
    deed = "absence_changed" if known else "absence_entered"
    audit.record(actor, deed, "absence", absence.pk, practice_id=None, before=before, after=_facts(absence), now=now)
    offer_anew(today=today, people={person_id})
    return absence


@transaction.atomic
def end_absence(*, actor: "User", absence_id: int, today: dt.date, now: dt.datetime) -> Absence:
    """They are back today, or do not go at all; their work is theirs again. Raises `NotFound`, `Conflict`."""
    require(actor, Capability.ASSIGN_WORK)
    absence = _locked(actor, absence_id, today=today)
    absence.back_on = today
    absence.save()
    audit.record(
        actor, "absence_ended", "absence", absence.pk, practice_id=None, after={"back_on": today.isoformat()}, now=now
    )
    offer_anew(today=today, people={absence.person_id})
    return absence


@transaction.atomic
def set_capacity(*, actor: "User", person_id: int, minutes: int | None, now: dt.datetime) -> None:
    """Say how many minutes of items somebody works in a day; None: the usual figure. Raises `NotFound`, `BadField`."""
    require(actor, Capability.ASSIGN_WORK)
    if not people_shared(actor).filter(pk=person_id).exists():
        raise NotFound("Nobody of that kind works in your practices.", person_id=person_id)
    if minutes is not None and not 0 <= minutes <= 1440:
        raise BadField("A day has between 0 and 1,440 minutes.", field="minutes")
    own = WorkCapacity.objects.filter(person=person_id)
    before = {"minutes": own.values_list("minutes", flat=True).first()}
    if minutes is None:
        own.delete()
    else:
        WorkCapacity.objects.update_or_create(person_id=person_id, defaults={"minutes": minutes})
    after = {"minutes": minutes}
    audit.record(actor, "capacity_set", "user", person_id, practice_id=None, before=before, after=after, now=now)


def offer_anew(*, today: dt.date, people: Collection[int] | None = None) -> int:
    """Bring the queue to who is away: of everybody absent and of `people`; of the whole queue when None, as every
    morning. How many entries moved; a second run moves none."""
    away = set(away_on(today)) | set(people or ())
    due = WorkItem.objects.filter(offerable(today), owner__in=away).order_by("pk")
    ids = list(due.values_list("pk", flat=True)) if away else []
    if people is None:
        strayed = QueueEntry.objects.filter(item__owner__isnull=False).exclude(shelf__owner=F("item__owner"))
        ids += strayed.order_by("pk").values_list("pk", flat=True)
    return sum(sync_queue(batch, today=today) for batch in bulk.chunks(sorted(set(ids)), BATCH))


@dataclass(frozen=True, slots=True)
class StandingIn:
    """Whose work somebody is offered meanwhile, until when, and how much of it is due."""

    person: Person
    until: dt.date
    count: int = 0
    minutes: int = 0
    amount: Decimal = ZERO


def standing_in(*, actor: "User", today: dt.date) -> list[StandingIn]:
    """For whom the actor stands in today. One query when for nobody, else three."""
    named = StandIn.objects.filter(away_from(today, "absence__"), person=actor)
    people = {row.absence.person_id: row.absence.person for row in named.select_related("absence__person")}
    if not people or actor.pk in (until := away_on(today)):
        return []
    theirs = QueueEntry.objects.filter(
        shelf__owner=actor, shelf__practice__in=practice_ids(actor), item__owner__in=people
    ).order_by()
    sums = theirs.values_list("item__owner").annotate(Count("pk"), Sum("item__minutes"), Sum("item__amount"))
    due = {owner: figures for owner, *figures in sums}
    found = [StandingIn(person, until[pk], *due.get(pk, ())) for pk, person in people.items()]
    return sorted(found, key=lambda one: (one.until, str(one.person)))


@dataclass(frozen=True, slots=True)
class WorkerDay:
    """What somebody works in a day, beside what is due of theirs in the actor's practices."""

    person: Person
    minutes: int
    due_minutes: int
    is_usual: bool
    away_until: dt.date | None

    @property
    def days(self) -> Decimal | None:
        """How many days the due work takes; None for who is given none by itself."""
        return (Decimal(self.due_minutes) / self.minutes).quantize(Decimal("0.1")) if self.minutes else None


def worker_days(*, actor: "User", today: dt.date) -> list[WorkerDay]:
    """Everybody who works items in the actor's practices with their day. Five queries."""
    require(actor, Capability.ASSIGN_WORK)
    people = list(people_shared(actor))
    ids = [one.pk for one in people]
    minutes, away = capacities(ids, on=today), away_on(today)
    own = set(WorkCapacity.objects.filter(person__in=ids).values_list("pk", flat=True))
    rows = WorkItem.objects.filter(offerable(today), owner__in=ids, practice__in=practice_ids(actor)).order_by()
    due = dict(rows.values_list("owner").annotate(Sum("minutes")))
    return [WorkerDay(one, minutes[one.pk], due.get(one.pk, 0), one.pk not in own, away.get(one.pk)) for one in people]


def _in_sight(actor: "User") -> QuerySet[PracticeAccess, Any]:
    return PracticeAccess.objects.filter(practice__in=practice_ids(actor)).values("user")


def _locked(actor: "User", absence_id: int, *, today: dt.date) -> Absence:
    rows = Absence.objects.select_for_update(no_key=True).filter(person__in=_in_sight(actor))
    absence = rows.filter(pk=absence_id).first()
    if absence is None:
        raise NotFound("There is no such absence among the people of your practices.", absence_id=absence_id)
    if absence.back_on is not None or absence.until < today:
        raise Conflict("This absence is over. Enter a new one.", absence_id=absence_id)
    return absence


def _ensure_days(draft: AbsenceDraft, today: dt.date) -> None:
    if draft.ends_on < draft.starts_on:
        raise BadField("The last day comes before the first.", field="ends_on")
    if draft.ends_on < today:
        raise BadField("That is over already: choose a last day from today on.", field="ends_on")
    if (draft.ends_on - draft.starts_on).days >= LONGEST_DAYS:
        raise BadField("A year at most. For longer, hand the work over.", field="ends_on")


def _ensure_stand_ins(actor: "User", person_id: int, named: Sequence[NamedStandIn]) -> None:
    known = {one.pk: one for one in people_shared(actor)}
    if person_id not in known:
        raise BadField("Choose somebody who works items in your practices.", field="person")
    if len(set(named)) < len(named):
        raise BadField("The same person is named twice for the same work.", field="stand_ins")
    theirs = set(PracticeAccess.objects.filter(user=person_id).values_list("practice", flat=True))
    ids = [one.person_id for one in named]
    seeing = set(PracticeAccess.objects.filter(user__in=ids, practice__in=theirs).values_list("user", flat=True))
    for one in named:
        if one.person_id == person_id:
            raise BadField("Nobody stands in for themselves.", field="stand_ins")
        if one.person_id not in known:
            raise BadField("Choose stand-ins who work items in your practices.", field="stand_ins")
        if one.person_id not in seeing:
            absent = known[person_id]
            raise BadField(f"{known[one.person_id]} sees no practice in which {absent} works.", field="stand_ins")
        if one.kind and one.kind not in WORK_KINDS:
            raise BadField("There is no such kind of work.", field="stand_ins")


def _facts(absence: Absence) -> dict[str, object]:
    """What the trail keeps of an absence."""
    named = [list(row) for row in absence.stand_ins.order_by("pk").values_list("person", "payer", "kind")]
    return {
        "person": absence.person_id,
        "from": absence.starts_on.isoformat(),
        "to": absence.ends_on.isoformat(),
        "stand_ins": named,
    }
