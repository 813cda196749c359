"""Questions of other slices: the application of an account, who waits for a decision, what stops a collection action
(RULES 11.1, 11.6)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.staff.access import practice_ids
from claims.ledger.models import Receivable
from claims.parties.models import Account, PersonAddress
from collections_app.assistance.clocks import ClockFacts, ClockFigures, gate
from collections_app.assistance.models import OPEN_STATES, AssistanceApplication, AssistanceVisit
from collections_app.assistance.policies import policy_rows
from collections_app.assistance.policy import AssistancePolicy, policy_for
from collections_app.contacts.open_cases import OpenCase
from collections_app.deliveries.models import Delivery
from collections_app.letters.facts import thawed
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.limits.figures import LimitBook

State = AssistanceApplication.State
#: So many cases are told of at once.
MOST_CASES = 2_000
#: The letter that names the actions and a day, 30 days before the first (26 CFR 1.501(r)-6(c)(4)(i)).
NOTICE = "collection_action_notice"


def assistance_of(account_id: int) -> AssistanceApplication | None:
    """The latest application of an account that was not withdrawn. One query."""
    rows = AssistanceApplication.objects.filter(account=account_id).exclude(state=State.WITHDRAWN)
    return rows.select_related("owner", "decided_by").order_by("-pk").first()


def open_applications(account_ids: Collection[int]) -> set[int]:
    """Those of these accounts whose application waits for a decision. One query."""
    rows = AssistanceApplication.objects.filter(Among("account", account_ids), state__in=OPEN_STATES)
    return set(rows.values_list("account_id", flat=True))


def granted_accounts(account_ids: Collection[int], *, today: dt.date) -> set[int]:
    """Those of these accounts that have assistance which is valid on a day. One query."""
    rows = AssistanceApplication.objects.filter(
        Among("account", account_ids), state=State.APPROVED, valid_until__gte=today
    )
    return set(rows.values_list("account_id", flat=True))


def application_seen_by(actor: "User", application_id: int) -> AssistanceApplication:
    """One application of the actor's practices, with its account. Raises `NotFound`."""
    rows = AssistanceApplication.objects.filter(pk=application_id, practice__in=practice_ids(actor))
    found = rows.select_related(
        "account__guarantor", "practice", "owner", "decided_by", "hold", "letter"
    ).first()  # fmt: skip
    if found is None:
        raise NotFound("There is no such application in your practices.")
    return found


def applications_of(account_id: int, *, actor: "User") -> QuerySet[AssistanceApplication]:
    """Every application of an account, the newest first."""
    rows = AssistanceApplication.objects.filter(account=account_id, practice__in=practice_ids(actor))
    return rows.select_related("decided_by").order_by("-pk")


def visits_of(application: AssistanceApplication) -> QuerySet[AssistanceVisit]:
    """What the decision does, visit by visit."""
    return AssistanceVisit.objects.filter(application=application).select_related(
        "claim__patient__person", "adjustment", "refund"
    )


def applications_shown(one: AssistanceApplication) -> list[tuple[str, int | None]]:
    """The record that a row about an application shows, for the audit trail: its guarantor account."""
    return [("account", one.account_id)]


def applied_on_both(gone: Account, kept: Account) -> list[str]:
    """Why two accounts can't become one: both have an open application, and an account has one."""
    if len(open_applications([gone.pk, kept.pk])) < len((gone, kept)):
        return []
    return ["Assistance was applied for on both accounts, and one account has one application. Withdraw one of them."]


def open_cases(practice_ids: Collection[int], today: dt.date) -> list[OpenCase]:
    """Applications that wait for somebody, and decisions of which something is left to do: the earliest first. One
    query."""
    rows = AssistanceApplication.objects.filter(practice__in=practice_ids)
    rows = rows.filter(Q(state__in=OPEN_STATES) | ~Q(next_action="")).order_by(F("next_on").asc(nulls_first=True), "pk")
    columns = ("pk", "account_id", "owner_id", "next_action", "next_on")
    return [
        OpenCase("Financial assistance", pk, account, "assistance_application", owner, action, on)
        for pk, account, owner, action, on in rows.values_list(*columns)[:MOST_CASES]
    ]


def eca_gates(account_ids: Collection[int], today: dt.date) -> dict[int, str]:
    """Why no extraordinary collection action may begin on these accounts today, as a sentence with the first day;
    accounts that nothing here stops are left out. Seven queries, however many accounts."""
    found = {}
    for account_id, (facts, figures) in clocks_of(account_ids, today=today).items():
        if why := gate(facts, figures, today=today):
            found[account_id] = why
    return found


def clocks_of(account_ids: Collection[int], *, today: dt.date) -> dict[int, tuple[ClockFacts, ClockFigures]]:
    """What the clocks of accounts run on, and the figures of their practice and states. Seven queries."""
    accounts = Account.objects.filter(Among("pk", account_ids)).values_list("pk", "practice_id", "guarantor_id")
    known = {pk: (practice, person) for pk, practice, person in accounts}
    states: dict[int, set[str]] = defaultdict(set)
    homes = PersonAddress.objects.filter(Among("person", {person for _, person in known.values()}), is_current=True)
    for person, state in homes.values_list("person_id", "state"):
        states[person].add(state)
    billed: dict[int, list[dt.date | None]] = defaultdict(list)
    owing = Receivable.objects.filter(Among("account", known), bucket="PATIENT", amount__gt=0)
    for account, on in owing.values_list("account_id", "claim__first_statement_on"):
        billed[account].append(on)
    notices = _notices(known)
    applied = AssistanceApplication.objects.filter(Among("account", known), state__in=OPEN_STATES)
    open_since = dict(applied.values_list("account_id", "received_on"))
    book, rows = limit_book(), policy_rows()
    found = {}
    for pk, (practice, person) in known.items():
        noticed, named = notices.get(pk, (None, None))
        facts = ClockFacts(tuple(billed[pk]), noticed, named, open_since.get(pk))
        found[pk] = facts, figures_of(book, rows, practice, frozenset(states[person]), today)
    return found


def figures_of(
    book: "LimitBook", rows: list[AssistancePolicy], practice_id: int, states: frozenset[str], on: dt.date
) -> ClockFigures:
    """The figures that bind an account: of several states the longest."""

    def days(name: str, state: str = "") -> int:
        return book.value(name, on=on, practice_id=practice_id, scope=state) or 0

    longest = max(((days("collection_wait_days", one), one) for one in states), default=(0, ""))
    wait = max(days("eca_wait_days", one) for one in states or {""})
    return ClockFigures(
        is_501r=policy_for(rows, on=on, practice_id=practice_id).is_501r,
        wait_days=wait,
        notice_days=days("eca_notice_days"),
        period_days=days("assistance_period_days"),
        state=longest[1] if longest[0] else "",
        state_days=longest[0],
    )


def _notices(account_ids: Collection[int]) -> dict[int, tuple[dt.date, dt.date | None]]:
    """The day on which the latest notice of each account left, of those that did not come back, and the day that it
    names. One query."""
    rows = Delivery.objects.filter(
        Among("account", account_ids), letter__kind=NOTICE, letter__void=None, left_at__isnull=False
    ).exclude(state__in=(Delivery.State.BOUNCED, Delivery.State.RETURNED))
    found = {}
    for account, left_at, facts in rows.order_by("left_at").values_list("account_id", "left_at", "letter__facts"):
        if left_at is not None:
            found[account] = timezone.localdate(left_at), thawed(facts).get("begins_on")
    return found
