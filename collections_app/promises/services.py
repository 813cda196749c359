"""Making promises, canceling them, and seeing from the ledger which were kept (RULES 13.8).

A promise is matched by whatever the patient paid on the account after it was made, to the end of its grace, whichever
line it went to: what came earlier on the same day was no answer to it. It breaks on the first morning after that;
partial money keeps the amount beside it, but does not save it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from arwork.lib import bulk
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.webhooks.listening import PROMISE_BROKEN
from arwork.webhooks.publishing import publish
from claims.ledger.models import Posting
from claims.parties.models import Account
from collections_app.limits.selectors import limit_book
from collections_app.promises.models import Promise

if TYPE_CHECKING:
    from arwork.staff.models import User

BATCH = 1_000
_OPEN = (Promise.State.OPEN, Promise.State.PARTLY)


class BadPromise(DomainError):
    """A promise that names no amount, or a day that is past or too far."""

    code = "bad_promise"


class _Payment(NamedTuple):
    """Patient money by its day and the moment it was posted."""

    on: dt.date
    at: dt.datetime
    amount: Decimal

    def follows(self, promise: Promise) -> bool:
        return self.on > promise.made_on or (self.on == promise.made_on and self.at >= promise.made_at)


@dataclass(frozen=True)
class SettledPromises:
    """What looking at the ledger changed."""

    kept: int = 0
    partly: int = 0
    broken: int = 0
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
        Promise.objects.filter(pk=replaced.pk).update(state=Promise.State.CANCELLED, settled_on=today)
    promise = Promise.objects.create(
        practice_id=account.practice_id,
        account=account,
        amount=amount,
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
    Promise.objects.filter(pk=promise_id, state__in=_OPEN).update(state=Promise.State.CANCELLED, settled_on=today)
    if replaced_id:
        Promise.objects.filter(pk=replaced_id).update(state=Promise.State.OPEN, settled_on=None)


@dataclass(frozen=True)
class ReopenedPromises:
    """Promises that stand again, those in whose place a newer one stands, and their accounts."""

    reopened: int = 0
    replaced: int = 0
    accounts: frozenset[int] = frozenset()


def reopen_settled_after(*, actor: "User | None", today: dt.date, now: dt.datetime) -> ReopenedPromises:
    """Undo what days after `today` settled, in the caller's transaction: a clock that ran ahead broke these promises.

    Where the account has made another since, that one stands and the older is taken back. One that was kept stays kept,
    from today on. Each is in the audit trail.
    """
    early = Promise.objects.select_for_update().filter(settled_on__gt=today)
    broken = list(early.filter(state=Promise.State.BROKEN).order_by("-made_at", "-pk"))
    accounts = {promise.account_id for promise in broken}
    taken = set(Promise.objects.filter(account__in=accounts, state__in=_OPEN).values_list("account_id", flat=True))
    changed: dict[int, tuple[str, dt.date | None]] = {}
    deeds = []
    for promise in broken:
        is_replaced = promise.account_id in taken
        taken.add(promise.account_id)
        state = Promise.State.CANCELLED if is_replaced else Promise.State.OPEN
        changed[promise.pk] = (state, today if is_replaced else None)
        before, after = {"state": promise.state, "settled_on": str(promise.settled_on)}, {"state": state.value}
        deeds.append(audit.Deed("promise_reopened", "promise", promise.pk, promise.practice_id, before, after))
    bulk.write(Promise, ("state", "settled_on"), changed)
    early.filter(state=Promise.State.KEPT).update(settled_on=today)
    audit.record_many(actor, deeds, now=now)
    reopened = sum(1 for state, _ in changed.values() if state == Promise.State.OPEN)
    return ReopenedPromises(reopened, len(changed) - reopened, frozenset(accounts))


def settle_promises(*, today: dt.date, accounts: Iterable[int] | None = None) -> SettledPromises:
    """Compare promises with the ledger: kept as soon as the money is there, broken the morning after grace.

    One that was kept is broken after all when its money went back within the days in which a bank returns a debit that
    its customer did not allow. For some accounts, or all (None). Bounded batches; three queries each.
    """
    unsettled = _unsettled(today)
    rows = Promise.objects.filter(unsettled)
    if accounts is not None:
        rows = rows.filter(account__in=set(accounts))
    kept = partly = broken = 0
    touched: set[int] = set()
    for ids in bulk.chunks(rows.order_by("pk").values_list("pk", flat=True), BATCH):
        found = _settle_batch(ids, unsettled, today)
        kept, partly, broken = kept + found.kept, partly + found.partly, broken + found.broken
        touched |= found.accounts
    return SettledPromises(kept, partly, broken, frozenset(touched))


def _unsettled(today: dt.date) -> Q:
    returnable = today - dt.timedelta(days=limit_book().value("payment_return_days", on=today))
    return Q(state__in=_OPEN) | Q(state=Promise.State.KEPT, settled_on__gte=returnable)


def _settle_batch(ids: list[int], unsettled: Q, today: dt.date) -> SettledPromises:
    with transaction.atomic():
        promises = list(Promise.objects.select_for_update().filter(unsettled, pk__in=ids).order_by("pk"))
        paid = _received(promises)
        changed = {}
        for promise in promises:
            end = promise.due_on + dt.timedelta(days=promise.grace_days)
            came = (one.amount for one in paid[promise.account_id] if one.on <= end and one.follows(promise))
            received = max(sum(came, ZERO), ZERO)
            state = _state(promise, received, end, today)
            if (state, received) != (promise.state, promise.received):
                settled = today if state in (Promise.State.KEPT, Promise.State.BROKEN) else None
                settled = promise.settled_on if state == promise.state else settled
                changed[promise.pk] = (promise.account_id, state, received, settled)
        if changed:
            columns = ("state", "received", "settled_on")
            bulk.write(Promise, columns, {pk: row[1:] for pk, row in changed.items()})
            broken = {pk for pk, row in changed.items() if row[1] == Promise.State.BROKEN}
            told = ((one.practice_id, {"promises": one.pk, "accounts": one.account_id}) for one in promises)
            publish(PROMISE_BROKEN, (subject for subject in told if subject[1]["promises"] in broken))
    states = [row[1] for row in changed.values()]
    return SettledPromises(
        kept=states.count(Promise.State.KEPT),
        partly=states.count(Promise.State.PARTLY),
        broken=states.count(Promise.State.BROKEN),
        accounts=frozenset(row[0] for row in changed.values()),
    )


def _state(promise: Promise, received: Decimal, end: dt.date, today: dt.date) -> str:
    if received >= promise.amount:
        return Promise.State.KEPT
    if today > end:
        return Promise.State.BROKEN
    if promise.state == Promise.State.KEPT:  # its money went back; another may be open by now, so its day decides
        return Promise.State.KEPT
    return Promise.State.PARTLY if received > 0 else Promise.State.OPEN


def _received(promises: Iterable[Promise]) -> dict[int, list[_Payment]]:
    """Patient money per account, from postings of its claims and of the account itself; applying money that had waited
    unapplied counts once. A reversal counts against it on the day of what it reverses, whenever it came."""
    accounts = {promise.account_id for promise in promises}
    since = min((promise.made_on for promise in promises), default=None)
    found: dict[int, list[_Payment]] = defaultdict(list)
    if since is None:
        return found
    rows = Posting.objects.filter(
        Q(claim__account__in=accounts) | Q(account__in=accounts), posted_on__gte=since
    ).filter(Q(kind="patient_payment") | Q(kind="unapplied"), Q(debit="CASH") | Q(credit="CASH"))
    rows = rows.annotate(
        day=Coalesce("reverses__posted_on", "posted_on"), at=Coalesce("reverses__created_at", "created_at")
    )
    for claim_account, account, debit, amount, day, at in rows.values_list(
        "claim__account_id", "account_id", "debit", "amount", "day", "at"
    ):
        found[claim_account or account].append(_Payment(day, at, amount if debit == "CASH" else -amount))
    return found
