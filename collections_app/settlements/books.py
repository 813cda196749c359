"""Accepted settlements beside the ledger: payments with their grace, what came for each visit, what is owed still.

Read in sets: the number of queries does not depend on the number of settlements. Money counts that patients paid for
the visits of a settlement since it was accepted; what is received meanwhile goes to these visits first.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from arwork.lib.bulk import Among
from arwork.lib.dates import add_business_days
from arwork.lib.money import ZERO
from claims.ledger.models import Posting, Receivable
from claims.practices.closures import ClosureBook
from collections_app.settlements import terms
from collections_app.settlements.models import Settlement, SettlementPayment, SettlementVisit


@dataclass
class SettlementBooks:
    """What is known of one accepted settlement; everything by claim is by the claim that stands for it now."""

    settlement: Settlement
    dues: list[terms.DuePayment] = field(default_factory=list)
    owed: dict[int, Decimal] = field(default_factory=dict)
    open_now: dict[int, Decimal] = field(default_factory=dict)
    received: dict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    money: list[terms.CountedMoney] = field(default_factory=list)

    def matched(self, today: dt.date) -> terms.MatchedSettlement:
        """How it stands on a day."""
        open_now = sum(self.open_now.values(), ZERO)
        return terms.match(self.dues, self.money, offer=self.settlement.offer, open_now=open_now, today=today)

    def comes_off(self) -> dict[int, Decimal]:
        """What is written off each visit once all was received."""
        return terms.comes_off(self.owed, self.received, self.open_now, offer=self.settlement.offer)

    def counts(self, on: dt.date, at: dt.datetime) -> bool:
        """Whether money of a day, entered at an instant, came after it was accepted."""
        accepted_on, accepted_at = self.settlement.accepted_on, self.settlement.accepted_at
        if accepted_on is None or accepted_at is None:
            return False
        return on > accepted_on or (on == accepted_on and at >= accepted_at)


def books_of(settlements: Collection[Settlement], closures: ClosureBook) -> dict[int, SettlementBooks]:
    """By settlement, of those that were accepted. Four queries."""
    found = {one.pk: SettlementBooks(one) for one in settlements if one.accepted_on is not None}
    if not found:
        return found
    rows = SettlementPayment.objects.filter(Among("settlement", found)).order_by("settlement", "number")
    for pk, due_on, amount in rows.values_list("settlement_id", "due_on", "amount"):
        one = found[pk].settlement
        last = add_business_days(due_on, one.grace_days, closures=closures.of(one.practice_id))
        found[pk].dues.append(terms.DuePayment(due_on, amount, last))
    of_claim: dict[int, list[SettlementBooks]] = defaultdict(list)
    visits = SettlementVisit.objects.filter(Among("settlement", found))
    for pk, claim, merged, owed in visits.values_list("settlement_id", "claim_id", "claim__merged_into_id", "owed"):
        kept, one_owed = merged or claim, found[pk].owed
        one_owed[kept] = one_owed.get(kept, ZERO) + owed
        if found[pk] not in of_claim[kept]:
            of_claim[kept].append(found[pk])
    owing = Receivable.objects.filter(Among("claim", of_claim), bucket="PATIENT", amount__gt=0).order_by()
    for claim, amount in owing.values_list("claim_id").annotate(owed=Sum("amount")):
        for books in of_claim[claim]:
            books.open_now[claim] = amount
    _add_money(of_claim, min(one.settlement.accepted_on for one in found.values() if one.settlement.accepted_on))
    return found


def _add_money(of_claim: Mapping[int, list[SettlementBooks]], since: dt.date) -> None:
    """Patient money per visit; a reversal counts against it on the day of what it reverses, whenever it came."""
    rows = (
        Posting.objects.filter(Among("claim", of_claim), posted_on__gte=since, kind="patient_payment")
        .filter(Q(debit="CASH") | Q(credit="CASH") | Q(debit="UNAPPLIED") | Q(credit="UNAPPLIED"))
        .annotate(
            day=Coalesce("reverses__effective_on", "effective_on"), at=Coalesce("reverses__created_at", "created_at")
        )
    )
    for claim, credit, amount, day, at in rows.values_list("claim_id", "credit", "amount", "day", "at"):
        for books in of_claim[claim]:
            if books.counts(day, at):
                came = amount if credit == "PATIENT" else -amount
                books.received[claim] += came
                books.money.append(terms.CountedMoney(day, came))
