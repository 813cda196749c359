"""How people may be reached, and what they owe, read in sets."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from arwork.lib.bulk import Among
from claims.ledger.models import Receivable
from claims.parties.models import Account, PersonAddress, PersonPhone
from collections_app.contacts.consents import consented_addresses
from collections_app.contacts.mailing_address import good_mail_addresses
from collections_app.contacts.models import Channel, Contact, ContactOutcome, Direction
from collections_app.contacts.selectors import everybody_who_is
from collections_app.tracing.reachable import TriedCall, WaysToReach

#: Calls further back tell nothing of today's numbers.
_BACK = dt.timedelta(days=365)


def ways_of(person_ids: Collection[int], *, on: dt.date) -> dict[int, WaysToReach]:
    """How each of these people may be reached on a day. At most thirteen queries, however many people."""
    if not person_ids:
        return {}
    homes = good_mail_addresses(person_ids, on=on)
    endings = _endings(person_ids, on)
    calls = _calls(person_ids, on)
    bad = PersonAddress.objects.filter(Among("person", person_ids), is_bad=True)
    back = set(bad.values_list("person_id", flat=True))
    found = {}
    for pk in person_ids:
        tried = [TriedCall(day, ending) for day, ending in calls.get(pk, ())]
        found[pk] = WaysToReach(pk in homes, endings.get(pk, ()), tried, pk in back)
    return found


def balances_of(person_ids: Collection[int]) -> dict[int, Decimal]:
    """What each of these people owes as a patient over all the accounts they answer for; who owes nothing is left
    out. One query."""
    rows = Receivable.objects.filter(
        Among("account__guarantor", person_ids), bucket="PATIENT", amount__gt=0, account__merged_into=None
    ).order_by()
    return dict(rows.values_list("account__guarantor").annotate(owed=Sum("amount")))


def people_of_accounts(account_ids: Collection[int]) -> dict[int, int]:
    """Who answers for each account. One query."""
    return dict(Account.objects.filter(Among("pk", account_ids)).values_list("pk", "guarantor_id"))


def owing_people(practice_ids: Collection[int]) -> list[int]:
    """Everybody who owes anything as a patient, by id. One query."""
    rows = Receivable.objects.filter(
        bucket="PATIENT", amount__gt=0, account__practice__in=practice_ids, account__merged_into=None
    ).order_by()
    return sorted(rows.values_list("account__guarantor", flat=True).distinct())


def _endings(person_ids: Collection[int], on: dt.date) -> dict[int, tuple[str, ...]]:
    """The last four digits of the numbers of each person that may be called."""
    usable = consented_addresses(person_ids, channel="phone", on=on)
    ids = [pk for numbers in usable.values() for pk in numbers]
    ending = {one.pk: one.number[-4:] for one in PersonPhone.objects.filter(Among("pk", ids))}
    return {person: tuple(ending[pk] for pk in numbers if pk in ending) for person, numbers in usable.items()}


def _calls(person_ids: Collection[int], on: dt.date) -> dict[int, list[tuple[dt.date, str]]]:
    """Outgoing calls to each person since the right one was reached, or wrote or called, last."""
    same = everybody_who_is(person_ids)
    since = timezone.make_aware(dt.datetime.combine(on, dt.time.min)) - _BACK
    rows = Contact.objects.filter(Among("person", same), at__gte=since, retold_by=None).exclude(
        Q(outcome__in=(ContactOutcome.WITHDRAWN, ContactOutcome.NOTED))
    )
    found: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    columns = ("person_id", "at", "channel", "direction", "outcome", "number_end")
    for person, at, channel, direction, outcome, ending in rows.order_by("at", "pk").values_list(*columns):
        whose = same[person or 0]
        if direction == Direction.IN or outcome == ContactOutcome.REACHED:
            found[whose].clear()
        elif channel == Channel.PHONE:
            found[whose].append((timezone.localdate(at), ending))
    return found
