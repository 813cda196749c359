"""Read another copy of a payment that was taken in before: the same again, a corrected one, or something else.

The same trace, payer, day and amount are one payment (RULES 2.4), and nothing of a second copy posts. But what a
duplicate holds is looked at: a copy that ties out takes the place of one that waits because it does not, and a copy
with other claims is refused aloud, or the claims that only it names would never be missed.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.edi import translate_835
from claims.edi.files import figures_of
from claims.edi.models import EdiTransaction
from claims.edi.translate_835 import BALANCE_PROBLEMS, claim_payment_facts
from claims.edi.x12.records import ClaimRead, Clp, Event, TransactionEnd
from claims.remits.balancing import deposit_imbalance
from claims.remits.duplicate_remits import RemitCompletion, replace_with_copy
from claims.remits.models import RemitClaim, Remittance
from claims.remits.staging import ClaimPaymentDraft

if TYPE_CHECKING:
    from claims.edi.files import RemitSummary


_Facts = tuple[str, str, Decimal, Decimal]
_NAMED = 3


def read_duplicate(
    kept: Remittance, events: Iterator[Event], summary: "RemitSummary", *, now: dt.datetime
) -> "RemitSummary":
    """Read a copy of `kept` to its end. The status is `duplicate`, `rejected` where its claims are not those of
    `kept`, or `received` where `kept` gave way to it: then the copy is to be read again, and taken in."""
    known, is_whole = _facts_kept(kept), kept.state != Remittance.State.STAGING
    differing: list[str] = []
    unreadable = 0
    for event in events:
        if isinstance(event, ClaimRead) and isinstance(event.claim, Clp):
            summary.note(event.claim.problems)
            facts = claim_payment_facts(event.claim)
            if known[facts]:
                known[facts] -= 1
            elif any(problem.severity == "error" for problem in event.claim.problems):
                unreadable += 1
            elif is_whole:
                differing.append(f"segment {event.claim.first_segment}, CLP01")
        elif isinstance(event, TransactionEnd):
            summary.note(event.problems)
            summary.figures = figures_of(event.totals)
            is_short = is_whole and known.total() > unreadable
            _judge(kept, event, summary, differing, is_short=is_short, now=now)
            break
    return summary


def _judge(
    kept: Remittance,
    end: TransactionEnd,
    summary: "RemitSummary",
    differing: list[str],
    *,
    is_short: bool,
    now: dt.datetime,
) -> None:
    totals, first = end.totals, import_words(kept)
    is_broken = any(problem.severity == "error" and problem.code not in BALANCE_PROBLEMS for problem in end.problems)
    uneven = deposit_imbalance(claims_paid=totals.paid, provider=totals.plb, deposit=kept.amount)
    if not is_broken and not uneven and replace_with_copy(kept, now=now, to_sound=True):
        summary.status = "received"
    elif (differing or is_short) and not is_broken:
        places = "; ".join(differing[:_NAMED])
        words = (
            f"A payment of this trace, day and amount was taken in before, from {first}, with other claims"
            f"{f' (here: {places})' if places else ''}. Nothing of this copy was posted. Ask the payer which is right, "
            "and correct on the claims what is wrong."
        )
        summary.status = "rejected"
        summary.add(differing[0] if differing else "ST02", "differs", words)
    else:
        summary.status = "duplicate"
        summary.add("ST02", "duplicate", f"This payment was taken in before, from {first}.")


def _facts_kept(kept: Remittance) -> Counter[_Facts]:
    """The claims of the first copy; another may hold them in another order."""
    rows = RemitClaim.objects.filter(remittance=kept)
    return Counter(rows.values_list("number", "status", "charge", "paid"))


BATCH = 1_000


def complete_truncated(
    completion: RemitCompletion,
    transaction: EdiTransaction,
    events: Iterator[Event],
    summary: "RemitSummary",
    *,
    today: dt.date,
    now: dt.datetime,
) -> bool:
    """Stage what the truncated copy lacks; whether anything waits now. `summary` says in words what to do.

    A copy that differs from the first one is reported as a duplicate, and nothing of it is staged.
    """
    waiting: list[ClaimPaymentDraft] = []
    for event in events:
        if isinstance(event, ClaimRead) and isinstance(event.claim, Clp):
            summary.note(event.claim.problems)
            waiting.append(translate_835.claim_payment_draft(event.claim, completion.remittance))
            if len(waiting) >= BATCH:
                completion.take(waiting, today=today, now=now)
                waiting = []
        elif isinstance(event, TransactionEnd):
            completion.take(waiting, today=today, now=now)
            summary.note(event.problems)
            summary.figures = figures_of(event.totals)
            return _ended(completion, event, summary, name=f"import {transaction.file_id}", now=now)
    return False


def _ended(
    completion: RemitCompletion, end: TransactionEnd, summary: "RemitSummary", *, name: str, now: dt.datetime
) -> bool:
    remittance, first = completion.remittance, import_words(completion.remittance)
    translate_835.set_totals(remittance, end)
    if completion.finish(translate_835.provider_rows(remittance, end.plbs), name=name, now=now):
        words = f"The copy in {first} broke off and was accepted. What it lacks waits for you on the remittance's page."
        summary.add("ST02", "whole_copy", words)
        return True
    words = f"This payment was taken in before, from {first}, where the file broke off. "
    if completion.differing:
        numbers = ", ".join(completion.differing[:5])
        words += (
            f"The copies differ in claim {numbers}, so nothing of this one was posted. Ask the payer which is right, "
            "and correct on the claims what is wrong."
        )
    else:
        words += "This copy brings nothing more."
    summary.status = "duplicate"
    summary.add("ST02", "duplicate", words)
    return False


def import_words(remittance: Remittance) -> str:
    """The import that brought a remittance, in words."""
    first = EdiTransaction.objects.select_related("file").filter(pk=remittance.transaction_id or 0).first()
    if first is None:
        return "another file or transaction"
    return f"import {first.file_id} of {first.file.received_at:%Y-%m-%d}"
