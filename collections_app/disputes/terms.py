"""The figures of disputes that hold for an account on a day (`collections_app.limits`)."""

import datetime as dt

from claims.parties.models import Account, PersonAddress
from collections_app.contacts.rules import places_of
from collections_app.disputes.clocks import EstimateRule, Term
from collections_app.limits.limit_kinds import NEW_YORK_CITY
from collections_app.limits.selectors import limit_book

_NAMES = {NEW_YORK_CITY: "New York City"}


def terms_of(account: Account, *, on: dt.date) -> list[Term]:
    """Within how many days a dispute of this account is answered: our own term, and those of the places where its
    guarantor lives. Two queries."""
    book, practice = limit_book(), account.practice_id
    own = book.pick("dispute_answer_days", on=on, practice_id=practice)
    found = [Term("Our own term", own.value, own.source)] if own else []
    homes = PersonAddress.objects.filter(person=account.guarantor_id, is_current=True).values_list("state", "zip")
    places = {place for state, code in homes for place in places_of(state=state, zip_code=code) if place}
    for place in sorted(places):
        row = book.pick("verification_days", on=on, practice_id=practice, scope=place)
        if row is not None and row.value:
            found.append(Term(f"Law of {_NAMES.get(place, place)}", row.value, row.source))
    return found


def estimate_rule(practice_id: int, *, on: dt.date) -> EstimateRule:
    """When a bill is far above its good-faith estimate. One query."""
    book = limit_book()
    return EstimateRule(
        excess=book.dollars("estimate_excess", on=on, practice_id=practice_id),
        days=book.value("estimate_days", on=on, practice_id=practice_id),
        fee=book.dollars("estimate_fee", on=on, practice_id=practice_id),
    )
