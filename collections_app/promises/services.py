"""Making promises, canceling them, and seeing from the ledger which were kept (RULES 13.8).

A promise is matched by whatever was received from the patient on the account after it was made, to the end of its
grace, whichever line it went to and whenever it was entered: what came earlier on the same day was no answer to it. It
breaks on the first morning after that; partial money keeps the amount beside it, but does not save it. The rules are
`promises.rules`; here they meet the ledger.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from arwork.lib import bulk
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.webhooks.listening import PROMISE_BROKEN
from arwork.webhooks.publishing import publish
from claims.ledger.models import Posting, Receivable
from claims.parties.models import Account
from claims.practices.closures import ClosureBook, closure_book
from collections_app.limits.selectors import limit_book
from collections_app.promises.models import Promise
from collections_app.promises.rules import PromiseMoney, PromiseStanding, judge

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

BATCH = 1_000
_OPEN = (Promise.State.OPEN, Promise.State.PARTLY)


class BadPromise(DomainError):
    """A promise that names no amount or more than is owed, or a day that is past or too far."""

    code = "bad_promise"


class _Payment(NamedTuple):
    """Patient money by the day it was received and the moment it was entered."""

    on: dt.date
    at: dt.datetime
    amount: Decimal

    def follows(self, promise: Promise) -> bool:
        return self.on > promise.made_on or (self.on == promise.made_on and self.at >= promise.made_at)


@dataclass(frozen=True)
class SettledPromises:
    """What looking at the ledger changed; `healed` are those among the kept that had been found broken."""

    kept: int = 0
    partly: int = 0
    broken: int = 0
    healed: int = 0
    gone: int = 0
    accounts: frozenset[int] = frozenset()


def make_promise(
    *,
    actor: "User",
    account: Account,
    amount: Decimal,
    due_on: dt.date,
    now: dt.datetime,
    today: dt.date,
    method: str = Promise.Method.CHECK,
    promised_by: str = "",
) -> tuple[Promise, int | None]:
    """Record a promise in the caller's transaction; it takes the place of an open one, whose id comes with it. It keeps
    the days of grace that hold today, whatever holds when it falls due.

    Raises `BadPromise` naming the field.
    """
    if amount <= 0:
        raise BadPromise("A promise needs an amount above zero.", field="amount")
    owed = _owed([account.pk]).get(account.pk, ZERO)
    if amount > owed:
        raise BadPromise(f"They owe ${owed:,.2f} here; a promise can't be of more.", field="amount")
    limits = limit_book()
    longest = limits.value("promise_longest_days", on=today, practice_id=account.practice_id)
    if due_on < today:
        raise BadPromise("The promised day is past.", field="promised_on")
    if (due_on - today).days > longest:
        raise BadPromise(f"A promise reaches {longest} days at most; agree on a plan.", field="promised_on")
    if method not in Promise.Method.values:
        raise BadPromise("Choose how it will be paid.", field="method")
    replaced = Promise.objects.select_for_update().filter(account=account, state__in=_OPEN).first()
    if replaced is not None:
        _cancel(Promise.objects.filter(pk=replaced.pk), Promise.Ended.REPLACED, today=today)
    promise = Promise.objects.create(
        practice_id=account.practice_id,
        account=account,
        amount=amount,
        asked=amount,
        due_on=due_on,
        grace_days=limits.value("promise_grace_days", on=today, practice_id=account.practice_id),
        method=method,
        promised_by=promised_by[:80],
        made_on=today,
        made_at=now,
        made_by=actor,
    )
    return promise, replaced.pk if replaced else None


def cancel_promise(*, promise_id: int, replaced_id: int | None, today: dt.date) -> None:
    """Undo a promise, and let the one it replaced stand again. The caller holds the transaction."""
    _cancel(Promise.objects.filter(pk=promise_id, state__in=_OPEN), Promise.Ended.UNDONE, today=today)
    if replaced_id:
        Promise.objects.filter(pk=replaced_id).update(state=Promise.State.OPEN, settled_on=None, ended="")


def give_way_to_plan(*, account_id: int, today: dt.date) -> None:
    """An open promise is replaced by the payment plan that was agreed instead. The caller holds the transaction."""
    _cancel(Promise.objects.filter(account=account_id, state__in=_OPEN), Promise.Ended.REPLACED, today=today)


def stand_without_plan(*, account_id: int, since: dt.date) -> None:
    """The plan was taken back: the promise that gave way to it on a day stands again, where no other one is open. The
    caller holds the transaction."""
    rows = Promise.objects.filter(account=account_id)
    if rows.filter(state__in=_OPEN).exists():
        return
    replaced = rows.filter(ended=Promise.Ended.REPLACED, settled_on=since).order_by("-made_at", "-pk").first()
    if replaced is not None:
        Promise.objects.filter(pk=replaced.pk).update(state=Promise.State.OPEN, settled_on=None, ended="")


def _cancel(rows: "QuerySet[Promise]", because: str, *, today: dt.date) -> None:
    rows.update(state=Promise.State.CANCELLED, ended=because, settled_on=today)


@dataclass(frozen=True)
class ReopenedPromises:
    """Promises that stand again, those in whose place a newer one stands, and their accounts."""

    reopened: int = 0
    replaced: int = 0
    accounts: frozenset[int] = frozenset()


def reopen_settled_after(*, actor: "User | None", today: dt.date, now: dt.datetime) -> ReopenedPromises:
    """Undo what days after `today` settled, in the caller's transaction: a clock that ran ahead broke these promises.

    Where the account has made another since, that one stands and the older is taken back. One that was kept stays kept,
    from today on, and one of which nothing is left to pay stays canceled. Each is in the audit trail.
    """
    early = Promise.objects.select_for_update().filter(settled_on__gt=today)
    broken = list(early.filter(state=Promise.State.BROKEN).order_by("-made_at", "-pk"))
    accounts = {promise.account_id for promise in broken}
    taken = set(Promise.objects.filter(account__in=accounts, state__in=_OPEN).values_list("account_id", flat=True))
    changed: dict[int, tuple[str, str, dt.date | None, None]] = {}
    deeds = []
    for promise in broken:
        is_replaced = promise.account_id in taken
        taken.add(promise.account_id)
        state = Promise.State.CANCELLED if is_replaced else Promise.State.OPEN
        ended = Promise.Ended.REPLACED if is_replaced else ""
        changed[promise.pk] = (state, ended, today if is_replaced else None, None)
        before, after = {"state": promise.state, "settled_on": str(promise.settled_on)}, {"state": state.value}
        deeds.append(audit.Deed("promise_reopened", "promise", promise.pk, promise.practice_id, before, after))
    bulk.write(Promise, ("state", "ended", "settled_on", "broken_at"), changed)
    early.filter(Q(state=Promise.State.KEPT) | Q(ended=Promise.Ended.GONE)).update(settled_on=today)
    audit.record_many(actor, deeds, now=now)
    reopened = sum(1 for state, *_ in changed.values() if state == Promise.State.OPEN)
    return ReopenedPromises(reopened, len(changed) - reopened, frozenset(accounts))


def settle_promises(*, today: dt.date, now: dt.datetime, accounts: Iterable[int] | None = None) -> SettledPromises:
    """Hold promises against the ledger: kept as soon as the money is there, broken the morning after grace.

    A broken one heals when money of its time is entered after all: of the accounts named, however long ago; of all
    (None) if it broke within the days in which a bank returns a debit that its customer did not allow. Within those
    days one that was kept is broken after all when its money went back. `now` is when it is found broken. Bounded
    batches; the closed days are read once, five queries each at most before what changed is written.
    """
    unsettled = _unsettled(today)
    if accounts is not None:
        unsettled |= Q(state=Promise.State.BROKEN)
    rows = Promise.objects.filter(unsettled)
    if accounts is not None:
        rows = rows.filter(account__in=set(accounts))
    found, closures = SettledPromises(), closure_book()
    for ids in bulk.chunks(rows.order_by("pk").values_list("pk", flat=True), BATCH):
        found = _together(found, _settle_batch(ids, unsettled, closures, today, now))
    return found


def _together(one: SettledPromises, other: SettledPromises) -> SettledPromises:
    counts = {
        name: getattr(one, name) + getattr(other, name) for name in ("kept", "partly", "broken", "healed", "gone")
    }
    return SettledPromises(**counts, accounts=one.accounts | other.accounts)


def _unsettled(today: dt.date) -> Q:
    """What may still turn: open ones, what the bank may return, what may be found to have come, and those whose balance
    may be the patient's again before their day."""
    returnable = today - dt.timedelta(days=limit_book().value("payment_return_days", on=today))
    settled = Q(state__in=(Promise.State.KEPT, Promise.State.BROKEN), settled_on__gte=returnable)
    return Q(state__in=_OPEN) | settled | Q(ended=Promise.Ended.GONE, settled_on__gte=returnable)


def _settle_batch(
    ids: list[int], unsettled: Q, closures: ClosureBook, today: dt.date, now: dt.datetime
) -> SettledPromises:
    with transaction.atomic():
        promises = list(Promise.objects.select_for_update().filter(unsettled, pk__in=ids).order_by("pk"))
        paid = _received(promises)
        owed = _owed({promise.account_id for promise in promises})
        gone = {promise.account_id for promise in promises if promise.ended == Promise.Ended.GONE}
        newer = Promise.objects.filter(account__in=gone, state__in=_OPEN) if gone else Promise.objects.none()
        standing = set(newer.values_list("account_id", flat=True))
        changed: dict[int, _Changed] = {}
        for promise in promises:
            last_day = promise.last_day(closures.of(promise.practice_id))
            found = _judged(promise, last_day, paid[promise.account_id], owed.get(promise.account_id, ZERO), today, now)
            if found.state in _OPEN and promise.state not in _OPEN:
                if promise.account_id in standing:  # a newer promise took its place meanwhile
                    continue
                standing.add(promise.account_id)
            if found != _Changed.of(promise):
                changed[promise.pk] = found
        bulk.write(Promise, _Changed._fields, changed)
        was = {promise.pk: promise for promise in promises}
        turned = {pk: row for pk, row in changed.items() if row.state != was[pk].state}
        broken = [was[pk] for pk, row in turned.items() if row.state == Promise.State.BROKEN]
        publish(PROMISE_BROKEN, ((one.practice_id, {"promises": one.pk, "accounts": one.account_id}) for one in broken))
    states = [row.state for row in turned.values()]
    return SettledPromises(
        kept=states.count(Promise.State.KEPT),
        partly=states.count(Promise.State.PARTLY),
        broken=len(broken),
        healed=sum(was[pk].state == Promise.State.BROKEN for pk, row in turned.items()),
        gone=sum(row.ended == Promise.Ended.GONE for row in turned.values()),
        accounts=frozenset(was[pk].account_id for pk in changed),
    )


class _Changed(NamedTuple):
    """The columns that settling writes."""

    state: str
    ended: str
    asked: Decimal
    received: Decimal
    settled_on: dt.date | None
    broken_at: dt.datetime | None

    @classmethod
    def of(cls, promise: Promise) -> "_Changed":
        return cls(*(getattr(promise, name) for name in cls._fields))


def _judged(
    promise: Promise, last_day: dt.date, paid: Iterable[_Payment], owed: Decimal, today: dt.date, now: dt.datetime
) -> _Changed:
    """The columns of a promise as the ledger stands."""
    answers = [one for one in paid if one.follows(promise)]
    received = max(sum((one.amount for one in answers if one.on <= last_day), ZERO), ZERO)
    late = sum((one.amount for one in answers if one.on > last_day), ZERO)
    before = PromiseStanding(promise.ended if promise.ended == Promise.Ended.GONE else promise.state)
    money = PromiseMoney(promise.amount, received, late, owed, promise.asked)
    found = judge(before, money, is_over=today > last_day)
    is_gone = found.standing == PromiseStanding.GONE
    state = Promise.State.CANCELLED.value if is_gone else found.standing.value
    settled_on = None if state in _OPEN else promise.settled_on if state == promise.state else today
    is_broken = found.standing == PromiseStanding.BROKEN
    return _Changed(
        state=state,
        ended=Promise.Ended.GONE.value if is_gone else "",
        asked=found.asked,
        received=received,
        settled_on=settled_on,
        broken_at=now if is_broken and before != PromiseStanding.BROKEN else promise.broken_at,
    )


def _owed(accounts: Iterable[int]) -> dict[int, Decimal]:
    """What the patient owes now, by account."""
    rows = Receivable.objects.filter(bulk.Among("account", accounts), bucket="PATIENT", amount__gt=0).order_by()
    return dict(rows.values_list("account_id").annotate(owed=Sum("amount")))


def _received(promises: Iterable[Promise]) -> dict[int, list[_Payment]]:
    """Patient money per account, from postings of its claims and of the account itself; applying money that had waited
    unapplied counts once. A reversal counts against it on the day of what it reverses, whenever it came.

    What was received since a day was entered since that day.
    """
    accounts = {promise.account_id for promise in promises}
    since = min((promise.made_on for promise in promises), default=None)
    found: dict[int, list[_Payment]] = defaultdict(list)
    if since is None:
        return found
    rows = Posting.objects.filter(
        Q(claim__account__in=accounts) | Q(account__in=accounts), posted_on__gte=since
    ).filter(Q(kind="patient_payment") | Q(kind="unapplied"), Q(debit="CASH") | Q(credit="CASH"))
    rows = rows.annotate(
        day=Coalesce("reverses__effective_on", "effective_on"), at=Coalesce("reverses__created_at", "created_at")
    )
    for claim_account, account, debit, amount, day, at in rows.values_list(
        "claim__account_id", "account_id", "debit", "amount", "day", "at"
    ):
        found[claim_account or account].append(_Payment(day, at, amount if debit == "CASH" else -amount))
    return found
