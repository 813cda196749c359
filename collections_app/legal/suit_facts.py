"""What is known of accounts before a suit, read in sets, and what speaks against one (`gates`)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger.models import Receivable
from claims.parties.models import Account, PersonAddress
from collections_app.contacts.holds_of_money import holds_on_visits
from collections_app.legal import others
from collections_app.legal.gates import SuitFacts, SuitFigures, reasons_against
from collections_app.legal.limitation import OpenDebt, limitation_dates, open_debts
from collections_app.legal.models import OPEN_REFERRALS, LegalReferral
from collections_app.legal.suit_years import LimitationDate
from collections_app.limits.figures import LimitBook
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User

#: So many accounts are weighed for the list of candidates at once, the largest balances first.
MOST_WEIGHED = 500


@dataclass(frozen=True, slots=True)
class SuitAccount:
    """One account weighed for a suit: its facts, its figures, what speaks against it, and its visits."""

    account_id: int
    facts: SuitFacts
    figures: SuitFigures
    reasons: tuple[str, ...]
    debts: tuple[OpenDebt, ...]
    limits: dict[int, LimitationDate]

    @property
    def sue_until(self) -> dt.date | None:
        """The last day to sue for the oldest of its visits."""
        return min((one.on for one in self.limits.values()), default=None)


def weighed(
    account_ids: Collection[int], today: dt.date, *, besides: LegalReferral | None = None
) -> dict[int, SuitAccount]:
    """Each of these accounts with what speaks against a suit about it, but for the referral `besides` itself. As many
    queries for one as for many."""
    book = limit_book()
    whose = {row[0]: row for row in _accounts(account_ids)}
    owing = Receivable.objects.filter(Among("account", account_ids), bucket="PATIENT", amount__gt=0)
    debts: dict[int, list[OpenDebt]] = defaultdict(list)
    for one in open_debts(owing):
        debts[one.account_id].append(one)
    dates = limitation_dates([one for rows in debts.values() for one in rows], today)
    holds = holds_on_visits({pk: [one.claim_id for one in debts[pk]] for pk in whose}, today)
    homes = _homes(one[2] for one in whose.values())
    against, offered = others.words_against(account_ids, today), others.help_offered_on(account_ids)
    open_ones = LegalReferral.objects.filter(Among("account", account_ids), state__in=OPEN_REFERRALS)
    referred = set(open_ones.exclude(pk=besides.pk if besides else 0).values_list("account_id", flat=True))
    found = {}
    for pk, practice_id, person_id, practice_state in whose.values():
        mine = debts[pk]
        states = frozenset({*homes[person_id], practice_state} - {""})
        limits = {one.claim_id: dates[one.claim_id] for one in mine}
        facts = SuitFacts(
            owed=sum((one.amount for one in mine), ZERO),
            states=frozenset(homes[person_id]),
            first_billed_on=_last_first_bill(mine),
            barred=[one.why for one in limits.values() if one.is_barred],
            holds=sorted({words for one in mine for _, words in holds.get(one.claim_id, ())}),
            against=against.get(pk, ()),
            help_offered_on=offered.get(pk),
            is_referred=pk in referred,
        )
        figures = suit_figures(book, states, practice_id=practice_id, on=today)
        found[pk] = SuitAccount(pk, facts, figures, tuple(reasons_against(facts, figures, today)), tuple(mine), limits)
    return found


def candidates(actor: "User", today: dt.date) -> list[SuitAccount]:
    """Accounts of the actor's practices against which nothing speaks, the largest balance first. Of the largest
    balances `MOST_WEIGHED` are weighed."""
    require(actor, Capability.ASSIGN_WORK)
    least = limit_book().dollars("suit_minimum", on=today)
    rows = Receivable.objects.filter(practice__in=practice_ids(actor), bucket="PATIENT", amount__gt=0)
    owing = rows.values("account").annotate(owed=Sum("amount")).order_by("-owed", "account")
    largest = [row["account"] for row in owing[:MOST_WEIGHED] if row["owed"] >= least]
    found = weighed(largest, today)
    return [found[pk] for pk in largest if not found[pk].reasons]


def suit_figures(book: LimitBook, states: Collection[str], *, practice_id: int, on: dt.date) -> SuitFigures:
    """The strictest figures of the states that may count."""

    def largest(name: str) -> int:
        return max(book.value(name, on=on, practice_id=practice_id, scope=state) for state in states or ("",))

    return SuitFigures(
        minimum=max(
            book.dollars("suit_minimum", on=on, practice_id=practice_id, scope=state) for state in states or ("",)
        ),
        bill_days=largest("suit_bill_days"),
        help_days=min(
            book.value("suit_help_days", on=on, practice_id=practice_id, scope=state) for state in states or ("",)
        ),
        service_check_days=book.value("suit_service_check_days", on=on, practice_id=practice_id),
    )


def owed_on(account_id: int) -> Decimal:
    """What the patient owes of an account now. One query."""
    rows = Receivable.objects.filter(account=account_id, bucket="PATIENT", amount__gt=0)
    return rows.aggregate(owed=Sum("amount"))["owed"] or ZERO


def _accounts(account_ids: Collection[int]) -> list[tuple[int, int, int, str]]:
    columns = ("pk", "practice_id", "guarantor_id", "practice__state")
    return list(Account.objects.filter(Among("pk", account_ids)).values_list(*columns))


def _homes(person_ids: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = PersonAddress.objects.filter(Among("person", set(person_ids)), is_current=True).exclude(state="")
    for person, state in rows.values_list("person_id", "state"):
        found[person].add(state)
    return found


def _last_first_bill(debts: Collection[OpenDebt]) -> dt.date | None:
    """Of several visits the days count from the one that was billed last (26 CFR 1.501(r)-6(c)(3))."""
    days = [one.first_statement_on for one in debts]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None
