"""Proof that all cash is accounted for: what remittances brought, beside the proofs of the ledger (`ledger.verify`).

Every deposit ties out to the cent (RULES 2.8): BPR02 = posted to claims + unapplied + suspense, or nothing of it is
booked. Unapplied payer cash is what the payments that wait were paid, and what a deposit had more or less than it
explains. Every suspense account is what provider adjustments moved there. In SQL, a row of a remittance each.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from arwork.lib.money import ZERO, from_cents
from claims.billing.buckets import BUCKETS
from claims.ledger import verify as ledger_proof
from claims.ledger.chart import SUSPENSE
from claims.ledger.models import Posting
from claims.ledger.selectors import account_totals, net
from claims.ledger.verify import SHOWN, Check, sum_of, summed
from claims.parties.models import Account
from claims.remits.entries import OVER_SHORT
from claims.remits.models import SET_ASIDE, ProviderAdjustment, RemitClaim, Remittance

_PAYMENTS = ("payer_payment", "patient_payment")
_BOOKED = (Remittance.State.POSTED, Remittance.State.PARTLY)
#: Half way through, after a crash: the next run goes on.
_UNDER_WAY = (Remittance.State.STAGING, Remittance.State.POSTING)
_WAITING = (RemitClaim.State.EXCEPTION, RemitClaim.State.DISMISSED)
#: What was returned to its payer later came all the same.
_AS_IT_CAME = Posting.objects.exclude(kind="refund")


def verify(practice_ids: Sequence[int]) -> Iterable[Check]:
    """Run every proof of the books over the practices, those of the ledger first, one at a time."""
    yield from ledger_proof.verify(practice_ids)
    for check in _CHECKS:
        yield check(practice_ids)


def _deposits_tie_out(practices: Sequence[int]) -> Check:
    sums = _remittances(practices).exclude(state__in=_UNDER_WAY).annotate(
        applied=_posted(Posting.objects.filter(kind__in=_PAYMENTS), _to_claims()),
        unapplied=_posted(_AS_IT_CAME, net("UNAPPLIED")) * Value(-1),
        at_provider=_posted(Posting.objects.filter(kind="provider_adjustment"), net("CASH")),
    )  # fmt: skip
    rows = sums.annotate(booked=F("applied") + F("unapplied") + F("at_provider"))
    is_tied = Q(amount=F("booked")) | Q(booked=0) & ~Q(state__in=_BOOKED)
    found = (
        f"remittance {pk}: deposit {amount}, posted {from_cents(applied)} + unapplied {from_cents(unapplied)} "
        f"+ suspense {from_cents(at_provider)}"
        for pk, amount, applied, unapplied, at_provider in rows.exclude(is_tied).values_list(
            "pk", "amount", "applied", "unapplied", "at_provider"
        )[:SHOWN]
    )
    booked = _remittances(practices).filter(state__in=_BOOKED)
    return Check("deposits = posted + unapplied + suspense", booked.count(), _dollars(booked), tuple(found))


def _waiting_cash_is_unapplied(practices: Sequence[int]) -> Check:
    waiting = RemitClaim.objects.filter(remittance=OuterRef("pk"), state__in=_WAITING)
    rows = _remittances(practices).exclude(state__in=_UNDER_WAY).annotate(
        held=_posted(_AS_IT_CAME.exclude(memo=OVER_SHORT), net("UNAPPLIED")) * Value(-1),
        waits=sum_of(waiting, summed("paid"), group="remittance"),
    )  # fmt: skip
    is_right = Q(held=F("waits")) | Q(held=0, state__in=SET_ASIDE)
    found = (
        f"remittance {pk}: unapplied {from_cents(held)}, payments that wait say {from_cents(waits)}"
        for pk, held, waits in rows.exclude(is_right).values_list("pk", "held", "waits")[:SHOWN]
    )
    paid = RemitClaim.objects.filter(remittance__in=_remittances(practices), state__in=_WAITING)
    paid = paid.exclude(remittance__state__in=SET_ASIDE)
    return Check("unapplied payer cash = payments that wait", paid.count(), _dollars(paid, "paid"), tuple(found))


def _suspense_is_provider_adjustments(practices: Sequence[int]) -> Check:
    found: list[str] = []
    ours = ProviderAdjustment.objects.filter(remittance__practice__in=practices, posted_at__isnull=False)
    moved = Posting.objects.filter(kind="provider_adjustment")
    for account in (*SUSPENSE, "INTEREST"):
        sent = ours.filter(remittance=OuterRef("pk"), account=account)
        rows = _remittances(practices).annotate(
            posted=_posted(moved, net(account)), said=sum_of(sent, summed("amount"), group="remittance")
        )
        found += [
            f"remittance {pk}: {account} holds {from_cents(posted)}, provider adjustments say {from_cents(said)}"
            for pk, posted, said in rows.exclude(posted=F("said")).values_list("pk", "posted", "said")[:SHOWN]
        ]
    return Check("suspense = provider adjustments", ours.count(), _dollars(ours), tuple(found[:SHOWN]))


def _cash_has_a_home(practices: Sequence[int]) -> Check:
    """All unapplied cash is a guarantor's or a remittance's, and all that moved cash or suspense says whose it was,
    but what counting found more or less, which is nobody's."""
    found: list[str] = []
    total = ZERO
    for practice in sorted(practices):
        unapplied = -account_totals([practice])["UNAPPLIED"]
        named = Posting.objects.filter(practice=practice, account__isnull=True, remittance_id__isnull=False)
        payers = -from_cents(named.aggregate(cents=net("UNAPPLIED"))["cents"])
        guarantors = _dollars(Account.objects.filter(practice=practice), "unapplied")
        total += unapplied
        if unapplied != payers + guarantors:
            found.append(f"practice {practice}: unapplied {unapplied}, guarantors' {guarantors} and payers' {payers}")
    homeless = Posting.objects.filter(
        Q(debit__in=_CASH) | Q(credit__in=_CASH), practice__in=practices,
        account__isnull=True, remittance_id__isnull=True, claim__isnull=True,
    ).exclude(kind="over_short")  # fmt: skip
    found += [f"posting {pk}: moves cash of nobody" for pk in homeless.values_list("pk", flat=True)[:SHOWN]]
    return Check("unapplied cash = guarantors' + payers'", len(practices), total, tuple(found[:SHOWN]))


_CASH = ("CASH", "UNAPPLIED", "INTEREST", *SUSPENSE)
_CHECKS: tuple[Callable[[Sequence[int]], Check], ...] = (
    _deposits_tie_out,
    _waiting_cash_is_unapplied,
    _suspense_is_provider_adjustments,
    _cash_has_a_home,
)


def _remittances(practices: Sequence[int]) -> QuerySet[Remittance]:
    return Remittance.objects.filter(practice__in=practices)


def _posted(rows: "QuerySet[Posting]", cents: Coalesce) -> Coalesce:
    """Cents of the postings of the outer remittance."""
    return sum_of(rows.filter(remittance_id=OuterRef("pk")), cents, group="remittance_id")


def _to_claims() -> Coalesce:
    """Signed cents that payments brought to claims."""
    amount = Case(
        When(credit__in=BUCKETS, then=F("amount")),
        When(debit__in=BUCKETS, then=F("amount") * Value(-1)),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    return Coalesce(Sum(amount, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())


def _dollars(rows: "QuerySet[Any]", column: str = "amount") -> Decimal:
    total: Decimal | None = rows.aggregate(total=Sum(column))["total"]
    return total or ZERO
