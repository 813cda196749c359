"""The rows of a search: found under a lock, opened, told of, ranked, closed, opened again. Callers hold transactions.

Every change of a case leaves an event in its history and a row in the audit trail, which names neither the person nor
what a lead says.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Max

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO, round_money
from arwork.staff import audit
from arwork.staff.access import CAPABILITIES, Capability, practice_ids
from arwork.staff.models import User
from claims.parties.models import Person
from collections_app.tracing.facts import balances_of
from collections_app.tracing.models import OPEN_STATES, TraceCase, TraceEvent, TraceLead

if TYPE_CHECKING:
    from collections_app.contacts.models import Contact

State = TraceCase.State
WORKING_ROLES = tuple(role for role, may_do in CAPABILITIES.items() if Capability.WORK_ITEMS in may_do)
#: States of a lead that somebody may still try.
LIVE = (TraceLead.State.UNTRIED, TraceLead.State.TRIED)
LOOK = "Look through the sources"
TRY = "Try the best lead"


@dataclass(frozen=True, slots=True)
class Moment:
    """Who does something, and when; nobody: the house by itself."""

    actor: User | None
    today: dt.date
    now: dt.datetime


def locked_case(case_id: int, actor: User) -> TraceCase:
    """A case of the actor's practices, locked. Raises `NotFound`."""
    rows = TraceCase.objects.select_for_update(of=("self",)).filter(pk=case_id, practice__in=practice_ids(actor))
    case = rows.select_related("person").first()
    if case is None:
        raise NotFound("There is no such search in your practices.")
    return case


def cases_for(
    person_ids: Collection[int], why: Mapping[int, str], at: Moment, *, next_days: int
) -> dict[int, TraceCase]:
    """The open cases of these people, locked; opened, or opened again, where there is none. Of a person who was merged
    into another one none is opened. At most ten queries, however many people."""
    rows = Person.objects.filter(Among("pk", person_ids), merged_into=None)
    practice_of = dict(rows.values_list("pk", "practice_id"))
    locked = TraceCase.objects.select_for_update(of=("self",)).filter(Among("person", practice_of)).order_by("pk")
    found = {one.person_id: one for one in locked}
    balances, owners = balances_of(practice_of), Owners(set(practice_of.values()))
    fresh, again = [], []
    for pk, practice in practice_of.items():
        case = found.get(pk)
        if case is not None and case.is_open:
            continue
        columns = {
            "state": State.OPEN, "why": why[pk], "balance": balances.get(pk, ZERO), "next_action": LOOK,
            "next_on": at.today + dt.timedelta(days=next_days), "opened_on": at.today, "lead_on": at.today,
            "closed_on": None, "closed_because": "", "spent": ZERO, "tries": 0, "looked_at": [],
        }  # fmt: skip
        if case is None:
            case = found[pk] = TraceCase(practice_id=practice, person_id=pk, **columns)
            fresh.append(case)
        else:
            for name, value in columns.items():
                setattr(case, name, value)
            again.append(case)
        case.owner_id = owners.next_for(practice)
    bulk.insert(TraceCase, fresh)
    if again:
        TraceCase.objects.bulk_update(again, [*columns, "owner"])
    tell([(case, "opened", case.get_why_display()) for case in (*fresh, *again)], at)
    return found


class Owners:
    """Who looks for whom: of those who work items of a practice the one with the fewest open searches."""

    def __init__(self, practices: Collection[int]) -> None:
        staff = User.objects.filter(
            is_active=True, is_service=False, role__in=WORKING_ROLES, practices__in=practices
        ).order_by("pk")
        self._able: dict[int, list[int]] = defaultdict(list)
        collectors: dict[int, list[int]] = defaultdict(list)
        for pk, role, practice in staff.values_list("pk", "role", "practices"):
            self._able[practice].append(pk)
            if role == WORKING_ROLES[0]:
                collectors[practice].append(pk)
        self._able.update(collectors)  # others only where nobody collects
        rows = TraceCase.objects.filter(practice__in=practices, state__in=OPEN_STATES).exclude(owner=None).order_by()
        self._loads: dict[int, int] = defaultdict(int, rows.values_list("owner").annotate(Count("pk")))

    def next_for(self, practice_id: int) -> int | None:
        """Whose the next search is; None where nobody works there."""
        able = self._able.get(practice_id)
        if not able:
            return None
        chosen = min(able, key=lambda pk: (self._loads[pk], pk))
        self._loads[chosen] += 1
        return chosen


def tell(
    steps: Sequence[tuple[TraceCase, str, str]], at: Moment, *, lead: TraceLead | None = None,
    contact: "Contact | None" = None, outcome: str = "", was_asked_to: bool = False,
) -> None:  # fmt: skip
    """Keep steps of cases: (case, code, words) each, in the history and in the trail."""
    events = [
        TraceEvent(
            case=case, code=code, words=words[:300], lead=lead, contact=contact, outcome=outcome,
            was_asked_to=was_asked_to, on=at.today, at=at.now, by=at.actor,
        )
        for case, code, words in steps
    ]  # fmt: skip
    bulk.insert(TraceEvent, events)
    facts = {"lead": lead.pk} if lead else {}
    deeds = [
        audit.Deed(f"trace_{code}", "trace_case", case.pk, case.practice_id, after={"state": case.state, **facts})
        for case, code, _ in steps
    ]
    audit.record_many(at.actor, deeds, now=at.now)


def close(case: TraceCase, state: str, because: str, at: Moment) -> None:
    """A search ends: found, exhausted, or stopped."""
    case.state, case.closed_on, case.closed_because = state, at.today, because[:300]
    case.next_action, case.next_on = "", None
    case.save(update_fields=["state", "closed_on", "closed_because", "next_action", "next_on"])
    tell([(case, state, because)], at)


def reopen(case: TraceCase, because: str, at: Moment, *, next_days: int, is_working: bool = True) -> None:
    """A search goes on; what it cost and was tried so far counts anew, what failed stays known."""
    case.state = State.WORKING if is_working else State.OPEN
    case.closed_on, case.closed_because = None, ""
    case.opened_on = case.lead_on = at.today
    case.tries, case.spent = 0, ZERO
    case.next_action, case.next_on = TRY, at.today + dt.timedelta(days=next_days)
    if case.owner_id is None:
        case.owner_id = Owners([case.practice_id]).next_for(case.practice_id)
    case.save()
    tell([(case, "reopened", because)], at)


def rank(cases: Iterable[TraceCase]) -> None:
    """Bring what is at stake, and the chance of finding somebody, to what the books and the leads say. Two queries and
    one write."""
    by_pk = {case.pk: case for case in cases}
    balances = balances_of([case.person_id for case in by_pk.values()])
    rows = TraceLead.objects.filter(Among("case", by_pk), state__in=LIVE).order_by()
    chances = dict(rows.values_list("case").annotate(best=Max("confidence")))
    changed: dict[int, tuple[Decimal, int, Decimal]] = {}
    for pk, case in by_pk.items():
        balance, chance = balances.get(case.person_id, ZERO), chances.get(pk, 0)
        worth = round_money(balance * chance / 100)
        if (balance, chance, worth) != (case.balance, case.chance, case.worth):
            case.balance, case.chance, case.worth = balance, chance, worth
            changed[pk] = (balance, chance, worth)
    bulk.write(TraceCase, ("balance", "chance", "worth"), changed)
