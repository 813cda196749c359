"""Links on statements: for many accounts at once, as a run of statements asks for them."""

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Collection

from django.conf import settings

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.staff import audit
from claims.parties.models import Account, PersonAddress
from collections_app.deliveries.doors import digest_of
from collections_app.limits.selectors import limit_book
from collections_app.portal.links import DAYS
from collections_app.portal.models import PortalLink


def links_on_paper(accounts: Collection[Account], now: dt.datetime, today: dt.date) -> dict[int, str]:
    """A new link for each account whose guarantor can answer the questions at the door. Four queries and two for the
    trail, whatever their number."""
    if not settings.MESSAGES.public_url:
        return {}
    people = {one.guarantor_id for one in accounts}
    places = PersonAddress.objects.filter(Among("person", people)).values_list("person_id", "zip")
    known = {person for person, code in places if len(code) >= 5}  # noqa: PLR2004 (a ZIP code)
    limits, days, tokens = limit_book(), dict[int, int](), dict[int, str]()
    rows = []
    for one in accounts:
        if one.merged_into_id or one.guarantor.birth_on is None or one.guarantor_id not in known:
            continue
        if one.practice_id not in days:
            days[one.practice_id] = limits.value(DAYS, on=today, practice_id=one.practice_id)
        tokens[one.pk] = secrets.token_urlsafe(32)
        rows.append(
            PortalLink(
                practice_id=one.practice_id, account=one, digest=digest_of(tokens[one.pk]), made_at=now,
                ends_at=now + dt.timedelta(days=days[one.practice_id]),
            )
        )  # fmt: skip
    bulk.insert(PortalLink, rows)
    counts = Counter(row.practice_id for row in rows)
    made = (audit.Deed("portal_links_made", "practice", pk, pk, None, {"links": count}) for pk, count in counts.items())
    audit.record_many(None, made, now=now)
    return {pk: f"{settings.MESSAGES.public_url}/my-bill/open?key={token}" for pk, token in tokens.items()}
