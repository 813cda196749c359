"""Comparing payments again after a contract changed: what is underpaid by the terms as they stand now.

Read from what the payer sent (`RemitLine`), with the treatments in force when it was paid. A person starts it, and
sees the count first. What somebody settled stays settled; an open underpayment that the contract no longer supports
is closed as accepted.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from arwork.lib import bulk
from arwork.lib.events import announce
from arwork.lib.money import ZERO, from_cents
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.billing.models import Claim
from claims.denials.models import Underpayment
from claims.denials.underpayments import underpaid_lines
from claims.payers.contracts import contract
from claims.payers.models import Contract
from claims.remits.adjustment_rules import rules_in_force, treat_of
from claims.remits.after_posting import PostedPayment
from claims.remits.era import DisputedAmount, LineDenial, LineResult, Treatment, allowed_amount
from claims.remits.models import RemitClaim, RemitLine

if TYPE_CHECKING:
    from arwork.staff.models import User

BATCH = 500
_OPEN = (Underpayment.State.OPEN, Underpayment.State.DISPUTED)
_ANSWERED = ("1", "4", "19")  # CLP02: processed as primary, denied, processed as primary and forwarded


@dataclass
class Rechecked:
    """What the comparison did, in lines; `payments` were looked at."""

    payments: int = 0
    opened: int = 0
    changed: int = 0
    closed: int = 0


def payments_under(found: Contract) -> QuerySet[RemitClaim]:
    """Posted payments of the contract's payer to its practice for services within its days, not reversed."""
    claims = Claim.objects.filter(practice=found.practice_id, payer=found.payer_id, service_to__gte=found.valid_from)
    if found.valid_to:
        claims = claims.filter(service_from__lte=found.valid_to)
    rows = RemitClaim.objects.filter(
        state=RemitClaim.State.POSTED, bucket="PAYER1", status__in=_ANSWERED, claim__in=claims
    )
    return rows.exclude(Exists(RemitClaim.objects.filter(reverses=OuterRef("pk"))))


def count_payments(contract_id: int, *, actor: "User") -> int:
    """How many payments a comparison would look at."""
    return payments_under(contract(contract_id, actor=actor)).count()


def recheck(contract_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Rechecked:
    """Compare every payment under the contract with the terms as they stand; bounded batches, each a transaction."""
    require(actor, Capability.CONFIGURE_PAYERS)
    found = contract(contract_id, actor=actor)
    done = Rechecked()
    last = 0
    while ids := list(payments_under(found).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = ids[-1]
        with transaction.atomic():
            _recheck_batch(ids, done, today)
    after = {"payments": done.payments, "opened": done.opened, "changed": done.changed, "closed": done.closed}
    audit.record(
        actor, "underpayments_rechecked", "contract", contract_id, practice_id=found.practice_id, after=after, now=now
    )
    return done


def recheck_queued(contract_id: int, *, actor_id: int, today: dt.date, now: dt.datetime) -> Rechecked:
    """As `recheck`, for whoever asked for it by then."""
    return recheck(contract_id, actor=get_user_model().objects.get(pk=actor_id), today=today, now=now)


def _recheck_batch(ids: Sequence[int], done: Rechecked, today: dt.date) -> None:
    outcomes = list(_outcomes(ids))
    done.payments += len(ids)
    if not outcomes:
        return
    lines = {line_id for one in outcomes for line_id in one.results}
    known = {
        row.line_id: row for row in Underpayment.objects.select_for_update().filter(line__in=lines, state__in=_OPEN)
    }
    short: dict[int, Underpayment] = {}
    for same_day in _by_day(outcomes):
        short |= underpaid_lines(same_day)
    settled = set(
        Underpayment.objects.filter(line__in=lines).exclude(state__in=_OPEN).values_list("remit_claim_id", "line_id")
    )
    fresh = [row for line, row in short.items() if line not in known and (row.remit_claim_id, line) not in settled]
    bulk.insert(Underpayment, fresh, ignore_conflicts=True)
    changed = {
        known[line].pk: (row.expected, row.allowed, row.amount, row.contract_id)
        for line, row in short.items()
        if line in known and (known[line].amount, known[line].contract_id) != (row.amount, row.contract_id)
    }
    bulk.write(Underpayment, ["expected", "allowed", "amount", "contract"], changed)
    over = {row.pk: (Underpayment.State.ACCEPTED, today) for line, row in known.items() if line not in short}
    bulk.write(Underpayment, ["state", "closed_on"], over)
    done.opened += len(fresh)
    done.changed += len(changed)
    done.closed += len(over)
    touched = {row.claim_id for row in fresh}
    touched |= {row.claim_id for row in known.values() if row.pk in changed or row.pk in over}
    announce("contract", claims=touched)


def _by_day(outcomes: Sequence[PostedPayment]) -> Iterator[list[PostedPayment]]:
    """Thresholds are those of the payment's day, and `short_lines` asks once a batch."""
    days: dict[tuple[dt.date, int | None], list[PostedPayment]] = defaultdict(list)
    for one in outcomes:
        days[one.paid_on, one.payer_id].append(one)
    return iter(days.values())


def _outcomes(ids: Sequence[int]) -> Iterator[PostedPayment]:
    """The last answer to each claim, as it was when it was posted. Three queries."""
    rows = RemitClaim.objects.filter(pk__in=ids).select_related("remittance", "claim").order_by("pk")
    answers = {row.claim_id: row for row in rows}
    newer = RemitClaim.objects.filter(
        claim__in=answers, state=RemitClaim.State.POSTED, bucket="PAYER1", status__in=_ANSWERED, reversals__isnull=True
    ).order_by("pk")
    last = dict(newer.values_list("claim_id", "pk"))
    paid: dict[int, list[RemitLine]] = defaultdict(list)
    for line in RemitLine.objects.filter(remit_claim__in=ids, line__isnull=False):
        paid[line.remit_claim_id].append(line)
    rules = rules_in_force()
    for claim_id, row in answers.items():
        if claim_id is None or last.get(claim_id) != row.pk or (row.adjustments and len(paid[row.pk]) != 1):
            continue  # a claim-level reduction of several lines was allocated by hand: it says nothing of one line
        # As when it was posted: payers sign remittances with other ids than claims bear.
        treat = treat_of(row.remittance, rules=rules)
        results: dict[int, LineResult] = {}
        line_denials: list[LineDenial] = []
        reductions: list[DisputedAmount] = []
        for line in paid[row.pk]:
            line_id = line.line_id or 0
            treated: list[tuple[Decimal, Treatment]] = []
            for group, carc, cents, *_ in (*line.adjustments, *row.adjustments):
                amount = from_cents(cents)
                rarcs = tuple(f"{line.rarcs} {row.rarcs}".split())
                kind = treat(group, carc, rarcs)
                treated.append((amount, kind))
                if kind == Treatment.DENIAL:
                    line_denials.append(LineDenial(line_id, group, carc, rarcs, amount))
                elif kind == Treatment.DISPUTABLE:
                    reductions.append(DisputedAmount(line_id, group, carc, amount))
            before = results.get(line_id, LineResult(ZERO, ZERO, ZERO))
            allowed = allowed_amount(line.charge, treated)
            results[line_id] = LineResult(
                before.charge + line.charge, before.paid + line.paid, before.allowed + allowed
            )
        yield PostedPayment(
            practice_id=row.remittance.practice_id,
            remit_claim_id=row.pk,
            claim_id=claim_id,
            payer_id=row.claim.payer_id if row.claim else None,
            bucket=row.bucket,
            paid_on=row.remittance.paid_on,
            line_denials=line_denials,
            reductions=reductions,
            results=results,
        )
