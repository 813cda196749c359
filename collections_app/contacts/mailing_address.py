"""Where people get their mail: the address that somebody asked to be written to in confidence before any other (45 CFR
164.522(b)), else the newest current one from which none came back."""

import datetime as dt
from collections.abc import Collection

from django.db.models import F

from arwork.lib.bulk import Among
from claims.parties.models import PersonAddress
from collections_app.contacts.person_facts import standing
from collections_app.contacts.person_models import PersonFact


def mail_addresses(person_ids: Collection[int], *, on: dt.date) -> dict[int, PersonAddress]:
    """By person; one from which mail came back only where there is no other. Two queries."""
    rows = PersonAddress.objects.filter(Among("person", person_ids), is_current=True).order_by(F("is_bad").desc(), "pk")
    found = {one.person_id: one for one in rows if one.line1}
    asked = PersonFact.objects.filter(
        standing(on), Among("person", person_ids), kind=PersonFact.Kind.CONFIDENTIAL, address__isnull=False
    )
    for fact in asked.select_related("address").order_by("pk"):
        if fact.address is not None:
            found[fact.person_id] = fact.address
    return found


def good_mail_addresses(person_ids: Collection[int], *, on: dt.date) -> dict[int, PersonAddress]:
    """The same, without those from which mail came back: nothing is written to them."""
    return {pk: home for pk, home in mail_addresses(person_ids, on=on).items() if not home.is_bad and home.line1}
