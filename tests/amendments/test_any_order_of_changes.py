"""Whatever people change and take back in any order: what stands is what an oracle says, and history replays to it."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arwork.lib.errors import Conflict
from arwork.staff.models import User
from claims.amendments import contact_points, history, particulars, subjects
from claims.amendments.contact_points import AddressFacts
from claims.amendments.models import PersonChange
from claims.amendments.particulars import Particulars
from claims.parties.models import Person, PersonAddress, PersonPhone
from tests.amendments.turns import turn
from tests.cast import make_account, make_practice, make_sol

LASTS = ("Abel", "Baker", "Cole")
STREETS = ("1 Elm", "2 Oak", "3 Pine")
NUMBERS = ("+12125550101", "+12125550102")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("name"), st.sampled_from(LASTS)),
        st.tuples(st.just("language"), st.sampled_from(("", "es", "en"))),
        st.tuples(st.just("address"), st.sampled_from(STREETS)),
        st.tuples(st.just("phone"), st.sampled_from(NUMBERS)),
        st.tuples(st.just("preferred"), st.sampled_from(NUMBERS)),
        st.tuples(st.just("undo"), st.integers(0, 11)),
    ),
    max_size=14,
)
World = dict[str, Any]


def seen(person_id: int) -> World:
    """What stands, in words of the oracle."""
    person = Person.objects.get(pk=person_id)
    phones = PersonPhone.objects.filter(person=person_id)
    homes = PersonAddress.objects.filter(person=person_id)
    return {
        "name": person.last,
        "language": person.language,
        "address": next((row.line1 for row in homes if row.is_current), ""),
        "homes": {row.line1 for row in homes},
        "phones": {row.number for row in phones},
        "preferred": {row.number for row in phones if row.is_preferred},
    }


def expected(world: World, what: str, value: str) -> World:
    """The world after an edit: written without looking at how it is done."""
    copied = {name: set(world[name]) for name in ("homes", "phones", "preferred")}
    after = world | copied
    if what == "phone":
        after["phones"].add(value)
    elif what == "preferred":
        after["preferred"] = {value} if value in world["phones"] else after["preferred"]
    else:
        after[what] = value
        if what == "address":
            after["homes"].add(value)
    return after


def edit(person_id: int, what: str, value: str, sol: User, minutes: int) -> PersonChange | None:
    by = turn(sol, minutes=minutes)
    if what == "name":
        person = Person.objects.get(pk=person_id)
        facts = Particulars(value, person.first, birth_on=person.birth_on, language=person.language)
        return particulars.correct_person(person_id, facts, turn=by)
    if what == "language":
        return particulars.set_language(person_id, value, turn=by)
    if what == "address":
        return contact_points.add_address(person_id, AddressFacts(value, "", "Albany", "NY", "12207"), turn=by)
    known = PersonPhone.objects.filter(person=person_id, number=value).first()
    if what == "phone" and known is None:
        return contact_points.add_phone(person_id, value, turn=by)
    if what == "preferred" and known is not None:
        return contact_points.correct_phone(known.pk, by, kind="unknown", wrong=False, preferred=True)
    return None


def replayed(person_id: int) -> dict[tuple[str, int], dict[str, Any] | None]:
    """What the history alone says of every row that it ever touched."""
    rows: dict[tuple[str, int], dict[str, Any] | None] = {}
    for change in PersonChange.objects.filter(person=person_id).order_by("pk"):
        for step in history.steps_of(change):
            place = (step.kind, step.row_id)
            rows[place] = None if step.after is None else (rows.get(place) or {}) | step.after
    return rows


@dataclass
class Done:
    """An edit that was kept, the places it touched, and whether it stands."""

    change: PersonChange
    what: str
    value: str
    places: set[tuple[str, str]]
    stands: bool = True


def places_of(world: World, what: str, value: str) -> set[tuple[str, str]]:
    """What an edit touches: the field, or the rows of an address or a number and of the one that gives way to it."""
    if what == "address":
        return {(what, value), (what, world["address"])}
    if what == "phone":
        return {("phone", value)}
    if what == "preferred":
        return {("phone", one) for one in {value, *world["preferred"]}}
    return {(what, "")}


class TestAnyOrder(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def test_what_stands_is_what_was_last_said_and_not_taken_back(self, steps: list[tuple[str, Any]]) -> None:
        person, sol = make_account().guarantor, make_sol(make_practice())
        first, done = seen(person.pk), list[Done]()
        world = first
        for minute, (what, value) in enumerate(steps):
            if what != "undo":
                change = edit(person.pk, what, value, sol, minute)
                assert (change is None) == (expected(world, what, value) == world)
                if change:
                    done.append(Done(change, what, value, places_of(world, what, value)))
            elif value < len(done):
                one = done[value]
                is_free = one.stands and not any(two.stands and two.places & one.places for two in done[value + 1 :])
                with nullcontext() if is_free else pytest.raises(Conflict):
                    history.undo(one.change.pk, turn(sol, minutes=minute))
                one.stands &= not is_free
            world = first
            for one in done:
                world = expected(world, one.what, one.value) if one.stands else world
            assert seen(person.pk) == world
        for (kind, row_id), said in replayed(person.pk).items():
            standing = subjects.read(kind, row_id)
            assert (standing is None) == (said is None)
            assert not said or {name: (standing or {})[name] for name in said} == said
