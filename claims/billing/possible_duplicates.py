"""Claims that may be one bill under two numbers: found as they are opened, decided by a person.

The same patient, first day, charge and services, line by line, under another number. A replacement or a void is told
apart before it comes here; a bill to a later payer, a part of a hospital stay and an encounter that nobody owes are no
duplicates; nor is a second visit of the day, whose lines differ. Both stand in the books until somebody decides,
because answers to either must post; what may be counted twice is said wherever it waits.

A batch costs one query, and three more where something is found.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib import bulk
from claims.billing.models import Claim, ClaimLine, PossibleDuplicate, Submission
from claims.billing.submitted_claims import CORRECTIONS, INTERIM

#: What is billed of a service: code, revenue code, modifiers in any order, units, charge.
BilledService = tuple[str, str, tuple[str, ...], Decimal, Decimal]
_FACTS = ("pk", "practice_id", "patient_id", "service_from", "charge", "frequency", "state", "number")


@dataclass(frozen=True, slots=True)
class RepeatedClaim:
    """A claim that was just opened, and the number of the one that it may repeat."""

    claim_id: int
    other_number: str


@dataclass(frozen=True, slots=True)
class _Bill:
    pk: int
    practice_id: int
    patient_id: int
    service_from: dt.date
    charge: Decimal
    frequency: str
    state: str
    number: str

    @property
    def place(self) -> tuple[int, dt.date, Decimal]:
        return self.patient_id, self.service_from, self.charge

    @property
    def may_repeat(self) -> bool:
        """Whether it stands for services of its own: no correction, no part of a stay, and somebody was charged."""
        return self.frequency not in (*CORRECTIONS, *INTERIM) and bool(self.charge)


def flag_repeated(opened: Mapping[int, tuple[int, dt.date]], *, today: dt.date) -> list[RepeatedClaim]:
    """Ask a person about each claim just opened that may repeat another one; those that do. `opened` says whose they
    are, and their first day.

    Of several claims that it may repeat, the first one is named. Call inside the transaction that opens them.
    """
    fresh = opened.keys()
    bills = _bills_of_patients(opened.values())
    pairs = [(one, other) for one in bills if one.pk in fresh for other in _before(one, bills, fresh)]
    if not pairs:
        return []
    met = {bill.pk for pair in pairs for bill in pair}
    services, sent_to = _services(met), _sequences(met)
    found: dict[int, _Bill] = {}
    for one, other in pairs:
        if services[one.pk] == services[other.pk] and _went_to_one_payer(sent_to, one.pk, other.pk):
            found.setdefault(one.pk, other)
    practices = {one.pk: one.practice_id for one, _ in pairs}
    rows = [
        PossibleDuplicate(practice_id=practices[pk], claim_id=pk, other_id=other.pk, found_on=today)
        for pk, other in found.items()
    ]
    bulk.insert(PossibleDuplicate, rows, ignore_conflicts=True)
    return [RepeatedClaim(pk, other.number) for pk, other in found.items()]


def billed_service(code: str, revenue: str, modifiers: str, units: Decimal, charge: Decimal) -> BilledService:
    """What is billed of a line, as two bills are compared by it."""
    return code, revenue, tuple(sorted(modifiers.split())), units.normalize(), charge


def _bills_of_patients(places: Collection[tuple[int, dt.date]]) -> list[_Bill]:
    """The claims of these patients on these days. One query."""
    if not places:
        return []
    patients, days = {patient for patient, _ in places}, {day for _, day in places}
    rows = Claim.objects.filter(bulk.Among("patient", sorted(patients)), service_from__in=days, merged_into=None)
    rows = rows.exclude(state=Claim.State.VOID).order_by("pk")
    return [_Bill(*facts) for facts in rows.values_list(*_FACTS)]


def _before(one: _Bill, bills: Sequence[_Bill], fresh: Collection[int]) -> list[_Bill]:
    """What a new claim may repeat: what stood before it, and of those that came with it the earlier ones."""
    if not one.may_repeat or one.state == Claim.State.CLOSED:  # closed as it was opened: an encounter
        return []
    return [
        other
        for other in bills
        if other.place == one.place and other.may_repeat and (other.pk < one.pk or other.pk not in fresh)
    ]


def _services(claim_ids: Collection[int]) -> Mapping[int, Counter[BilledService]]:
    found: dict[int, Counter[BilledService]] = defaultdict(Counter)
    rows = ClaimLine.objects.filter(bulk.Among("claim", sorted(claim_ids))).exclude(charge=0)
    columns = ("claim_id", "code", "revenue_code", "modifiers", "units", "charge")
    for claim_id, *facts in rows.values_list(*columns):
        found[claim_id][billed_service(*facts)] += 1
    return found


def _sequences(claim_ids: Collection[int]) -> Mapping[int, set[str]]:
    """To which payers claims went: first, second, third."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = Submission.objects.filter(bulk.Among("claim", sorted(claim_ids)))
    for claim_id, sequence in rows.values_list("claim_id", "sequence"):
        found[claim_id].add(sequence)
    return found


def _went_to_one_payer(sent_to: Mapping[int, set[str]], one: int, other: int) -> bool:
    """Whether both went to the first payer, or both to the second: nothing speaks against it where one went to none."""
    ours, theirs = sent_to.get(one, set()), sent_to.get(other, set())
    return not ours or not theirs or bool(ours & theirs)
