"""What is denied of a claim: the unit of work, not everything that the claim still owes."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Q

from arwork.lib.money import in_cents
from claims.denials.models import Denial


class DeniedClaim(NamedTuple):
    """The open denials of a claim: cents by bucket, the first day, and of the largest category, bucket, payer and how
    often a rule of the practice says that it is won, in thousandths."""

    cents: dict[str, int]
    category: str
    first_on: dt.date
    bucket: str
    payer_id: int | None
    usual_win: int | None = None

    def standing(self, owed: Mapping[str, int], *, due: int) -> int:
        """What is denied of what the buckets owe: of a payer that paid since no more than is left, and nothing of what
        another has yet to answer. Where no bucket that denied owes, as much of all that is `due`."""
        found = sum(min(cents, owed.get(bucket, 0)) for bucket, cents in self.cents.items())
        return found or min(sum(self.cents.values()), due)


def denied_claims(of_claims: Q) -> dict[int, DeniedClaim]:
    """By claim, of the open denials among `of_claims`. One query."""
    rows = Denial.objects.filter(of_claims, state=Denial.State.OPEN).order_by("claim", "-amount", "pk")
    found: dict[int, DeniedClaim] = {}
    columns = ("claim_id", in_cents("amount"), "category", "initial_on", "bucket", "payer_id", "rule__win_rate")
    for claim, cents, category, day, bucket, payer, win_rate in rows.values_list(*columns):
        usual_win = None if win_rate is None else int(win_rate * 1000)
        one = found.setdefault(claim, DeniedClaim({}, category, day, bucket, payer, usual_win))
        one.cents[bucket] = one.cents.get(bucket, 0) + cents
        if day < one.first_on:
            found[claim] = one._replace(first_on=day)
    return found
