"""What people did with money in the demo: a check that came back, one that was another account's, cash paid ahead, a
share moved to the patient by hand, and a claim to be billed again."""

import datetime as dt
from decimal import Decimal

from arwork.lib import events
from claims.denials.models import Denial
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.receipts.corrections import move_receipt, return_receipt
from claims.receipts.models import Receipt
from claims.receipts.recording import record_receipt
from claims.transfers.bucket_transfers import transfer
from claims.transfers.rebill_marks import mark_to_bill_again
from collections_app.demo.setting import supervisor

_AHEAD = Decimal("35.00")  # what somebody paid before a visit


def put_right(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day; the opening of that day finds what it does to the work."""
    if Receipt.objects.filter(state=Receipt.State.RETURNED).exists():
        return
    owing = Receivable.objects.filter(bucket="PATIENT", amount__gt=0).order_by("claim__number")
    accounts = list(dict.fromkeys(owing.values_list("account", flat=True)))[:3]
    with events.quiet():
        if len(accounts) == 3:
            _receive(accounts, until, now)
        _move_by_hand(until, now)


def _receive(accounts: list[int], until: dt.date, now: dt.datetime) -> None:
    actor = supervisor()
    came = until - dt.timedelta(days=4)

    def record(account_id: int, amount: Decimal, method: str, reference: str) -> Receipt:
        asked = {"amount": amount, "received_on": came, "method": method, "reference": reference}
        return record_receipt(actor=actor, account_id=account_id, today=until, now=now, **asked)  # type: ignore[arg-type]

    bounced = record(accounts[0], Decimal("60.00"), "check", "2217")
    notice = "The bank's notice is in the file"
    return_receipt(bounced.pk, actor=actor, why=Receipt.Why.NSF, returned_on=until, words=notice, today=until, now=now)
    strayed = record(accounts[1], Decimal("45.00"), "check", "884")
    others = Account.objects.filter(practice=strayed.practice_id).exclude(pk=strayed.account_id)
    if (right := others.order_by("number").first()) is not None:
        why = "The account number on the check was another one"
        to = {"to_account": right.number, "amount": strayed.amount, "words": why}
        move_receipt(strayed.pk, actor=actor, today=until, now=now, **to)  # type: ignore[arg-type]
    owed = Receivable.objects.filter(account=accounts[2], bucket="PATIENT", amount__gt=0)
    record(accounts[2], sum(owed.values_list("amount", flat=True), _AHEAD), "money_order", "M-5530")


def _move_by_hand(until: dt.date, now: dt.datetime) -> None:
    """Of two claims that wait for their first payer and were not denied."""
    waiting = Receivable.objects.filter(bucket="PAYER1", amount__gt=0, claim__state="open")
    waiting = waiting.exclude(claim__in=Denial.objects.filter(state=Denial.State.OPEN).values("claim"))
    waiting = waiting.filter(payer__payer_class="commercial").order_by("last_billed_on", "claim__number")
    for row, deed in zip(waiting.select_related("claim")[:2], ("transfer", "bill"), strict=False):
        if deed == "transfer":
            transfer(
                row.claim_id, line_id=None, origin="PAYER1", target="PATIENT", amount=min(row.amount, Decimal("40.00")),
                reason="no_coverage", words="Policy ended the month before; the patient confirmed it",
                actor=supervisor(), today=until, now=now,
            )  # fmt: skip
        else:
            mark_to_bill_again(
                row.claim_id, bucket="PAYER1", reason="lost", words="Nothing on file at the payer",
                actor=supervisor(), today=until, now=now,
            )  # fmt: skip
