"""Where people get their mail: the address that somebody asked to be written to in confidence before any other (45 CFR
164.522(b)), else the newest current one from which none came back."""

import datetime as dt
from collections.abc import Collection

from django.db.models import F, Q

from arwork.lib.bulk import Among
from claims.parties.models import PersonAddress
from collections_app.contacts.person_models import PersonFact


def mail_addresses(person_ids: Collection[int], *, on: dt.date) -> dict[int, PersonAddress]:
    """By person; one from which mail came back only where there is no other. Two queries."""
    rows = PersonAddress.objects.filter(Among("person", person_ids), is_current=True).order_by(F("is_bad").desc(), "pk")
    found = {one.person_id: one for one in rows if one.line1}
    asked = PersonFact.objects.filter(
        Q(until_on=None) | Q(until_on__gte=on), Among("person", person_ids), kind=PersonFact.Kind.CONFIDENTIAL,
        ended_at=None, from_on__lte=on, address__isnull=False,
    )  # fmt: skip
    for fact in asked.select_related("address").order_by("pk"):
        if fact.address is not None:
            found[fact.person_id] = fact.address
    return found
