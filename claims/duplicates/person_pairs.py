"""Who may be one person twice: found in sets by birth date, member id and phone; people decide, nothing merges alone.

Whoever came since the last look is compared with everybody of the practice, a batch at a time, with a fixed number of
queries. What scores share (a nursing home's phone) tells nobody apart.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q, QuerySet

from arwork.lib import bulk
from arwork.lib.encrypted_fields import IndexPart
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.duplicates.likeness import KnownPerson, likeness
from claims.duplicates.models import PersonMerge, PersonPair, PersonSearch
from claims.duplicates.person_merge import merge_people, take_people_apart
from claims.parties.models import Account, Coverage, Person, PersonPhone
from claims.practices.models import Practice

if TYPE_CHECKING:
    from arwork.staff.models import User

BATCH = 1_000
#: A phone or member id that more people have is no sign of one person.
MOST_SHARING = 20
_Pair = tuple[int, int]


@dataclass
class _Met:
    """The people of a batch and whoever they are compared with: what is known of each, what two share."""

    known: dict[int, KnownPerson] = field(default_factory=dict)
    by_birth: set[_Pair] = field(default_factory=set)
    by_member: set[_Pair] = field(default_factory=set)
    by_phone: set[_Pair] = field(default_factory=set)


def find_everywhere(*, today: dt.date) -> int:
    """Compare whoever came since the last look, in every practice; how many pairs are new."""
    return sum(find_pairs(practice.pk, today=today) for practice in Practice.objects.order_by("pk"))


def look_again(*, actor: "User", today: dt.date) -> int:
    """Compare everybody of the actor's practices anew; how many pairs are new."""
    require(actor, Capability.POST_MONEY)
    found = 0
    for practice_id in sorted(practice_ids(actor)):
        PersonSearch.objects.filter(practice=practice_id).update(looked_until=0)
        found += find_pairs(practice_id, today=today)
    return found


def find_pairs(practice_id: int, *, today: dt.date) -> int:
    """The same for one practice, in batches of a transaction each."""
    PersonSearch.objects.get_or_create(practice_id=practice_id)
    found = 0
    while True:
        with transaction.atomic():
            search = PersonSearch.objects.select_for_update().get(practice=practice_id)
            rows = Person.objects.filter(practice=practice_id, pk__gt=search.looked_until, merged_into=None)
            fresh = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not fresh:
                return found
            found += _compare(practice_id, fresh, today=today)
            search.looked_until = fresh[-1]
            search.save(update_fields=["looked_until"])


def _compare(practice_id: int, fresh: Sequence[int], *, today: dt.date) -> int:
    met = _meet(practice_id, fresh)
    rows = []
    for one, other in sorted(met.by_birth | met.by_member | met.by_phone):
        found = likeness(
            met.known[one], met.known[other], has_member=(one, other) in met.by_member,
            has_phone=(one, other) in met.by_phone,
        )  # fmt: skip
        if found:
            reasons = ", ".join(found.reasons)
            rows.append(
                PersonPair(
                    practice_id=practice_id, one_id=one, other_id=other, strength=found.strength, reasons=reasons,
                    found_on=today,
                )
            )  # fmt: skip
    before = PersonPair.objects.filter(practice=practice_id).count() if rows else 0
    bulk.insert(PersonPair, rows, ignore_conflicts=True)
    return PersonPair.objects.filter(practice=practice_id).count() - before if rows else 0


def _meet(practice_id: int, fresh: Sequence[int]) -> _Met:
    """Who shares a birth date, a member id or a phone with the people of a batch. Seven queries."""
    met = _Met()
    people = Person.objects.filter(practice=practice_id, merged_into=None)
    births = models.F("birth_digest")
    dated = people.annotate(birth_digest=IndexPart("birth_on", 1, 8)).filter(birth_on__isnull=False)
    wanted = set(dated.filter(bulk.Among("pk", fresh)).values_list("birth_digest", flat=True))
    same_birth = dated.filter(birth_digest__in=wanted).values_list(births, "pk") if wanted else ()
    met.by_birth = _pairs(((bytes(mark), pk) for mark, pk in same_birth), fresh, most=None)
    members = Coverage.objects.annotate(mark=IndexPart("member_id", 1, 16))
    ours = set(members.filter(bulk.Among("patient__person", fresh)).values_list("mark", flat=True))
    theirs = members.filter(mark__in=ours, patient__person__in=people) if ours else members.none()
    met.by_member = _pairs(
        {(bytes(mark), pk) for mark, pk in theirs.values_list("mark", "patient__person_id")}, fresh, most=MOST_SHARING
    )
    phones = PersonPhone.objects.annotate(mark=IndexPart("number", 1, 16))
    ours = set(phones.filter(bulk.Among("person", fresh)).values_list("mark", flat=True))
    called = phones.filter(mark__in=ours, person__in=people) if ours else phones.none()
    met.by_phone = _pairs(
        {(bytes(mark), pk) for mark, pk in called.values_list("mark", "person_id")}, fresh, most=MOST_SHARING
    )
    every = {pk for pair in met.by_birth | met.by_member | met.by_phone for pk in pair}
    for pk, last, first, birth_on in people.filter(bulk.Among("pk", every)).values_list(
        "pk", "last", "first", "birth_on"
    ):
        met.known[pk] = KnownPerson(last, first, birth_on)
    return met


def _pairs(marked: Iterable[tuple[bytes, int]], fresh: Collection[int], *, most: int | None) -> set[_Pair]:
    """Everybody of the batch with everybody who bears the same mark, each two once, in order."""
    sharing: dict[bytes, set[int]] = defaultdict(set)
    for mark, pk in marked:
        if mark:  # nothing is known where there is none
            sharing[mark].add(pk)
    new = set(fresh)
    return {
        (min(one, other), max(one, other))
        for group in sharing.values()
        if most is None or len(group) <= most
        for one in group & new
        for other in group
        if one != other
    }


def pairs(*, actor: "User", state: str = PersonPair.State.OPEN) -> QuerySet[PersonPair]:
    """The pairs in a state, of the actor's practices, the likeliest first; of those that wait, people who stand."""
    require(actor, Capability.SEE_CLAIMS)
    rows = PersonPair.objects.filter(practice__in=practice_ids(actor), state=state)
    if state == PersonPair.State.OPEN:
        rows = rows.exclude(Q(one__merged_into__isnull=False) | Q(other__merged_into__isnull=False))
    return rows.select_related("one", "other", "practice", "decided_by").order_by("-strength", "pk")


def pair_seen_by(actor: "User", pair_id: int) -> PersonPair:
    """One pair. Raises `Forbidden`, `NotFound`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    return _pair(pair_id, actor)


def name_same_person(account_id: int, *, number: str, actor: "User", today: dt.date, now: dt.datetime) -> PersonPair:
    """Say that one person may answer for two accounts. Raises `Forbidden`, `NotFound`, `DomainError`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    rows = Account.objects.filter(practice__in=practice_ids(actor)).select_related("guarantor")
    account = rows.filter(pk=account_id).first()
    if account is None:
        raise NotFound("There is no such account in your practices.")
    other = rows.filter(practice=account.practice_id, number=number.strip().upper()).first()
    if other is None:
        raise DomainError("There is no account with this number in the practice.", field="number")
    if other.guarantor_id == account.guarantor_id:
        raise DomainError("The same person answers for both already.", field="number")
    one, second = sorted((account.guarantor_id, other.guarantor_id))
    found, is_new = PersonPair.objects.get_or_create(
        one_id=one, other_id=second,
        defaults={
            "practice_id": account.practice_id, "strength": PersonPair.Strength.POSSIBLE,
            "reasons": "named by a person", "found_on": today,
        },
    )  # fmt: skip
    if is_new:
        facts = {"one": one, "other": second}
        audit.record(
            actor, "same_person_named", "account", account.pk, practice_id=account.practice_id, after=facts, now=now
        )
    return found


@transaction.atomic
def keep_apart(pair_id: int, *, actor: "User", now: dt.datetime) -> PersonPair:
    """They are two people: remembered, and never asked again."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    return _decided(_pair(pair_id, actor, state=PersonPair.State.OPEN), PersonPair.State.APART, actor=actor, now=now)


@transaction.atomic
def settle_as_one(
    pair_id: int, *, keep: int, choices: dict[str, str], actor: "User", today: dt.date, now: dt.datetime
) -> PersonPair:
    """They are one person: the other one is merged into `keep`. Raises as `merge_people` does."""
    require(actor, Capability.POST_MONEY)
    found = _pair(pair_id, actor, state=PersonPair.State.OPEN)
    both = {found.one_id, found.other_id}
    if keep not in both:
        raise DomainError("Say which of the two stays.", field="keep")
    merge_people((both - {keep}).pop(), into=keep, choices=choices, actor=actor, today=today, now=now)
    return _decided(found, PersonPair.State.MERGED, actor=actor, now=now)


@transaction.atomic
def take_decision_back(pair_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> PersonPair:
    """Undo what was decided of a pair: it waits again, and two people who were merged stand apart."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    found = _pair(pair_id, actor, locked=True)
    if found.state == PersonPair.State.OPEN:
        raise Conflict("Nothing was decided of these two, or somebody took it back just now.")
    if found.state == PersonPair.State.MERGED:
        merger = merger_of(found)
        if merger is None:
            raise Conflict("These two were merged with others since. Take those mergers back first.")
        take_people_apart(merger.pk, actor=actor, today=today, now=now)
    return _decided(found, PersonPair.State.OPEN, actor=actor, now=now)


def merger_of(pair: PersonPair) -> PersonMerge | None:
    """The merger of these two that stands."""
    both = (pair.one_id, pair.other_id)
    rows = PersonMerge.objects.filter(gone__in=both, kept__in=both, undone_at=None)
    return rows.select_related("gone", "kept", "merged_by").first()


def _decided(found: PersonPair, state: str, *, actor: "User", now: dt.datetime) -> PersonPair:
    before, found.state = found.state, state
    is_open = state == PersonPair.State.OPEN
    found.decided_by, found.decided_at = (None, None) if is_open else (actor, now)
    found.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(
        actor, "same_person_decided", "person", found.one_id, practice_id=found.practice_id,
        before={"state": before}, after={"state": state, "other": found.other_id}, now=now,
    )  # fmt: skip
    return found


def _pair(pair_id: int, actor: "User", *, locked: bool = False, state: str | None = None) -> PersonPair:
    rows: QuerySet[Any] = PersonPair.objects.filter(pk=pair_id, practice__in=practice_ids(actor))
    if locked or state:
        rows = rows.select_for_update(of=("self",))
    found: PersonPair | None = rows.select_related("one", "other", "practice").first()
    if found is None:
        raise NotFound("There is no such pair of people in your practices.")
    if state is not None and found.state != state:
        raise Conflict("Somebody decided about these two already. Look at the pair again.")
    return found
