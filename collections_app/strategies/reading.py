"""What decides about accounts, read in sets: some forty queries for five hundred of them, however large the books."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from claims.ledger.models import Posting, Receivable
from claims.parties.models import Account
from claims.payers.models import PayerClass
from collections_app.contacts.consent_rules import EMAIL, MANUAL, TEXT
from collections_app.contacts.consents import consented_by_channel
from collections_app.contacts.mailing_address import mail_addresses
from collections_app.contacts.models import Hold
from collections_app.contacts.standings import standings_of
from collections_app.limits.figures import LimitBook
from collections_app.plans.models import PaymentPlan
from collections_app.promises.models import Promise
from collections_app.statements.cycle import is_minor
from collections_app.statements.owing import AccountStanding, standings
from collections_app.strategies.grammar import OF_LATE, Stop, StrategyFacts

BATCH = 500
#: The figure of a practice whose statements are sent elsewhere: days until the first.
_SENT_ELSEWHERE = "first_statement_days"
_INSURANCE = {
    PayerClass.MEDICARE.value: "medicare", PayerClass.MEDICARE_ADVANTAGE.value: "medicare",
    PayerClass.MEDICAID.value: "medicaid", PayerClass.MEDICAID_MCO.value: "medicaid",
    PayerClass.COMMERCIAL.value: "commercial", PayerClass.BCBS.value: "commercial", PayerClass.SELF_PAY.value: "none",
}  # fmt: skip
#: Why a visit is set apart, where the strategy waits with the whole account: assistance is decided for a person, not
#: for a visit (26 CFR 1.501(r)-6(c)).
_OF_THE_PERSON = "assistance"


def accounts_owing(practice_id: int) -> Iterator[list[int]]:
    """The accounts of a practice whose patients owe something, in order and in batches."""
    last = 0
    while True:
        rows = Receivable.objects.filter(practice=practice_id, bucket="PATIENT", amount__gt=0, account__gt=last)
        batch = list(rows.order_by("account").values_list("account_id", flat=True).distinct()[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1]


@dataclass(slots=True)
class _Books:
    """What the ledger shows of one account."""

    since_on: dt.date | None = None
    largest: Decimal = ZERO
    payer_class: str | None = None
    paid: dict[int | None, dt.date] = field(default_factory=dict)


def facts_of(account_ids: Sequence[int], *, today: dt.date, limits: LimitBook) -> dict[int, StrategyFacts]:
    """By account. An account with no statement yet has no `since_on`: its timeline has not begun."""
    rows = standings(account_ids, today=today, forbidden={})
    people = dict(Account.objects.filter(Among("pk", account_ids)).values_list("pk", "guarantor_id"))
    practices = dict(Account.objects.filter(Among("pk", account_ids)).values_list("pk", "practice_id"))
    books = _books(account_ids, practices, limits, today)
    asked = sorted(set(people.values()))
    homes = mail_addresses(asked, on=today)
    by_channel = consented_by_channel(asked, channels=(TEXT, EMAIL, MANUAL), on=today)
    reached = {"text": by_channel[TEXT], "email": by_channel[EMAIL], "phone": by_channel[MANUAL]}
    promised, broken = _promises(account_ids)
    waits = standings_of(account_ids, today)
    for account, days in _broken_plans(account_ids).items():
        broken.setdefault(account, []).extend(days)
    found = {}
    for pk, one in rows.items():
        person, own = people[pk], books[pk]
        home = homes.get(person)
        ways = {way for way, by_person in reached.items() if by_person.get(person)}
        if home is not None and not home.is_bad:
            ways.add("mail")
        found[pk] = StrategyFacts(
            account_id=pk,
            practice_id=practices[pk],
            day=today,
            owed=max(one.facts.asked - one.facts.on_account, ZERO),
            since_on=own.since_on,
            state=home.state if home is not None else "",
            insurance="none" if own.payer_class is None else _INSURANCE.get(own.payer_class, "other"),
            paid_visits=sum((today - day).days <= OF_LATE for day in own.paid.values()),
            last_paid_on=max(own.paid.values(), default=None),
            broken=len(broken.get(pk, ())),
            broken_on=max(broken.get(pk, ()), default=None),
            language=one.language,
            is_minor=is_minor(one.facts.born_on, today=today),
            ways=frozenset(ways),
            stops=tuple(_stops(one, promised.get(pk), waits.get(pk, ""))),
        )
    return found


def _stops(one: AccountStanding, promised: dt.date | None, waits: str) -> Iterator[Stop]:
    """Everything that keeps an account from being asked; `waits` is what other slices know of (a firm, an agency, a
    settlement, a payer's answer that is looked into), in words."""
    labels = dict(Hold.Reason.choices)
    for code in sorted(one.facts.holds):
        yield Stop(code, labels.get(code, code))
    apart = sorted({visit.reason.value for visit in one.owed.visits if visit.reason and visit.owes > 0})
    if one.facts.asked <= 0:
        for code in apart:
            yield Stop(code if code in labels else "set_aside", labels.get(code, "All of it is set apart"))
    elif _OF_THE_PERSON in apart:
        yield Stop(_OF_THE_PERSON, labels[_OF_THE_PERSON])
    if one.facts.asked - one.facts.on_account <= 0 and not apart:
        yield Stop("nothing_owed", "Nothing is owed that could be asked for")
    if one.facts.has_plan:
        yield Stop("plan", "A payment plan is kept")
    elif waits:
        yield Stop("standing", waits[:1].upper() + waits[1:])
    if promised is not None:
        yield Stop("promise", f"A payment is promised for {promised:%b} {promised.day}")


def _books(
    account_ids: Collection[int], practices: dict[int, int], limits: LimitBook, today: dt.date
) -> dict[int, _Books]:
    found = {pk: _Books() for pk in account_ids}
    elsewhere: dict[int, int | None] = {}
    for practice in set(practices.values()):
        row = limits.pick(_SENT_ELSEWHERE, on=today, practice_id=practice)
        elsewhere[practice] = row.value if row else None
    rows = Receivable.objects.filter(Among("account", account_ids), bucket="PATIENT", amount__gt=0)
    columns = ("account_id", "amount", "since_on", "claim__first_statement_on", "claim__coverage1__payer__payer_class")
    for pk, amount, since_on, first_on, payer_class in rows.values_list(*columns):
        own, days = found[pk], elsewhere[practices[pk]]
        begun = first_on or (since_on + dt.timedelta(days=days) if days is not None else None)
        if begun is not None and begun <= today and (own.since_on is None or begun < own.since_on):
            own.since_on = begun
        if amount > own.largest:
            own.largest, own.payer_class = amount, payer_class
    paid = Posting.objects.filter(
        Among("claim__account", account_ids), kind="patient_payment", debit="CASH", reversed_by=None
    )
    for pk, claim, day in paid.values_list("claim__account_id", "claim_id", "effective_on"):
        before = found[pk].paid.get(claim)
        found[pk].paid[claim] = day if before is None else max(before, day)
    return found


def _promises(account_ids: Collection[int]) -> tuple[dict[int, dt.date], dict[int, list[dt.date]]]:
    """The day of an open promise, and the days of broken ones. One query."""
    state = Promise.State
    rows = Promise.objects.filter(
        Among("account", account_ids), state__in=(state.OPEN, state.PARTLY, state.BROKEN)
    ).values_list("account_id", "state", "due_on", "settled_on")
    promised: dict[int, dt.date] = {}
    broken: dict[int, list[dt.date]] = defaultdict(list)
    for account, stands, due_on, settled_on in rows:
        if stands == state.BROKEN:
            broken[account].append(settled_on or due_on)
        else:
            promised[account] = max(due_on, promised.get(account, due_on))
    return promised, dict(broken)


def _broken_plans(account_ids: Collection[int]) -> dict[int, list[dt.date]]:
    """The days on which plans were broken. One query."""
    rows = PaymentPlan.objects.filter(
        Among("account", account_ids), state=PaymentPlan.State.BROKEN, settled_on__isnull=False
    )
    found: dict[int, list[dt.date]] = defaultdict(list)
    for account, day in rows.values_list("account_id", "settled_on"):
        if day is not None:
            found[account].append(day)
    return dict(found)
