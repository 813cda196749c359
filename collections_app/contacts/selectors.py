"""Questions to the contact log and the holds."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from arwork.lib.bulk import Among
from arwork.staff.access import practice_ids
from claims.parties.models import Account, Person
from collections_app.contacts.models import Channel, Contact, ContactOutcome, Direction, Hold

if TYPE_CHECKING:
    from arwork.staff.models import User

_ORDER = ("bankruptcy", "cease", "attorney", "deceased", "nsa", "dispute", "assistance", "appeal", "correction")


def holds_in_force(today: dt.date) -> Q:
    """Holds that stop something on `today`."""
    return Q(lifted_at=None, from_on__lte=today) & (Q(until_on=None) | Q(until_on__gte=today))


def strongest_holds(rows: Iterable[tuple[int, str]]) -> dict[int, str]:
    """By whatever the rows name first, the reason that outranks the others (RULES 11.9)."""
    reasons: dict[int, list[str]] = defaultdict(list)
    for pk, reason in rows:
        reasons[pk].append(reason)
    return {pk: min(found, key=_ORDER.index) for pk, found in reasons.items()}


def holds_binding(account_id: int) -> QuerySet[Hold]:
    """Every hold of an account, of its claims and of who answers for it, in force or not."""
    answering = Account.objects.filter(pk=account_id).values("guarantor")
    return Hold.objects.filter(Q(account=account_id) | Q(person__in=answering))


def holds_of(*, actor: "User", account_id: int, today: dt.date) -> QuerySet[Hold]:
    """Holds in force on an account, its claims and who answers for it: the strongest first (RULES 11.9), of equal ones
    the oldest."""
    strength = Case(
        *(When(reason=reason, then=Value(place)) for place, reason in enumerate(_ORDER)), output_field=IntegerField()
    )
    rows = holds_binding(account_id).filter(holds_in_force(today), practice__in=practice_ids(actor))
    return rows.select_related("placed_by", "claim", "person").order_by(strength, "from_on", "pk")


def account_holds(accounts: Q, *, through_people: Q, today: dt.date) -> dict[int, str]:
    """The strongest hold in force by account, its own or one of who answers for it. Two queries.

    `accounts` is a condition on the column `account`, `through_people` the same on `person__accounts`.
    """
    in_force = Hold.objects.filter(holds_in_force(today), claim=None)
    own = in_force.filter(accounts).values_list("account_id", "reason")
    people = in_force.filter(through_people, person__isnull=False).values_list("person__accounts", "reason")
    return strongest_holds([*own, *people])


def everybody_who_is(person_ids: Collection[int]) -> dict[int, int]:
    """These people, and whoever was merged into one of them, by who stands for them now: the contact log is never
    rewritten, and who was called under either name was called. One query."""
    merged = Person.objects.filter(Among("merged_into", person_ids)).values_list("pk", "merged_into_id")
    return {pk: pk for pk in person_ids} | {pk: stands or pk for pk, stands in merged}


def last_attempt(person_id: int) -> Contact | None:
    """The last time somebody tried to reach the person, as it is known now: notes and calls never made left out."""
    same = everybody_who_is([person_id])
    rows = Contact.objects.filter(person__in=same, direction=Direction.OUT, retold_by=None)
    return rows.exclude(channel=Channel.NOTE).exclude(outcome=ContactOutcome.WITHDRAWN).order_by("-at").first()


def people_of(account: Account) -> list[tuple[int, str]]:
    """The guarantor of an account and its patients, by id and name: about whom something can be noted."""
    people = Person.objects.filter(Q(pk=account.guarantor_id) | Q(patients__account=account)).distinct()
    return sorted(((one.pk, str(one)) for one in people), key=lambda one: (one[0] != account.guarantor_id, one[1]))
