"""What merging two claims would do to their money, and what speaks against it: shown before, and carried out as shown.

The charge of the emptied claim goes, because it was billed twice (of one from before the books began here, what was
open of it). Payments move whatever they pay. What answers did beside paying (reductions, transfers) moves to a line
that has no answer of its own; where the kept line was answered too, it falls away with the charge it reduced: a second
reduction of one charge is no money.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, Bucket
from claims.billing.models import Claim, ClaimLine
from claims.billing.possible_duplicates import BilledService, billed_service
from claims.ledger.models import OpenedLine, Posting
from claims.ledger.replacement_charges import REDUCTIONS, TRANSFER

_ANSWERS = (*REDUCTIONS, TRANSFER)
_PAYMENTS = ("payer_payment", "patient_payment")


@dataclass(frozen=True, slots=True)
class MergePlan:
    """`gone` becomes part of `kept`. `lines` say which line of the one is which of the other; of what stands on the
    emptied claim `moves` goes along, `falls` does not; `after` is what each bucket of the kept claim owes then."""

    gone: Claim
    kept: Claim
    lines: Mapping[int, int]
    standing: Sequence[Posting]
    moves: Sequence[Posting]
    falls: Sequence[Posting]
    after: Mapping[str, Decimal]
    problems: Sequence[str] = ()
    warnings: Sequence[str] = ()

    @property
    def owed_after(self) -> list[tuple[str, Decimal]]:
        """Who owes what of the kept claim afterwards, in words."""
        return [(Bucket(bucket).short, amount) for bucket, amount in self.after.items() if amount]


def plan_merge(gone: Claim, kept: Claim) -> MergePlan:
    """What merging `gone` into `kept` would do. Four queries."""
    lines: dict[int, list[ClaimLine]] = {gone.pk: [], kept.pk: []}
    for line in ClaimLine.objects.filter(claim__in=(gone.pk, kept.pk)).order_by("number"):
        lines[line.claim_id].append(line)
    pairs, alone = pair_lines(lines[gone.pk], lines[kept.pk])
    both = Posting.objects.filter(claim__in=(gone.pk, kept.pk), reverses=None, reversed_by=None).order_by("pk")
    postings = list(both)
    standing = [row for row in postings if row.claim_id == gone.pk]
    theirs = [row for row in postings if row.claim_id == kept.pk]
    answered = {row.line_id for row in theirs if row.kind in _ANSWERS}
    rest = [row for row in standing if not _is_billed(row)]
    falls = [row for row in rest if row.kind in _ANSWERS and pairs.get(row.line_id or 0) in answered]
    moves = [row for row in rest if row not in falls]
    after = _after(lines[kept.pk], moves)
    problems = _problems(gone, kept, [line for line in alone if any(row.line_id == line.pk for row in standing)])
    return MergePlan(
        gone, kept, pairs, standing, moves, falls, after, problems, _warnings(moves, falls, theirs, after, kept)
    )


def _is_billed(row: Posting) -> bool:
    """Whether it is what was billed: a charge, or what the books before had left open of one."""
    return row.kind == "charge" or (row.kind == "opening" and row.debit in BUCKETS)


def pair_lines(gone: Sequence[ClaimLine], kept: Sequence[ClaimLine]) -> tuple[dict[int, int], list[ClaimLine]]:
    """Each line of the one claim with the line of the other that is the same service; and those that have none."""
    free: dict[BilledService, list[ClaimLine]] = defaultdict(list)
    for line in kept:
        free[_service(line)].append(line)
    found: dict[int, int] = {}
    alone: list[ClaimLine] = []
    for line in gone:
        if same := free[_service(line)]:
            found[line.pk] = same.pop(0).pk
        elif not line.charge and kept:  # the claim level, or a service that a replacement dropped
            found[line.pk] = next((one.pk for one in kept if one.number == line.number), kept[0].pk)
        else:
            alone.append(line)
    return found, alone


def _service(line: ClaimLine) -> BilledService:
    return billed_service(line.code, line.revenue_code, line.modifiers, line.units, line.charge)


def _after(lines: Sequence[ClaimLine], moves: Sequence[Posting]) -> dict[str, Decimal]:
    owed = {bucket: sum((getattr(line, bucket.lower()) for line in lines), ZERO) for bucket in BUCKETS}
    for row in moves:
        for account, change in ((row.debit, row.amount), (row.credit, -row.amount)):
            if account in owed:
                owed[account] += change
    return owed


def _problems(gone: Claim, kept: Claim, alone: Sequence[ClaimLine]) -> list[str]:
    found = []
    for claim in (gone, kept):
        if claim.merged_into_id:
            found.append(f"Claim {claim.number} is part of another claim already. Look at the list again.")
        elif claim.state == Claim.State.VOID:
            found.append(f"Claim {claim.number} is void: nothing stands on it that could be counted twice.")
    if gone.patient_id != kept.patient_id:
        found.append("They are two patients' claims. If the two are one person, merge the people first.")
    from_before = set(
        OpenedLine.objects.filter(line__claim__in=(gone.pk, kept.pk)).values_list("line__claim", flat=True)
    )
    if gone.pk in from_before and kept.pk not in from_before:
        found.append(
            f"Claim {gone.number} came with what was open in the books before, and what was paid there is not here: "
            "merge the other way round."
        )
    for line in alone:
        found.append(
            f"Line {line.number} of claim {gone.number} ({line.code or line.revenue_code or 'claim level'}, "
            f"${line.charge:,.2f}) is not on claim {kept.number}. A claim that bills more is no duplicate: void "
            "the one that is not billed, or replace it."
        )
    return found


def _warnings(
    moves: Sequence[Posting],
    falls: Sequence[Posting],
    theirs: Sequence[Posting],
    after: Mapping[str, Decimal],
    kept: Claim,
) -> list[str]:
    found = []
    here, there = _paid_by_payers(moves), _paid_by_payers(theirs)
    if here and there:
        found.append(
            f"Payers paid both: ${here:,.2f} on the one that goes, ${there:,.2f} on the one that stays. Afterwards "
            f"${here + there:,.2f} is paid on a charge of ${kept.charge:,.2f}."
        )
    if credits := [(bucket, -amount) for bucket, amount in after.items() if amount < 0]:
        words = ", ".join(f"${amount:,.2f} to {Bucket(bucket).short.lower()}" for bucket, amount in credits)
        found.append(f"The merger leaves a credit: {words}. Money that was paid twice has to go back.")
    if falls:
        gone = sum((row.amount for row in falls), ZERO)
        found.append(
            f"${gone:,.2f} of reductions and transfers fall away with the charge: the claim that stays has "
            "an answer of its own."
        )
    return found


def _paid_by_payers(rows: Sequence[Posting]) -> Decimal:
    """What payers paid by these postings, in dollars, net of what went back."""
    paid = [row for row in rows if row.kind == "payer_payment"]
    return sum((row.amount if row.credit in BUCKETS else -row.amount for row in paid), ZERO)
