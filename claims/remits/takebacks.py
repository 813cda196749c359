"""Provider adjustments that are not settled: each is work, with the claim it probably means and the case it is part of.

A takeback is a case of several steps, in any order and over several deposits: its origin (a payment, or the reversal
of one), what is announced (WO below zero) or acknowledged (72), what is kept back (WO above zero) and what a person
applies to a claim. Steps of a case share a payer and a reference; a forward balance (FB) is carried under any
reference, so all of a payer's are one case. What the steps leave is open, step by step, until it nets to nothing or a
person has looked.

The money of a case is computed, never kept: the adjustments and the postings say all of it, and a second copy could
only differ. What they can't say is kept (`TakebackDispute`): the day of the payer's letter, and what was disputed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Q, Sum

from arwork.lib import bulk
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from claims.billing.models import Claim
from claims.remits import provider_adjustments
from claims.remits.era import ExceptionReason, figure
from claims.remits.models import ProviderAdjustment, RemitClaim, RemitException, Remittance

#: What somebody must look at: interest is income, and needs nobody.
WATCHED = (provider_adjustments.RECOUPMENT, provider_adjustments.FORWARD, provider_adjustments.OTHER)
SETTLED = "settled"

CaseKey = tuple[str, str]  # account, reference
WholeCase = tuple[int, int | None, CaseKey]  # practice, payer


def follow_takebacks(remittance: Remittance, *, now: dt.datetime) -> None:
    """Open, change and close the questions about the provider adjustments of `remittance` and of their cases.

    Call in the transaction that moved something there. Seven queries, none of them where there are no adjustments.
    """
    ours = ProviderAdjustment.objects.filter(remittance=remittance, account__in=WATCHED, posted_at__isnull=False)
    if not (steps := list(ours.select_related("remittance"))):
        return
    rows = rows_of_cases(steps)
    left = open_amounts(rows, applied_amounts(rows))
    left |= {row.pk: ZERO for row in rows if row.account == provider_adjustments.OTHER and _is_chosen(row)}
    known = {
        one.provider_adjustment_id: one
        for one in RemitException.objects.filter(provider_adjustment__in=rows, code=ExceptionReason.UNSETTLED_PLB)
    }
    dispute_of = {case_key(row): pk for row in rows if row.pk in known and (pk := known[row.pk].dispute_id)}
    proposed = proposed_claims(remittance.practice_id, {row.reference for row in rows if left[row.pk]})
    fresh: list[RemitException] = []
    written: dict[int, tuple[object, ...]] = {}
    for row in rows:
        detail = _detail(row, left[row.pk], [one for one in rows if case_key(one) == case_key(row)], proposed)
        found = known.get(row.pk)
        if found is None and left[row.pk]:
            fresh.append(_question(row, abs(left[row.pk]), detail, dispute_of.get(case_key(row)), now))
        elif found and found.state == RemitException.State.OPEN and not left[row.pk]:
            written[found.pk] = (RemitException.State.RESOLVED, SETTLED, found.detail, found.amount, now)
        elif found and left[row.pk] and found.resolution in ("", SETTLED):
            written[found.pk] = (RemitException.State.OPEN, "", detail, abs(left[row.pk]), None)
    bulk.insert(RemitException, fresh, ignore_conflicts=True)
    bulk.write(RemitException, ["state", "resolution", "detail", "amount", "resolved_at"], written)
    if fresh or written:
        asked = RemitException.objects.filter(provider_adjustment__in=rows, code=ExceptionReason.UNSETTLED_PLB)
        announce("remit", exceptions=asked.values_list("pk", flat=True))


def open_amounts(
    rows: Sequence[ProviderAdjustment], applied: Mapping[int, Decimal] | None = None
) -> dict[int, Decimal]:
    """What each adjustment leaves open, with its sign as sent, by row id; `rows` in the order of their days.

    `applied` dollars went to claims. The rest meets what stands open of the other sign in its case, the oldest first.
    """
    left: dict[int, Decimal] = {}
    standing: dict[CaseKey, list[int]] = defaultdict(list)
    for row in rows:
        left[row.pk] = row.amount - (applied or {}).get(row.pk, ZERO)
        for other in standing[case_key(row)]:
            if left[other] * left[row.pk] < 0:
                met = min(abs(left[other]), abs(left[row.pk]))
                left[other] += met if left[other] < 0 else -met
                left[row.pk] += met if left[row.pk] < 0 else -met
        standing[case_key(row)].append(row.pk)
    return left


def case_key(row: ProviderAdjustment) -> CaseKey:
    """By what the steps of one case are told from those of another of the same payer; one without a reference is a case
    of its own."""
    return row.account, "" if row.account == provider_adjustments.FORWARD else row.reference or f"#{row.pk}"


def _is_chosen(row: ProviderAdjustment) -> bool:
    """Whether a person said what the adjustment is: its code says nothing."""
    return not provider_adjustments.plb_account(row.code)


def rows_of_cases(steps: Iterable[ProviderAdjustment]) -> list[ProviderAdjustment]:
    """Every booked adjustment of the cases that `steps` are part of, in the order of their days. One query."""
    wanted = {case_of(step): step for step in steps}
    practices = {practice_id for practice_id, *_ in wanted}
    named = {step.reference for step in wanted.values()} - {""}
    cases = Q(pk__in=[step.pk for step in wanted.values()]) | Q(account__in=WATCHED, reference__in=named)
    if any(step.account == provider_adjustments.FORWARD for step in wanted.values()):
        cases |= Q(account=provider_adjustments.FORWARD)
    rows = ProviderAdjustment.objects.filter(cases, posted_at__isnull=False, remittance__practice__in=practices)
    found = rows.select_related("remittance").order_by("remittance__paid_on", "pk")
    return [row for row in found if case_of(row) in wanted]


def case_of(row: ProviderAdjustment) -> WholeCase:
    """The practice, the payer and the case of an adjustment whose remittance is loaded."""
    return row.remittance.practice_id, row.remittance.payer_id, case_key(row)


def applied_amounts(rows: Iterable[ProviderAdjustment]) -> dict[int, Decimal]:
    """Dollars of each adjustment that stand applied to claims."""
    places = {(row.remittance_id, provider_adjustments.memo_of(row)): row.pk for row in rows}
    sums = provider_adjustments.standing_recoupments({remittance_id for remittance_id, _ in places})
    found = sums.order_by().values_list("remittance_id", "memo").annotate(total=Sum("amount"))
    known = ((places.get((remittance_id or 0, memo)), total) for remittance_id, memo, total in found)
    return {pk: total for pk, total in known if pk}


def proposed_claims(practice_id: int, references: Iterable[str]) -> dict[str, Claim]:
    """The one claim that each reference names, by our number or by a number that a payer gave it."""
    words = {reference: {reference, *reference.split()} for reference in references if reference}
    every = {word for found in words.values() for word in found}
    if not every:
        return {}
    ours = Claim.objects.filter(practice=practice_id)
    named: dict[str, set[int]] = defaultdict(set)
    for pk, number, icn in ours.filter(Q(number__in=every) | Q(icn__in=every)).values_list("pk", "number", "icn"):
        for word in {number, icn} & every:
            named[word].add(pk)
    answered = RemitClaim.objects.filter(icn__in=every, claim__practice=practice_id)
    for icn, claim_id in answered.values_list("icn", "claim_id"):
        named[icn].add(claim_id or 0)
    meant = {ref: set().union(*(named[word] for word in found)) for ref, found in words.items()}
    claims = Claim.objects.in_bulk({next(iter(ids)) for ids in meant.values() if len(ids) == 1})
    return {ref: claims[next(iter(ids))] for ref, ids in meant.items() if len(ids) == 1}


def claims_to_be_taken_back(claim_ids: Collection[int]) -> set[int]:
    """Those of these claims whose payer announced a takeback that is not settled, or reversed its answer and has not
    corrected it yet. Three queries, and two for each practice with an open takeback."""
    claims = Claim.objects.filter(bulk.Among("pk", claim_ids))
    found = set(claims.filter(awaiting_correction_since__isnull=False).values_list("pk", flat=True))
    practices = set(claims.order_by().values_list("practice_id", flat=True).distinct())
    open_now = RemitException.objects.filter(
        practice__in=practices, code=ExceptionReason.UNSETTLED_PLB, state=RemitException.State.OPEN,
        provider_adjustment__account=provider_adjustments.RECOUPMENT,
    ).exclude(provider_adjustment__reference="")  # fmt: skip
    named: dict[int, set[str]] = defaultdict(set)
    for practice_id, reference in open_now.values_list("practice_id", "provider_adjustment__reference"):
        named[practice_id].add(reference)
    for practice_id, references in named.items():
        found |= {claim.pk for claim in proposed_claims(practice_id, references).values()} & set(claim_ids)
    return found


def _question(
    row: ProviderAdjustment, amount: Decimal, detail: str, dispute_id: int | None, now: dt.datetime
) -> RemitException:
    return RemitException(
        dispute_id=dispute_id,
        practice_id=row.remittance.practice_id,
        remittance_id=row.remittance_id,
        provider_adjustment=row,
        code=str(ExceptionReason.UNSETTLED_PLB),
        detail=detail[:400],
        amount=amount,
        opened_at=now,
    )


def _detail(
    row: ProviderAdjustment, left: Decimal, case: Sequence[ProviderAdjustment], proposed: Mapping[str, Claim]
) -> str:
    """What is open of one adjustment, which claim it probably means, and the steps of its case."""
    name = provider_adjustments.plb_name(row.code)
    if row.account == provider_adjustments.RECOUPMENT:
        what = "was kept back and belongs to no claim yet" if left > 0 else "is announced and not kept back yet"
    elif row.account == provider_adjustments.FORWARD:
        what = "was carried over and is not met yet"
    else:
        what = "stands at provider level; say what becomes of it"
    text = f"{row.code} {row.reference}".strip() + f" ({name}): {figure(abs(left))} {what}."
    if claim := proposed.get(row.reference):
        text += f" Claim {claim.number} is proposed."
    steps = [f"{one.remittance.paid_on:%Y-%m-%d} {one.code} {figure(one.amount)}" for one in case]
    return text + (f" The case so far: {', '.join(steps)}." if len(steps) > 1 else "")
