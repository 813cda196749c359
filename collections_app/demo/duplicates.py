"""Bills that came twice and people who were typed twice: one pair of each waits, one was merged by the supervisor."""

import datetime as dt
from dataclasses import replace
from io import BytesIO
from itertools import islice

from claims.billing.models import PossibleDuplicate
from claims.duplicates import claim_questions, person_pairs
from claims.duplicates.models import PersonPair
from claims.edi.services import take_in
from collections_app.demo.files import claim_file
from collections_app.demo.places import PRACTICES, DemoPractice
from collections_app.demo.setting import supervisor
from collections_app.demo.story import DemoClaim
from collections_app.demo.world import story

_CONTROL = 990_000
#: How many of the latest visits are looked through for some that nobody answered yet.
_LATEST = 400


def repeat_some(*, seed: int, claims: int, until: dt.date, now: dt.datetime) -> None:
    """Take in two bills under other numbers, and two visits of people whose names were misspelled; settle one each."""
    practice = PRACTICES[0]
    chosen = _unanswered(practice, seed=seed, claims=claims, until=until)
    repeated = [replace(one, number=f"{one.number}R", billed_on=until) for one in chosen[:2]]
    misspelled = [_misspelled(one, until) for one in chosen[-2:]]
    if not repeated:
        return
    text = claim_file(practice, [*repeated, *misspelled], on=until, control=_CONTROL)
    take_in(BytesIO(text.encode()), name=f"{practice.npi}-{until:%Y%m%d}-again.837", via="demo", today=until, now=now)
    person_pairs.find_everywhere(today=until)
    actor = supervisor()
    bills = PossibleDuplicate.objects.filter(claim__number__in=[one.number for one in repeated]).order_by("pk")
    for pair in bills[1:]:
        if pair.state == PossibleDuplicate.State.OPEN:
            claim_questions.settle_as_same(pair.pk, keep=pair.other_id, actor=actor, today=until, now=now)
    lasts = {one.patient.last.upper() for one in misspelled}
    people = PersonPair.objects.filter(other__last__in=lasts).order_by("pk")
    for twice in people[1:]:
        if twice.state == PersonPair.State.OPEN:
            person_pairs.settle_as_one(twice.pk, keep=twice.one_id, choices={}, actor=actor, today=until, now=now)


def _unanswered(practice: DemoPractice, *, seed: int, claims: int, until: dt.date) -> list[DemoClaim]:
    """The latest plain claims of different people of a practice that are in the books and have no answer."""
    latest = (
        story(seed=seed, index=index, total=claims, until=until)
        for index in range(claims - 1, max(claims - 1 - _LATEST, -1), -1)
    )
    found: dict[tuple[str, str], DemoClaim] = {}
    for one in latest:
        is_plain = one.patient.payer and not (one.rejected or one.advices or one.again or one.replaces)
        if is_plain and one.patient.practice.npi == practice.npi and one.billed_on < until:
            found.setdefault((one.patient.last, one.patient.first), one)
    return list(islice(found.values(), 4))


def _misspelled(one: DemoClaim, until: dt.date) -> DemoClaim:
    """Another visit of the same person, with a letter of the surname twice."""
    last = f"{one.patient.last[:3]}{one.patient.last[2:]}"
    patient = replace(one.patient, last=last)
    return replace(
        one, number=f"{one.number}N", patient=patient, service_on=until - dt.timedelta(days=1), billed_on=until
    )
