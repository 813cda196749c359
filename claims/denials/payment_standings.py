"""How the payment of claims and of their lines stands, read from the books: six queries, seven where whole claims
were refused.

Nothing of the work is read here: who does what about a claim, or plans to, changes no payment status (`triage`).
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from claims.billing.buckets import PAYERS
from claims.billing.models import ClaimLine, Submission
from claims.denials.models import Denial, Underpayment
from claims.denials.triage import LineStanding, PaymentStatus, claim_payment_status, payment_status
from claims.denials.underpayments import OPEN as UNDERPAID
from claims.ledger.models import Posting
from claims.remits.era import ADJUDICATED_STATUSES
from claims.remits.models import RemitClaim


@dataclass(slots=True)
class ClaimStanding:
    """How a claim's payment stands, and each of its lines, by line id."""

    status: PaymentStatus
    lines: dict[int, PaymentStatus] = field(default_factory=dict)


@dataclass(slots=True)
class _Refused:
    """Dollars that are refused of a line: open, of which `shared` have gone to the patient meanwhile, and given up."""

    open: Decimal = ZERO
    shared: Decimal = ZERO
    given_up: Decimal = ZERO


def payment_standings(claim_ids: Collection[int]) -> dict[int, ClaimStanding]:
    """By claim. A claim that no payer insures is the patient's from the beginning."""
    ids = set(claim_ids)
    if not ids:
        return {}
    answered, pended = _answered(ids), _pended(ids)
    paid, shared = _moved(ids)
    refused, short = _refused(ids), _short(ids)
    found: dict[int, dict[int, PaymentStatus]] = {pk: {} for pk in ids}
    rows = ClaimLine.objects.filter(Among("claim", ids)).order_by("claim", "number")
    columns = ("pk", "claim_id", "claim__payer_id", "number", "charge", *_PAYER_COLUMNS)
    for pk, claim, payer, number, charge, *owed in rows.values_list(*columns):
        if not charge and not any(owed) and (number == 0 or pk not in paid):
            continue
        denied, (in_bucket, by_contract) = refused.get(pk, _Refused()), short.get(pk, (ZERO, ZERO))
        left = sum(owed, ZERO)
        given_up = min(denied.given_up, max(left - denied.open + denied.shared, ZERO))
        waiting = max(left - (denied.open - denied.shared) - given_up - in_bucket, ZERO)
        standing = LineStanding(
            paid=paid[pk],
            denied=denied.open + given_up,
            short=in_bucket + by_contract,
            pending=waiting if claim in pended else ZERO,
            patient=shared[pk],
            waiting=ZERO if claim in pended else waiting,
            is_answered=claim in answered or pk in refused or bool(paid[pk]),
        )
        found[claim][pk] = PaymentStatus.PATIENT if payer is None else payment_status(standing)
    return {pk: ClaimStanding(claim_payment_status(list(lines.values())), lines) for pk, lines in found.items()}


_PAYER_COLUMNS = tuple(bucket.lower() for bucket in PAYERS)


def _answered(ids: Collection[int]) -> set[int]:
    """Claims of which an answer of a payer stands."""
    rows = RemitClaim.objects.filter(Among("claim", ids), state=RemitClaim.State.POSTED, reversals__isnull=True)
    rows = rows.filter(status__in=ADJUDICATED_STATUSES)
    return {pk for pk in rows.order_by().values_list("claim_id", flat=True).distinct() if pk}


def _pended(ids: Collection[int]) -> set[int]:
    """Claims of which a payer says that it still decides."""
    rows = Submission.objects.filter(Among("claim", ids), state=Submission.State.PENDED)
    return set(rows.order_by().values_list("claim_id", flat=True).distinct())


def _moved(ids: Collection[int]) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """By line, net of what was taken back: what payers paid, and what was put to the patient of what they owed."""
    paid: dict[int, Decimal] = defaultdict(lambda: ZERO)
    shared: dict[int, Decimal] = defaultdict(lambda: ZERO)
    rows = Posting.objects.filter(Among("claim", ids), line__isnull=False, kind__in=("payer_payment", "transfer"))
    sums = rows.order_by().values_list("line_id", "kind", "debit", "credit").annotate(total=Sum("amount"))
    for line, kind, debit, credit, total in sums:
        if kind == "payer_payment":
            paid[line or 0] += total * ((debit == "CASH") - (credit == "CASH"))
        elif {debit, credit} & set(PAYERS):
            shared[line or 0] += total * ((debit == "PATIENT") - (credit == "PATIENT"))
    return paid, shared


def _refused(ids: Collection[int]) -> dict[int, _Refused]:
    """By line; what a whole claim was refused for stands with its first line."""
    rows = Denial.objects.filter(Among("claim", ids), state__in=(Denial.State.OPEN, Denial.State.ACCEPTED))
    columns = ("claim_id", "line_id", "state", "group", "amount", "written_off")
    told = list(rows.order_by("pk").values_list(*columns))
    whole = {claim for claim, line, *_ in told if line is None}
    first: dict[int, int] = {}
    if whole:
        lines = ClaimLine.objects.filter(Among("claim", whole), number__gt=0).order_by("claim", "-number")
        first = dict(lines.values_list("claim_id", "pk"))
    found: dict[int, _Refused] = defaultdict(_Refused)
    for claim, line, state, group, amount, written_off in told:
        of_line = found[line or first.get(claim, 0)]
        left = max(amount - written_off, ZERO)
        if state == Denial.State.ACCEPTED:
            of_line.given_up += left
        else:
            of_line.open += left
            of_line.shared += left if group == "PR" else ZERO
    return dict(found)


def _short(ids: Collection[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """By line, what is short: what the payer's bucket still holds of it, and what was taken off by the contract."""
    found: dict[int, tuple[Decimal, Decimal]] = {}
    rows = Underpayment.objects.filter(Among("claim", ids), state__in=UNDERPAID)
    for line, expected, amount in rows.values_list("line_id", "expected", "amount"):
        held, taken = found.get(line, (ZERO, ZERO))
        found[line] = (held, taken + amount) if expected else (held + amount, taken)
    return found
