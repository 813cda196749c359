"""Questions about remittances: do they tie out, what waits, what would posting do."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from arwork.lib import bulk
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.lib.prefixes import begins
from arwork.staff.access import practice_ids
from claims.billing.buckets import BUCKETS
from claims.ledger.models import Posting
from claims.remits.adjustment_rules import treat_of
from claims.remits.cases import load_cases
from claims.remits.era import ExceptionReason, PostingPlan
from claims.remits.models import SET_ASIDE, RemitClaim, RemitException, Remittance
from claims.remits.posting import judge_payment

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class DepositTieOut:
    """Where a deposit stands: BPR02 = posted + unapplied + suspense + waiting; `waiting` is 0 once released.

    `posted` is cash applied to claims, `unapplied` what exceptions (and an over/short) hold, `suspense` what
    provider adjustments moved, `waiting` a deposit that nothing has been booked of yet.
    """

    deposit: Decimal
    posted: Decimal
    unapplied: Decimal
    suspense: Decimal

    @property
    def waiting(self) -> Decimal:
        return self.deposit - self.posted - self.unapplied - self.suspense

    @property
    def is_tied(self) -> bool:
        return not self.waiting


@dataclass(frozen=True, slots=True)
class PaymentCounts:
    """Claim payments of a remittance by what became of them."""

    staged: int
    posted: int
    exceptions: int
    dismissed: int


@dataclass(frozen=True, slots=True)
class PostingPreview:
    """One claim payment and what posting it would do, or did."""

    row: RemitClaim
    plan: PostingPlan | None


def tie_out(remittance_id: int) -> DepositTieOut:
    """Where the deposit of a remittance stands, from postings alone."""
    return tie_outs([remittance_id])[remittance_id]


def tie_outs(remittance_ids: Sequence[int]) -> dict[int, DepositTieOut]:
    """As `tie_out` for many, in two queries."""
    deposits = dict(Remittance.objects.filter(id__in=remittance_ids).values_list("id", "amount"))
    moved: dict[int, list[tuple[str, str, str, Decimal]]] = defaultdict(list)
    rows = Posting.objects.filter(remittance_id__in=remittance_ids).values_list(
        "remittance_id", "kind", "debit", "credit"
    )
    for remittance_id, kind, debit, credit, amount in rows.annotate(total=Sum("amount")).order_by():
        moved[remittance_id or 0].append((kind, debit, credit, amount))
    found = {}
    for pk, deposit in deposits.items():
        posted = unapplied = suspense = ZERO
        for kind, debit, credit, amount in moved[pk]:
            if kind == "refund":  # it came, and was returned to its payer later
                continue
            unapplied += amount * ((credit == "UNAPPLIED") - (debit == "UNAPPLIED"))
            if kind == "provider_adjustment":
                suspense += amount * ((debit == "CASH") - (credit == "CASH"))
            elif kind in ("payer_payment", "patient_payment"):
                posted += amount * ((credit in BUCKETS) - (debit in BUCKETS))
        found[pk] = DepositTieOut(deposit, posted, unapplied, suspense)
    return found


def cash_of_nobody(remittance_id: int) -> Decimal:
    """Unapplied cash of a deposit that no waiting payment holds: dismissed, or more than the deposit explains; less
    what was returned. Dollars, below zero where what waits was returned."""
    moved = Posting.objects.filter(remittance_id=remittance_id, account=None).order_by()
    sums = moved.aggregate(
        came=Sum("amount", filter=Q(credit="UNAPPLIED"), default=ZERO),
        went=Sum("amount", filter=Q(debit="UNAPPLIED"), default=ZERO),
    )
    waits = RemitClaim.objects.filter(remittance=remittance_id, state=RemitClaim.State.EXCEPTION)
    held: Decimal = waits.aggregate(total=Sum("paid", default=ZERO))["total"]
    return Decimal(sums["came"] - sums["went"] - held)


def counts_of(remittance_id: int) -> PaymentCounts:
    """How many claim payments are staged, posted, waiting and dismissed; `exceptions` counts what waits to be booked: a
    provider adjustment that is not settled is booked."""
    state = RemitClaim.State
    rows = RemitClaim.objects.filter(remittance=remittance_id).aggregate(
        staged=Count("id", filter=Q(state__in=[state.STAGED, state.READY])),
        posted=Count("id", filter=Q(state=state.POSTED)),
        dismissed=Count("id", filter=Q(state=state.DISMISSED)),
    )
    waiting = RemitException.objects.filter(remittance=remittance_id, state=RemitException.State.OPEN)
    unbooked = waiting.exclude(code=ExceptionReason.UNSETTLED_PLB).count()
    return PaymentCounts(rows["staged"], rows["posted"], unbooked, rows["dismissed"])


def remittances(actor: "User", *, state: str = "", search: str = "") -> QuerySet[Remittance]:
    """The remittances `actor` may see, newest first, with how many exceptions are open."""
    found = Remittance.objects.filter(practice__in=practice_ids(actor)).select_related("practice", "payer")
    if state == "open":
        found = found.filter(state__in=[Remittance.State.STAGED, Remittance.State.PARTLY])
    elif state:
        found = found.filter(state=state)
    if search:
        found = found.filter(Q(trace__icontains=search) | Q(payer_name__icontains=search))
    waiting = RemitException.objects.filter(remittance=OuterRef("pk"), state=RemitException.State.OPEN).order_by()
    counted = waiting.values("remittance").annotate(count=Count("pk")).values("count")
    return found.annotate(waiting_count=Coalesce(Subquery(counted), 0)).order_by("-paid_on", "-id")


def remittance(actor: "User", remittance_id: int) -> Remittance:
    """One remittance; raises `NotFound` when the actor may not see it."""
    found = Remittance.objects.filter(practice__in=practice_ids(actor)).select_related("practice", "payer")
    try:
        return found.get(pk=remittance_id)
    except Remittance.DoesNotExist:
        raise NotFound("There is no such remittance in your practices.") from None


def remittance_of_adjustment(actor: "User", adjustment_id: int) -> Remittance:
    """The remittance of a provider adjustment; raises `NotFound` when the actor may not see it."""
    owner = Remittance.objects.filter(provider_adjustments=adjustment_id).values_list("id", flat=True).first()
    return remittance(actor, owner or 0)


def posting_previews(remittance: Remittance, rows: Sequence[RemitClaim]) -> list[PostingPreview]:
    """What posting each of `rows` would do, without doing it; None for what is posted or dismissed already."""
    open_states = (RemitClaim.State.STAGED, RemitClaim.State.READY, RemitClaim.State.EXCEPTION)
    undecided = [row for row in rows if row.state in open_states]
    if not undecided:
        return [PostingPreview(row, None) for row in rows]
    treat = treat_of(remittance)
    plans = {
        case.row.pk: judge_payment(case, treat) for case in load_cases(undecided, remittance=remittance, lock=False)
    }
    return [PostingPreview(row, plans.get(row.pk)) for row in rows]


def open_exceptions(actor: "User", *, code: str = "", remittance_id: int | None = None) -> QuerySet[RemitException]:
    """What waits for a person, most money first."""
    found = _exceptions(actor, RemitException.State.OPEN)
    if code:
        found = found.filter(code=code)
    if remittance_id:
        found = found.filter(remittance=remittance_id)
    return found


def dismissed_exceptions(actor: "User") -> QuerySet[RemitException]:
    """Payments that people left unposted, whose cash is unapplied until one is opened again, and whole deposits that
    they left out. Copies are not among them."""
    payments = Q(remit_claim__isnull=False) & ~Q(remittance__state__in=SET_ASIDE)
    deposits = Q(remit_claim__isnull=True, remittance__state=Remittance.State.LEFT_OUT)
    return _exceptions(actor, RemitException.State.DISMISSED).filter(payments | deposits)


def _exceptions(actor: "User", state: str) -> QuerySet[RemitException]:
    found = RemitException.objects.filter(practice__in=practice_ids(actor), state=state)
    return found.select_related(
        "remittance", "remittance__payer", "remit_claim", "remit_claim__claim", "provider_adjustment"
    )


def exception(actor: "User", exception_id: int) -> RemitException:
    """One exception, open or settled; raises `NotFound` when the actor may not see it."""
    found = RemitException.objects.filter(practice__in=practice_ids(actor)).select_related(
        "remittance__payer",
        "remittance__practice",
        "remit_claim__claim",
        "provider_adjustment",
        "resolved_by",
        "dispute",
    )
    try:
        return found.get(pk=exception_id)
    except RemitException.DoesNotExist:
        raise NotFound("There is no such exception in your practices.") from None


def payments_of_remittance(remittance: Remittance) -> QuerySet[RemitClaim]:
    """The claim payments of a remittance in file order, with their claims."""
    rows = RemitClaim.objects.filter(remittance=remittance).select_related("claim", "remittance__payer")
    return rows.order_by("position")


def dismissed_total(actor: "User") -> tuple[int, Decimal]:
    """How many payments stand dismissed, and their money."""
    found = dismissed_exceptions(actor).aggregate(count=Count("id"), money=Sum("amount"))
    return found["count"], found["money"] or ZERO


def exceptions_by_reason(actor: "User") -> list[tuple[str, int, Decimal]]:
    """Open exceptions by reason: code, how many, how much money waits."""
    rows = open_exceptions(actor).order_by().values("code").annotate(count=Count("id"), money=Sum("amount"))
    return sorted(((row["code"], row["count"], row["money"] or ZERO) for row in rows), key=lambda row: -row[1])


def claim_payments_of(claim_ids: Iterable[int]) -> QuerySet[RemitClaim]:
    """The claim payments matched to claims, the oldest first, with their remittance and payer."""
    rows = RemitClaim.objects.filter(bulk.Among("claim", claim_ids)).select_related("remittance__payer")
    return rows.order_by("remittance__paid_on", "id")


def claim_ids_by_icn(*, actor: "User", icns: set[str], limit: int) -> list[int]:
    """Claims that a payer paid or denied under one of these numbers, even if it gave another one since."""
    rows = RemitClaim.objects.filter(icn__in=icns, claim__practice__in=practice_ids(actor))
    return list(rows.order_by().values_list("claim_id", flat=True).distinct()[:limit])


def remittances_traced(*, actor: "User", text: str) -> QuerySet[Remittance]:
    """Remittances whose check or EFT number begins with `text`, as typed or in capitals; the newest first."""
    return _seen(actor).filter(begins("trace", text) | begins("trace", text.upper()))


def remittances_over(*, actor: "User", amount: Decimal) -> QuerySet[Remittance]:
    """Remittances of exactly this amount, the newest first."""
    return _seen(actor).filter(Q(amount=amount))


def _seen(actor: "User") -> QuerySet[Remittance]:
    rows = Remittance.objects.filter(practice__in=practice_ids(actor)).select_related("payer")
    return rows.order_by("-paid_on", "-id")
