"""Until when each visit may be sued for, in sets: what its patient still owes, how old that is, whose law may apply."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.bulk import Among
from claims.ledger.models import Posting, Receivable
from claims.parties.models import PersonAddress
from collections_app.legal.suit_years import KINDS, DebtAge, LimitationDate, SuitRule, limitation_date
from collections_app.limits.figures import LimitBook
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class OpenDebt:
    """A visit of which the patient owes something, and what tells how old that is."""

    claim_id: int
    account_id: int
    practice_id: int
    practice_state: str
    person_id: int
    service_on: dt.date
    first_statement_on: dt.date | None
    amount: Decimal


def time_barred_on(
    *, today: dt.date, account_ids: Collection[int] | None = None, claim_ids: Collection[int] | None = None
) -> dict[int, LimitationDate]:
    """The last day to sue for each visit that the patient owes something of, by claim: of these accounts, or of these
    claims. Four queries, however many."""
    rows = Receivable.objects.filter(bucket="PATIENT", amount__gt=0)
    asked = Among("account", account_ids) if account_ids is not None else Among("claim", claim_ids or ())
    return limitation_dates(open_debts(rows.filter(asked)), today)


def open_debts(rows: "QuerySet[Receivable]") -> list[OpenDebt]:
    """Receivables of patients as debts. One query."""
    columns = (
        "claim_id", "account_id", "practice_id", "practice__state", "account__guarantor_id", "service_on",
        "first_statement_on", "amount",
    )  # fmt: skip
    return [OpenDebt(*row) for row in rows.values_list(*columns)]


def limitation_dates(debts: Collection[OpenDebt], today: dt.date) -> dict[int, LimitationDate]:
    """The last day to sue for each of these debts, by claim. At most three queries."""
    if not debts:
        return {}
    book, homes = limit_book(), _homes({one.person_id for one in debts})
    rules: dict[tuple[int, frozenset[str]], list[SuitRule]] = {}
    asked: list[tuple[OpenDebt, DebtAge, list[SuitRule]]] = []
    for one in debts:
        states = frozenset({*homes[one.person_id], one.practice_state} - {""})
        key = (one.practice_id, states)
        if key not in rules:
            rules[key] = rules_of(book, states, practice_id=one.practice_id, on=today)
        asked.append((one, _age(one, book, today), rules[key]))
    # Only where a payment begins the time anew, and it has run out otherwise, does anybody need the payments.
    found = {one.claim_id: limitation_date(age, kept, today) for one, age, kept in asked}
    late = [one.claim_id for one, _, kept in asked if found[one.claim_id].is_barred and any(r.restarts for r in kept)]
    paid = _payments(late) if late else {}
    for one, age, kept in asked:
        if one.claim_id in paid:
            found[one.claim_id] = limitation_date(replace(age, paid_on=paid[one.claim_id]), kept, today)
    return found


def rules_of(book: LimitBook, states: Collection[str], *, practice_id: int, on: dt.date) -> list[SuitRule]:
    """The years that may count where somebody lives and the practice is. A state of which no row speaks has the shipped
    default, and so has somebody of whom no state is known."""
    found: list[SuitRule] = []
    for state in sorted(states) or [""]:
        named = {"on": on, "practice_id": practice_id, "scope": state}
        rows = [(kind, row) for kind in KINDS if (row := book.pick(kind, **named)) is not None]  # type: ignore[arg-type]
        own = [(kind, row) for kind, row in rows if row.scope == state] or rows
        restarts = bool(book.value("suit_restarts", on=on, practice_id=practice_id, scope=state))
        from_service = bool(book.value("suit_from_service", on=on, practice_id=practice_id, scope=state))
        found += [SuitRule(state, kind, row.value, restarts, from_service, row.source) for kind, row in own]
    return found


def _age(one: OpenDebt, book: LimitBook, today: dt.date) -> DebtAge:
    if one.first_statement_on is None:
        return DebtAge(one.service_on)
    days = book.value("statement_due_days", on=today, practice_id=one.practice_id)
    return DebtAge(one.service_on, one.first_statement_on + dt.timedelta(days=days))


def _homes(person_ids: Collection[int]) -> Mapping[int, set[str]]:
    """The states in which each of these people lives now. One query."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = PersonAddress.objects.filter(Among("person", person_ids), is_current=True).exclude(state="")
    for person, state in rows.values_list("person_id", "state"):
        found[person].add(state)
    return found


def _payments(claim_ids: Collection[int]) -> dict[int, tuple[dt.date, ...]]:
    """The days on which the patient paid for each of these claims, without what was reversed. One query."""
    rows = Posting.objects.filter(
        Among("claim", claim_ids), kind="patient_payment", credit="PATIENT", reverses=None, reversed_by=None
    )
    found: dict[int, set[dt.date]] = defaultdict(set)
    for claim, on in rows.values_list("claim_id", "effective_on"):
        found[claim or 0].add(on)
    return {pk: tuple(sorted(days)) for pk, days in found.items()}
