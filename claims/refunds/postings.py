"""What a refund does to the books: the credit becomes a debt of ours (REFUND), which is paid from CASH; and back.

Keys are of the refund and the step, so each step posts once however often it is asked for.
"""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.money import ZERO
from claims.billing.models import ClaimLine
from claims.credits.causes import UNAPPLIED
from claims.credits.sources import ACCOUNT, CLAIM, DEPOSIT, CreditSource
from claims.ledger import services as ledger
from claims.ledger.balances import lock_claims
from claims.ledger.entries import Entry, posting_key
from claims.ledger.stands_for import standing_postings
from claims.parties.models import Account
from claims.refunds.models import Refund
from claims.refunds.states import RefundState
from claims.remits.models import Remittance
from claims.remits.selectors import cash_of_nobody

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arwork.staff.models import User

_APPROVED, _ISSUED = "approved", "issued"


def source_of_refund(refund: Refund) -> CreditSource:
    """Where the credit lies that a refund returns."""
    if refund.claim_id:
        return CreditSource(CLAIM, refund.claim_id, refund.bucket)
    if refund.account_id:
        return CreditSource(ACCOUNT, refund.account_id)
    return CreditSource(DEPOSIT, refund.remittance_id or 0)


def lock_source(source: CreditSource) -> Decimal:
    """Lock the place of a credit and say how many dollars stand there. Before any lock of a refund: posting locks in
    this order too. Raises `NotFound`."""
    if source.kind == CLAIM:
        locked = lock_claims([source.source_id]).get(source.source_id)
        if locked is None:
            raise NotFound("There is no such claim.")
        return -locked.owed(source.bucket)
    if source.kind == ACCOUNT:
        return Account.objects.select_for_update().get(pk=source.source_id).unapplied
    Remittance.objects.select_for_update().get(pk=source.source_id)
    return cash_of_nobody(source.source_id)


def spoken_for(source: CreditSource) -> Decimal:
    """Dollars of a credit that refunds not approved yet ask for."""
    asked = refunds_from(source, (RefundState.ASKED,))
    total: Decimal = sum((one.amount for one in asked), ZERO)
    return total


def refunds_from(source: CreditSource, states: "Sequence[str]" = ()) -> list[Refund]:
    """Refunds from one place, the latest first; of some states, or all."""
    rows = Refund.objects.filter(
        claim=source.claim_id, bucket=source.bucket, account=source.account_id, remittance=source.remittance_id
    )
    if states:
        rows = rows.filter(state__in=states)
    return list(rows.order_by("-pk"))


def book_debt(refund: Refund, *, posted_on: dt.date, actor: "User", now: dt.datetime) -> None:
    """The credit becomes a debt of ours: on approval. The source is locked."""
    entries = _of_lines(refund, posted_on) if refund.claim_id else [_from_unapplied(refund, posted_on)]
    ledger.post(entries, now=now, actor=actor, reason="refund")


def book_payment(refund: Refund, *, posted_on: dt.date, actor: "User", now: dt.datetime) -> None:
    """The debt is paid: on issue."""
    entry = _entry(refund, _ISSUED, 0, "REFUND", "CASH", refund.amount, posted_on)
    ledger.post([entry._replace(claim_id=refund.claim_id)], now=now, actor=actor, reason="refund")


def take_back(refund: Refund, *, posted_on: dt.date, actor: "User | None", now: dt.datetime) -> None:
    """Reverse whatever it posted: the credit stands again where it stood."""
    ids = [row.pk for row in standing_postings(_keys(refund))]
    ledger.reverse(ids, posted_on=posted_on, now=now, actor=actor, memo=_memo(refund), reason="refund")


def _keys(refund: Refund) -> list[UUID]:
    lines: Iterable[int] = [0]
    if refund.claim is not None:  # and of those that were merged since, or stand apart again: they are one patient's
        lines = ClaimLine.objects.filter(claim__patient=refund.claim.patient_id).values_list("pk", flat=True)
    return [_key(refund, _APPROVED, line) for line in lines] + [_key(refund, _ISSUED, 0)]


def _of_lines(refund: Refund, posted_on: dt.date) -> list[Entry]:
    """From the lines whose credit is largest first."""
    column = refund.bucket.lower()
    lines = ClaimLine.objects.filter(claim=refund.claim_id, **{f"{column}__lt": 0}).order_by(column, "pk")
    left, entries = refund.amount, []
    for pk, owed in lines.values_list("pk", column):
        if part := min(left, -owed):
            left -= part
            entry = _entry(refund, _APPROVED, pk, refund.bucket, "REFUND", part, posted_on)
            entries.append(entry._replace(claim_id=refund.claim_id, line_id=pk))
    if left:
        raise Conflict("The credit is smaller by now. Refuse the refund and ask anew.")
    return entries


def _from_unapplied(refund: Refund, posted_on: dt.date) -> Entry:
    return _entry(refund, _APPROVED, 0, UNAPPLIED, "REFUND", refund.amount, posted_on)


def _entry(refund: Refund, step: str, line: int, debit: str, credit: str, amount: Decimal, posted_on: dt.date) -> Entry:
    return Entry(
        practice_id=refund.practice_id,
        kind="refund",
        debit=debit,
        credit=credit,
        amount=amount,
        posted_on=posted_on,
        effective_on=posted_on,
        key=_key(refund, step, line),
        account_id=refund.account_id,
        remittance_id=refund.remittance_id,
        memo=_memo(refund),
    )


def _key(refund: Refund, step: str, line: int) -> UUID:
    return posting_key("refund", refund.pk, step, line)


def _memo(refund: Refund) -> str:
    return f"Refund {refund.pk}"
