"""A patient's coverages, corrected by people: added, put right, ended, brought into order.

No two coverages of a patient stand in one place on one day. What a change does to claims is told before: `told_before`
carries it out and takes it back, so what is shown is what will be.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.errors import Conflict, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_ids
from claims.amendments import coverage_effects, subjects
from claims.amendments.coverage_effects import CoverEffect
from claims.amendments.history import BadParticulars, Turn, keep, person_to_change
from claims.amendments.models import PersonChange
from claims.amendments.subjects import Step
from claims.parties.models import Coverage, Patient, Person
from claims.parties.party_drafts import PersonDraft
from claims.parties.services import person_named
from claims.payers.models import Payer
from claims.plausible.particulars import RELATIONS, birth_problem, member_id_problem

SELF = "18"
PLACES = {1: "primary", 2: "secondary", 3: "tertiary"}


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """A coverage as it is entered. Who is insured is a person on file, else the one that is named; nobody for self."""

    payer_id: int
    rank: int
    member_id: str
    group_number: str = ""
    group_name: str = ""
    relationship: str = SELF
    subscriber_id: int | None = None
    insured: PersonDraft | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class CoverOutcome:
    """What was kept (None where nothing differed), and what it did to claims."""

    change: PersonChange | None
    effect: CoverEffect


def add_coverage(patient_id: int, facts: CoverFacts, *, turn: Turn, on_claims: bool) -> CoverOutcome:
    """A coverage that no bill named yet; `on_claims` gives it to the open claims of its days that name none there.

    Raises `BadParticulars`, and `Conflict` where another one stands in its place on one of its days.
    """
    with transaction.atomic():
        patient, person = _patient(patient_id, turn)
        _check(facts, turn.today)
        _ensure_alone(patient, facts)
        _ensure_new(patient, facts)
        row = _values(patient, facts) | {
            "patient_id": patient.pk, "payer_id": facts.payer_id, "rank": facts.rank, "source": Coverage.Source.PERSON,
        }  # fmt: skip
        (row_id,) = bulk.reserve(Coverage, 1)  # claims name it in the same change
        step, cover = subjects.added(subjects.COVERAGE, row, row_id=row_id), Coverage(pk=row_id, **row)
        claims = coverage_effects.put_on(cover) if on_claims else []
        return _kept(patient, person, "coverage_added", [step, *claims], turn, cover)


def correct_coverage(coverage_id: int, facts: CoverFacts, *, turn: Turn) -> CoverOutcome:
    """Put member id, group, insured and days right; payer and place stay. The next bill goes out with it."""
    with transaction.atomic():
        cover, patient, person = _coverage(coverage_id, turn)
        _check(facts, turn.today)
        if (facts.valid_from, facts.valid_to) != (cover.valid_from, cover.valid_to):
            _ensure_alone(patient, facts, besides=cover.pk)
        _ensure_new(patient, facts, besides=cover.pk)
        step = subjects.changed(subjects.COVERAGE, cover.pk, _values(patient, facts))
        return _kept(patient, person, "coverage_corrected", [step], turn, cover)


def end_coverage(coverage_id: int, last_day: dt.date, *, turn: Turn, off_claims: bool) -> CoverOutcome:
    """The last day on which a coverage answers; `off_claims` takes it off claims of later services that its payer has
    not answered for."""
    with transaction.atomic():
        cover, patient, person = _coverage(coverage_id, turn)
        if cover.valid_from and last_day < cover.valid_from:
            raise BadParticulars("A coverage can't end before it begins.", field="valid_to")
        step = subjects.changed(subjects.COVERAGE, cover.pk, {"valid_to": last_day})
        claims = coverage_effects.take_off(cover, after=last_day) if off_claims else []
        return _kept(patient, person, "coverage_ended", [step, *claims], turn, cover)


def order_coverages(patient_id: int, order: Sequence[int], *, turn: Turn, on_claims: bool) -> CoverOutcome:
    """Which coverage comes first, second and third; `on_claims` brings the claims nobody has answered for along."""
    with transaction.atomic():
        patient, person = _patient(patient_id, turn)
        standing = {row.pk: row for row in current_coverages(patient, turn.today)}
        if set(order) != set(standing) or len(order) != len(standing):
            raise Conflict("The coverages changed meanwhile. Look at them again.")
        if len(order) > len(PLACES):
            raise BadParticulars("Three coverages can stand at once. End those that don't answer any more first.")
        ranks = {pk: rank for rank, pk in enumerate(order, 1)}
        steps = [subjects.changed(subjects.COVERAGE, pk, {"rank": rank}) for pk, rank in ranks.items()]
        claims = coverage_effects.put_in_order(patient_id, ranks) if on_claims else []
        return _kept(patient, person, "coverage_order", [*steps, *claims], turn, None)


def told_before(do: Callable[[], CoverOutcome]) -> CoverEffect:
    """What `do` would do: it is done and taken back. Raises what `do` raises."""
    with transaction.atomic():
        effect = do().effect
        transaction.set_rollback(True)  # noqa: FBT003 Django's own signature
    return effect


def current_coverages(patient: Patient, day: dt.date) -> list[Coverage]:
    """The coverages that stand on a day, in their order."""
    rows = Coverage.objects.filter(patient=patient).select_related("payer", "subscriber").order_by("rank", "pk")
    return [row for row in rows if (row.valid_to or day) >= day]


def _kept(
    patient: Patient, person: Person, action: str, steps: Sequence[Step | None], turn: Turn, cover: Coverage | None
) -> CoverOutcome:
    done = [step for step in steps if step]
    change = keep(person, action=action, steps=done, turn=turn, account_id=patient.account_id)
    if change is None:
        return CoverOutcome(None, CoverEffect((), (), ()))
    coverage_effects.move(done, change, turn.actor, today=turn.today, now=turn.now)
    return CoverOutcome(change, coverage_effects.effect_of(change, done, cover))


def _patient(patient_id: int, turn: Turn) -> tuple[Patient, Person]:
    patient = Patient.objects.filter(pk=patient_id, practice__in=practice_ids(turn.actor)).first()
    if patient is None:
        raise NotFound("There is no such patient in your practices.")
    return patient, person_to_change(patient.person_id, turn, capability=Capability.CORRECT_PEOPLE)


def _coverage(coverage_id: int, turn: Turn) -> tuple[Coverage, Patient, Person]:
    found = Coverage.objects.filter(pk=coverage_id).first()
    if found is None:
        raise NotFound("There is no such coverage in your practices.")
    patient, person = _patient(found.patient_id, turn)
    return Coverage.objects.select_related("payer").get(pk=coverage_id), patient, person


def _check(facts: CoverFacts, today: dt.date) -> None:
    if facts.rank not in PLACES:
        raise BadParticulars("Say whether it is the primary, secondary or tertiary one.", field="rank")
    if not Payer.objects.filter(pk=facts.payer_id).exists():
        raise BadParticulars("Choose a payer.", field="payer")
    if problem := member_id_problem(facts.member_id):
        raise BadParticulars(problem, field="member_id")
    ensure_not_sensitive(group_number=facts.group_number, group_name=facts.group_name)
    if facts.relationship not in RELATIONS:
        raise BadParticulars("Say how the patient stands to the insured.", field="relationship")
    if facts.relationship != SELF and facts.subscriber_id is None and facts.insured is None:
        raise BadParticulars("Say who is insured, or that it is the patient.", field="subscriber")
    if facts.insured and (problem := birth_problem(facts.insured.birth_on, today=today)):
        raise BadParticulars(problem, field="insured_birth_on")
    if facts.valid_from and facts.valid_to and facts.valid_to < facts.valid_from:
        raise BadParticulars("A coverage can't end before it begins.", field="valid_to")


def _ensure_alone(patient: Patient, facts: CoverFacts, *, besides: int = 0) -> None:
    first, last = facts.valid_from or dt.date.min, facts.valid_to or dt.date.max
    rows = Coverage.objects.filter(patient=patient, rank=facts.rank).exclude(pk=besides).select_related("payer")
    for row in rows:
        if (row.valid_from or dt.date.min) <= last and first <= (row.valid_to or dt.date.max):
            until = f" until {row.valid_to.isoformat()}" if row.valid_to else ""
            raise Conflict(
                f"{row.payer.name} is the {PLACES[facts.rank]} coverage{until}. End that one before the other begins, "
                "or choose another place.",
                field="rank" if not besides else "valid_from",
            )


def _ensure_new(patient: Patient, facts: CoverFacts, *, besides: int = 0) -> None:
    same = Coverage.objects.filter(patient=patient, payer=facts.payer_id, rank=facts.rank)
    if same.filter(member_id=facts.member_id.strip()).exclude(pk=besides).exists():
        raise Conflict("This patient has that coverage already, under this member id.", field="member_id")


def _values(patient: Patient, facts: CoverFacts) -> dict[str, Any]:
    """The columns of a coverage that people enter; the insured is opened where nobody knows them yet."""
    subscriber = facts.subscriber_id
    if facts.relationship == SELF:
        subscriber = patient.person_id
    elif subscriber is None and facts.insured:
        subscriber = person_named(patient.practice_id, facts.insured).pk
    elif not Person.objects.filter(pk=subscriber or 0, practice=patient.practice_id).exists():
        raise BadParticulars("Choose one of the people offered, or enter who is insured.", field="subscriber")
    return {
        "member_id": facts.member_id.strip(),
        "group_number": facts.group_number.strip(),
        "group_name": facts.group_name.strip(),
        "relationship": facts.relationship,
        "subscriber_id": subscriber,
        "valid_from": facts.valid_from,
        "valid_to": facts.valid_to,
    }
