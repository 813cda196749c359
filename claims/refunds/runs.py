"""Refunds go out together: checks numbered and registered, or an ACH file for the bank; and what the bank says later.

A run books each payment, gives it its number and keeps the file, encrypted, with its hash. Whoever downloads it leaves
a trace. A check that is lost or stopped is voided: its postings are mirrored and the credit stands again.
"""

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.dates import add_business_days
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.nacha import CHECKING, Originator, ensure_account, ensure_routing
from arwork.lib.races import told_when_lost
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.practices.models import Practice
from claims.refunds import nacha, postings
from claims.refunds.models import PayingAccount, Refund, RefundRun
from claims.refunds.requests import locked_refund, note, settle
from claims.refunds.states import ACH, CHECK, RefundState

if TYPE_CHECKING:
    from arwork.staff.models import User

_TAKEN = "One of these check numbers was used before. Look at the number of the next check."


@dataclass(frozen=True, slots=True)
class PayingAccountDraft:
    """The paying account as it was entered; an empty number keeps the one that is there."""

    bank: str
    routing: str
    account: str
    company: str
    company_id: str
    next_check: int | None = None


def save_paying_account(
    practice_id: int, *, draft: PayingAccountDraft, actor: "User", now: dt.datetime
) -> PayingAccount:
    """Enter or change the account that refunds are paid from. Raises `BadAccount` naming the field, `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_routing(draft.routing)
    ensure_in_view(actor, practice_id)
    with transaction.atomic():
        practice = Practice.objects.select_for_update().get(pk=practice_id)
        found = PayingAccount.objects.filter(practice=practice).first() or PayingAccount(practice=practice)
        account = draft.account.strip() or found.account
        ensure_account(account)
        before = {"bank": found.bank, "ends": found.account[-4:], "next_check": found.next_check}
        found.bank, found.routing, found.account = draft.bank, draft.routing, account
        found.company, found.company_id = draft.company, draft.company_id.strip() or found.company_id
        if not found.company_id:
            raise DomainError("Enter the bank's number of the company: often 1 and the TIN.", field="company_id")
        found.next_check, found.updated_at, found.updated_by = draft.next_check, now, actor
        found.save()
        after = {"bank": found.bank, "ends": found.account[-4:], "next_check": found.next_check}
        audit.record(actor, "paying_account", "practice", practice_id, practice_id=practice_id, before=before,
                     after=after, now=now)  # fmt: skip
    return found


def issue_checks(
    refund_ids: Sequence[int], *, first_number: int, actor: "User", today: dt.date, now: dt.datetime
) -> RefundRun:
    """Issue approved refunds of one practice as checks, numbered on from `first_number`; the register is its file.

    Raises `Conflict` where one was issued or taken back meanwhile, or a number was used before; nothing is issued then.
    """
    require(actor, Capability.POST_MONEY)
    if not 0 < first_number < 10**12:
        raise DomainError("Enter the number of the first check.", field="first_number")
    with told_when_lost(_TAKEN), transaction.atomic():
        practice_id, refunds = _locked(refund_ids, CHECK, actor)
        bank = PayingAccount.objects.select_for_update().filter(practice=practice_id).first()
        numbers = [str(first_number + place) for place in range(len(refunds))]
        if Refund.objects.filter(practice=practice_id, method=CHECK, number__in=numbers).exists():
            raise Conflict(_TAKEN, field="first_number")
        for refund, number in zip(refunds, numbers, strict=True):
            refund.number = number
        text = _register(refunds, bank, today)
        name = f"checks-{today:%Y%m%d}-{numbers[0]}.csv"
        run = _run(practice_id, refunds, CHECK, name, text, actor=actor, today=today, now=now)
        if bank is not None:
            bank.next_check = first_number + len(refunds)
            bank.save(update_fields=["next_check"])
    return run


def issue_ach(refund_ids: Sequence[int], *, actor: "User", today: dt.date, now: dt.datetime) -> RefundRun:
    """Issue approved refunds of one practice by ACH; the file goes to the bank. Raises as `issue_checks`, and
    `Conflict` without a paying account."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        practice_id, refunds = _locked(refund_ids, ACH, actor)
        bank = PayingAccount.objects.select_for_update().filter(practice=practice_id).first()
        if bank is None:
            raise Conflict("This practice has no account to pay from. An administrator enters it in Setup, Practices.")
        originator = Originator(bank.company, bank.company_id, bank.bank, bank.routing)
        credits = [_credit(one) for one in refunds]
        before = RefundRun.objects.filter(practice=practice_id, method=ACH)
        first = 1 + sum(before.values_list("count", flat=True))
        of_today = before.filter(made_on=today).count()
        text = nacha.ach_file(
            originator,
            credits,
            made_at=now,
            effective_on=add_business_days(today, 1),
            modifier="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[of_today % 36],
            first=first,
        )
        for refund, number in zip(refunds, nacha.traces(originator, credits, first=first), strict=True):
            refund.number = number
        name = f"ach-{today:%Y%m%d}-{of_today + 1}.txt"
        return _run(practice_id, refunds, ACH, name, text, actor=actor, today=today, now=now)


def download_run(run_id: int, *, actor: "User", now: dt.datetime) -> RefundRun:
    """The run whose file is taken; the trail keeps who took it, and its hash. Raises `NotFound`."""
    require(actor, Capability.POST_MONEY)
    run = RefundRun.objects.filter(pk=run_id, practice__in=practice_ids(actor)).first()
    if run is None:
        raise NotFound("There is no such file in your practices.")
    seen: dict[str, list[int]] = {"refund": list(run.refunds.values_list("pk", flat=True))}
    audit.record_seen(
        actor, audit.DOWNLOADED, "refund_run", seen, subject_id=run.pk, practice_id=run.practice_id,
        after={"sha256": run.sha256}, now=now,
    )  # fmt: skip
    return run


def clear_refund(refund_id: int, *, cleared_on: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> Refund:
    """The bank paid it. Raises `DomainError` for a day that can't be, `Conflict`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        refund, _ = locked_refund(refund_id, actor, to=RefundState.CLEARED)
        if refund.issued_on is None or not refund.issued_on <= cleared_on <= today:
            raise DomainError("It cleared on the day it was issued or later, and not in the future.", field="on")
        refund.cleared_on = cleared_on
        settle(refund, RefundState.CLEARED, actor=actor, now=now)
    return refund


def unclear_refund(refund_id: int, *, actor: "User", now: dt.datetime) -> Refund:
    """It was marked cleared by mistake: it is out again. Raises `Conflict`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        refund, _ = locked_refund(refund_id, actor, to=RefundState.ISSUED)
        if refund.state != RefundState.CLEARED:
            raise Conflict("Only what was marked cleared is taken back here.")
        refund.cleared_on = None
        settle(refund, RefundState.ISSUED, actor=actor, now=now)
    return refund


def void_refund(refund_id: int, *, why: str, actor: "User", today: dt.date, now: dt.datetime) -> Refund:
    """The check was stopped, lost or came back: what it posted is mirrored, and the credit stands again."""
    require(actor, Capability.POST_MONEY)
    ensure_not_sensitive(why=why)
    if not why.strip():
        raise DomainError("Say why: the credit stands again by it.", field="why")
    with transaction.atomic():
        refund, _ = locked_refund(refund_id, actor, to=RefundState.VOIDED)
        postings.take_back(refund, posted_on=today, actor=actor, now=now)
        refund.ended_on, refund.ended_because = today, why.strip()[:300]
        settle(refund, RefundState.VOIDED, actor=actor, now=now)
    return refund


def report_unclaimed(refund_id: int, *, on: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> Refund:
    """It was reported to the state as unclaimed, or (if it was reported before) paid to the state. No money moves in
    the books: it left cash when it was issued. Raises `DomainError` for a day that can't be, `Conflict`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        known = Refund.objects.filter(pk=refund_id, practice__in=practice_ids(actor)).first()
        is_reported = known is not None and known.state == RefundState.REPORTED
        to = RefundState.PAID_TO_STATE if is_reported else RefundState.REPORTED
        refund, _ = locked_refund(refund_id, actor, to=to)
        earliest = refund.reported_on if is_reported else refund.issued_on
        if earliest is None or not earliest <= on <= today:
            raise DomainError("That day is too early, or has not come yet.", field="on")
        if is_reported:
            refund.paid_to_state_on = on
        else:
            refund.reported_on = on
        settle(refund, to, actor=actor, now=now)
    return refund


def settle_doubled(refund_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Refund:
    """Somebody has seen to what was returned twice: asked the payer for one of the two. Raises `NotFound`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        refund = Refund.objects.select_for_update().filter(
            pk=refund_id, practice__in=practice_ids(actor), doubled_on__isnull=False, doubled_settled_on=None
        ).first()  # fmt: skip
        if refund is None:
            raise NotFound("There is no such question any more.")
        refund.doubled_settled_on = today
        refund.save(update_fields=["doubled_settled_on"])
        note(refund, "refund_doubled_settled", actor=actor, now=now)
    return refund


def _locked(refund_ids: Sequence[int], method: str, actor: "User") -> tuple[int, list[Refund]]:
    """Approved refunds of one practice and method, locked; the practice."""
    if not refund_ids:
        raise DomainError("Tick what is to go out.", field="refunds")
    found = []
    known = dict(Refund.objects.filter(pk__in=refund_ids).values_list("pk", "claim_id"))
    for pk in sorted(set(refund_ids), key=lambda one: (known.get(one) or 0, one)):  # as posting locks: by claim
        refund, _ = locked_refund(pk, actor, to=RefundState.ISSUED)
        if refund.state != RefundState.APPROVED:
            raise Conflict("One of these has gone out already. Look at the list again.")
        found.append(refund)
    found.sort(key=lambda one: one.pk)
    if {one.method for one in found} != {method}:
        raise DomainError("Checks go out with checks, and ACH with ACH.", field="refunds")
    if len({one.practice_id for one in found}) > 1:
        raise DomainError("Each practice pays its own: choose one practice first.", field="refunds")
    return found[0].practice_id, found


def _run(
    practice_id: int,
    refunds: Sequence[Refund],
    method: str,
    name: str,
    text: str,
    *,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> RefundRun:
    run = RefundRun.objects.create(
        practice_id=practice_id,
        method=method,
        made_on=today,
        made_at=now,
        made_by=actor,
        count=len(refunds),
        amount=sum((one.amount for one in refunds), ZERO),
        file_name=name,
        content=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    for refund in refunds:
        refund.run, refund.issued_on = run, today
        postings.book_payment(refund, posted_on=today, actor=actor, now=now)
        settle(refund, RefundState.ISSUED, actor=actor, now=now)
    after = {"method": method, "count": run.count, "amount": run.amount, "sha256": run.sha256}
    audit.record(actor, "refund_run", "refund_run", run.pk, practice_id=practice_id, after=after, now=now)
    return run


def _register(refunds: Sequence[Refund], bank: PayingAccount | None, today: dt.date) -> str:
    """The check register as banks take it for positive pay: account, number, amount, day, payee, issue (I)."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(["account", "check_number", "amount", "issued_on", "payee", "status"])
    for one in refunds:
        payee = one.payee.lstrip("=+-@\t\r ")  # no spreadsheet runs a name
        writer.writerow([bank.account if bank else "", one.number, one.amount, f"{today:%Y-%m-%d}", payee, "I"])
    return file.getvalue()


def _credit(refund: Refund) -> nacha.AchCredit:
    return nacha.AchCredit(
        routing=refund.payee_routing,
        account=refund.payee_account,
        account_kind=refund.payee_account_kind or CHECKING,
        amount=refund.amount,
        payee=refund.payee,
        reference=f"REFUND{refund.pk}",
        is_company=refund.payer_id is not None,
        about=f"REFUND {refund.pk} CLAIM {refund.claim.number}" if refund.payer_id and refund.claim else "",
    )
