"""Two people side by side: who they are by our rows, what they owe, and what would move from the one to the other."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib import merged_rows
from arwork.lib.merged_rows import RowsToMove
from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, Bucket
from claims.billing.models import Claim
from claims.duplicates.models import PersonMerge, PersonPair
from claims.duplicates.person_merge import CHOSEN, KEPT_AS_RECORDED, obstacles, standing_rows
from claims.duplicates.person_pairs import merger_of
from claims.ledger.models import Receivable
from claims.parties.models import Account, Coverage, Patient, Person
from claims.payers.phones import shown_number

_LABELS = {"last": "Last name", "first": "First name", "middle": "Middle name", "birth_on": "Birth date"}


@dataclass(frozen=True)
class PersonSide:
    """One of two people, with accounts, claims and what is owed of them by bucket."""

    person: Person
    accounts: Sequence[Account]
    patients: Sequence[Patient]
    phones: Sequence[str]
    addresses: Sequence[str]
    coverages: Sequence[Coverage]
    claims: int
    owed: Sequence[tuple[str, Decimal]]
    moves: Sequence[RowsToMove]
    problems: Sequence[str]

    @property
    def unapplied(self) -> Decimal:
        return sum((account.unapplied for account in self.accounts), ZERO)


@dataclass(frozen=True)
class ChosenField:
    """A column in which the two differ."""

    name: str
    label: str
    ours: object
    theirs: object


@dataclass(frozen=True)
class ComparedPeople:
    """A pair with both people; `merger` stands where they were merged."""

    pair: PersonPair
    sides: tuple[PersonSide, PersonSide]
    differing: Sequence[ChosenField]
    merger: PersonMerge | None

    @property
    def is_open(self) -> bool:
        return self.pair.state == PersonPair.State.OPEN


def compared_people(pair: PersonPair) -> ComparedPeople:
    """Both people of a pair. A fixed number of queries."""
    sides = (_side(pair.one, pair.other), _side(pair.other, pair.one))
    differing = [
        ChosenField(name, _LABELS.get(name, name.title()), getattr(pair.one, name), getattr(pair.other, name))
        for name in CHOSEN
        if getattr(pair.one, name) != getattr(pair.other, name)
    ]
    return ComparedPeople(pair, sides, differing, merger_of(pair))


def _side(person: Person, other: Person) -> PersonSide:
    accounts = standing_rows(Account, name="guarantor", person=person)
    patients = standing_rows(Patient, name="person", person=person)
    owed: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for bucket, amount in Receivable.objects.filter(account__in=accounts).values_list("bucket", "amount"):
        owed[bucket] += amount
    return PersonSide(
        person=person,
        accounts=accounts,
        patients=patients,
        phones=[shown_number(phone.number) for phone in person.phones.order_by("pk")],
        addresses=[_address(one) for one in person.addresses.order_by("-is_current", "-pk")],
        coverages=list(Coverage.objects.filter(patient__in=patients).select_related("payer").order_by("rank", "pk")),
        claims=Claim.objects.filter(account__in=accounts).count(),
        owed=[(Bucket(bucket).short, owed[bucket]) for bucket in BUCKETS if owed[bucket]],
        moves=_moves(person, accounts, patients),
        problems=obstacles(person, other),
    )


def _moves(person: Person, accounts: Sequence[Account], patients: Sequence[Patient]) -> list[RowsToMove]:
    """What names the person, their accounts and them as a patient, table by table, most first."""
    counts: dict[type, int] = defaultdict(int)
    for target, rows in ((Person, [person]), (Account, accounts), (Patient, patients)):
        for row in rows:
            for one in merged_rows.rows_naming(target, row.pk, but=KEPT_AS_RECORDED):
                counts[one.model] = max(counts[one.model], one.count)
    return sorted((RowsToMove(model, count) for model, count in counts.items()), key=lambda one: -one.count)


def _address(row: object) -> str:
    parts = (getattr(row, name) for name in ("line1", "city", "state", "zip"))
    return ", ".join(part for part in parts if part)
