"""Questions about accounts and people: the list, one guarantor account, and who is meant by a name, a number or a
phone."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat

from arwork.lib.encrypted_fields import IndexPart, folded
from arwork.lib.errors import NotFound
from arwork.lib.prefixes import begins
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import (
    ENDING,
    MEMBER_ID_PREFIXES,
    MEMBER_ID_STEPS,
    Account,
    Coverage,
    Patient,
    Person,
    PersonAddress,
    PersonAlias,
    PersonPhone,
)
from claims.parties.name_index import similar_words
from claims.parties.search_query import SearchReading
from claims.payers.phones import shown_number

if TYPE_CHECKING:
    from arwork.staff.models import User

_CANDIDATES = 200


@dataclass(frozen=True)
class GuarantorAccount:
    """An account with the people it answers for and how its guarantor can be reached."""

    account: Account
    guarantor: Person
    patients: list[Patient]


def own_account(account_id: int, *, actor: "User") -> Account:
    """An account of the actor's practices. Raises `NotFound`."""
    found = Account.objects.filter(pk=account_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such account in your practices.")
    return found


def guarantor_account(*, actor: "User", account_id: int) -> GuarantorAccount:
    """One account with its people. Raises `NotFound` where the actor's practices hold no such account."""
    require(actor, Capability.SEE_CLAIMS)
    rows = Account.objects.filter(practice__in=practice_ids(actor)).select_related("practice", "guarantor")
    reach = ("guarantor__phones", "guarantor__addresses", "guarantor__emails")
    account = rows.prefetch_related(*reach).filter(pk=account_id).first()
    if account is None:
        raise NotFound("There is no such account in your practices.")
    patients = Patient.objects.filter(account=account).select_related("person").prefetch_related("coverages__payer")
    return GuarantorAccount(account, account.guarantor, list(patients.order_by("person__search_name", "id")))


def same_accounts(account_id: int) -> QuerySet[Account]:
    """The account, and those that it stands for: what is never rewritten names them. Ids, to ask within a query."""
    rows = Account.objects.filter(Q(pk=account_id) | Q(merged_into=account_id))
    return rows.values("pk")  # type: ignore[return-value]


def accounts_merged_into(account: Account) -> list[Account]:
    """The accounts that this one stands for."""
    return list(Account.objects.filter(merged_into=account).order_by("pk"))


def accounts(*, actor: "User") -> QuerySet[Account]:
    """Accounts of the actor's practices, with their guarantors."""
    require(actor, Capability.SEE_CLAIMS)
    return Account.objects.filter(practice__in=practice_ids(actor)).select_related("guarantor", "practice")


def accounts_numbered(*, actor: "User", asked: SearchReading) -> QuerySet[Account]:
    """Accounts whose number begins with what was typed, however its groups are written."""
    wanted = begins("number", asked.number.upper()) if asked.number else Q(pk=None)
    if asked.account:
        wanted |= Q(number=asked.account)
    return accounts(actor=actor).filter(wanted).order_by("number", "id")


def accounts_of_people(*, actor: "User", person_ids: list[int]) -> QuerySet[Account]:
    """Accounts that these people answer for or are treated under."""
    treated = Patient.objects.filter(person__in=person_ids).values("account")
    return accounts(actor=actor).filter(Q(guarantor__in=person_ids) | Q(pk__in=treated)).order_by("number")


def accounts_by_person(person_ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    """The (id, number) of every account of each person, as guarantor or patient. Two queries."""
    found: dict[int, set[tuple[int, str]]] = {pk: set() for pk in person_ids}
    answering = Account.objects.filter(guarantor__in=person_ids).values_list("guarantor_id", "id", "number")
    treated = Patient.objects.filter(person__in=person_ids).values_list("person_id", "account_id", "account__number")
    for person_id, account_id, number in [*answering, *treated]:
        found[person_id].add((account_id, number))
    return {pk: sorted(accounts) for pk, accounts in found.items()}


def people(*, actor: "User", asked: SearchReading) -> QuerySet[Person]:
    """People by name (last first, or either way round), day or year of birth, or phone; by name."""
    rows = Person.objects.filter(practice__in=practice_ids(actor))
    if asked.phone:
        return rows.filter(phones__number=asked.phone).order_by("search_name", "id")
    if not asked.is_about_people:
        return rows.none()
    if asked.names:
        rows = rows.filter(_named(reduce(or_, (begins("search_name", name) for name in asked.names)), actor))
    rows = _born(rows, asked)
    return rows.order_by("search_name", "id") if asked.names else _as_found(rows)


def people_called(*, actor: "User", asked: SearchReading) -> QuerySet[Person]:
    """People whose first name begins with the one word that was typed, born as it says."""
    rows = Person.objects.filter(practice__in=practice_ids(actor))
    if len(asked.names) != 1:  # several words are read either way round
        return rows.none()
    return _as_found(_born(rows.filter(_named(begins("turned_name", asked.names[0]), actor)), asked))


def people_spelled_like(*, actor: "User", asked: SearchReading) -> QuerySet[Person]:
    """People with a name that what was typed may be a misspelling of."""
    rows = Person.objects.filter(practice__in=practice_ids(actor))
    words = asked.names[0].split() if asked.names else []
    meant = [similar_words(word) or [word] for word in (words[:1] + words[1:][-1:])]
    names = [" ".join(parts) for parts in product(*meant)] if meant else []
    if not names:
        return rows.none()
    either = [begins(column, name + end) for name in names for column, end in _like(len(meant))]
    return _as_found(_born(rows.filter(_named(reduce(or_, either), actor)), asked))


def _named(meant: Q, actor: "User") -> Q:
    """People of these names, and those who bore them before somebody corrected them. One query, of a small table."""
    rows = PersonAlias.objects.filter(meant, practice__in=practice_ids(actor)).values_list("person_id", flat=True)
    known_as = list(rows.order_by("pk")[:_CANDIDATES])
    return meant | Q(pk__in=known_as) if known_as else meant


def _like(words: int) -> tuple[tuple[str, str], ...]:
    """The columns in which a name stands, and what ends it: of one word the whole word is meant."""
    end = " " if words == 1 else ""
    return ("search_name", end), ("turned_name", end)


def people_phoned(*, actor: "User", digits: str, limit: int) -> list[Person]:
    """Up to `limit` people of whom a number ends with these digits, by name.

    Numbers are encrypted, and found by their last four: of more than `_CANDIDATES` only so many are looked at.
    """
    rows = PersonPhone.objects.filter(ending=digits[-ENDING:], person__practice__in=practice_ids(actor))
    candidates = rows.order_by("pk").values_list("number", "person_id")[:_CANDIDATES]
    found = {person for number, person in candidates if number.endswith(digits)}
    return list(Person.objects.filter(pk__in=found).order_by("search_name", "id")[:limit])


@dataclass(frozen=True, slots=True)
class Reach:
    """Where somebody lives and at which number they are called, as far as is known."""

    city: str = ""
    phone: str = ""


def reach_of(person_ids: Collection[int]) -> dict[int, Reach]:
    """City and first working number of each of these people. Two queries."""
    addresses = PersonAddress.objects.filter(person__in=person_ids, is_current=True).order_by("-pk")
    cities = {person: ", ".join(filter(None, (city, state))) for person, city, state in
              addresses.values_list("person_id", "city", "state")}  # fmt: skip
    numbers = PersonPhone.objects.filter(person__in=person_ids, is_wrong=False).order_by("is_preferred", "-pk")
    phones = dict(numbers.values_list("person_id", "number"))
    return {pk: Reach(cities.get(pk, ""), shown_number(phones.get(pk, ""))) for pk in person_ids}


def _born(rows: QuerySet[Person], asked: SearchReading) -> QuerySet[Person]:
    if asked.birth_on:
        return rows.filter(birth_on__begins=asked.birth_on.isoformat())
    return rows.filter(birth_on__begins=f"{asked.birth_year:04}") if asked.birth_year else rows


def _as_found(rows: QuerySet[Person]) -> QuerySet[Person]:
    """By name. A planner that takes few for many would walk every name: put in order what another index finds."""
    return rows.order_by(Concat("search_name", Value("")), "id")


def coverages_numbered(*, actor: "User", text: str, limit: int) -> list[Coverage]:
    """Up to `limit` policies whose member id begins with `text`, however it is spaced and in any case, by member id.

    Member ids are encrypted: what is shorter than the shortest indexed beginning finds whole ids only, and of more
    than `_CANDIDATES` that begin alike only so many are looked at.
    """
    wanted = folded(text)
    is_whole = len(wanted) < MEMBER_ID_PREFIXES[0]
    meant = Q(member_id__in={text, text.upper()}) if is_whole else Q(member_id__begins=text)
    rows = Coverage.objects.filter(meant, patient__practice__in=practice_ids(actor))
    in_index = (IndexPart("member_id", *MEMBER_ID_STEPS), "id")  # or a planner that takes few for many walks the table
    candidates = rows.order_by(*in_index).values_list("member_id", "pk")[:_CANDIDATES]
    fitting = sorted(found for found in candidates if is_whole or folded(found[0]).startswith(wanted))[:limit]
    known = Coverage.objects.select_related("patient__person", "payer").in_bulk([pk for _, pk in fitting])
    return [known[pk] for _, pk in fitting]
