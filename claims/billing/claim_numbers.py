"""Every number under which a claim was ever sent or answered, and the claims found by them.

A claim bears one patient control number and one claim control number (ICN): that of its adjudication. Replacements go
out under numbers of their own, clearinghouses and later payers give theirs, and payers give a new one with each
answer: all of them are remembered, and any finds the claim. A number that a claim bears itself comes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_

from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.encrypted_fields import folded
from arwork.lib.prefixes import begins
from claims.billing.models import Claim, ClaimNumber

_MOST = 100
#: Of the end of a number: fewer digits end too many.
FEWEST_DIGITS = 3
NUMBER, ICN = str(ClaimNumber.Kind.NUMBER), str(ClaimNumber.Kind.ICN)


def remember_numbers(sent: Iterable[tuple[int, str]]) -> None:
    """Keep the numbers under which claims were sent, as (claim id, number), beside their own. Two queries."""
    pairs = list(sent)
    rows = Claim.objects.filter(bulk.Among("id", sorted({claim_id for claim_id, _ in pairs})))
    own = dict(rows.values_list("id", "number"))
    _keep(NUMBER, [(claim_id, number) for claim_id, number in pairs if own.get(claim_id) != number])


def remember_icns(given: Iterable[tuple[int, str]]) -> None:
    """Keep the numbers that payers gave claims, as (claim id, ICN), where the claim bears another one."""
    _keep(ICN, given)


def claims_under(
    kind: str, values: Iterable[str], *, practice_ids: Sequence[int] | None
) -> Mapping[str, Sequence[int]]:
    """The ids of the claims that bore each of these numbers beside their own, over the practices (all when None)."""
    wanted = sorted({value for value in values if value})
    found: dict[str, list[int]] = defaultdict(list)
    if not wanted:
        return found
    rows = ClaimNumber.objects.filter(bulk.Among("value", wanted), kind=kind)
    if practice_ids is not None:
        rows = rows.filter(claim__practice__in=practice_ids)
    for value, claim_id in rows.order_by("claim_id").values_list("value", "claim_id"):
        found[value].append(claim_id)
    return found


def icns_of(claim_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The numbers that payers gave claims, beside the one that each bears."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = ClaimNumber.objects.filter(bulk.Among("claim", sorted(claim_ids)), kind=ICN)
    for claim_id, value in rows.values_list("claim_id", "value"):
        found[claim_id].add(value)
    return {claim_id: frozenset(values) for claim_id, values in found.items()}


def bore(values: Iterable[str]) -> Q:
    """Claims that bore one of these numbers, of either kind, beside their own. Asked for at once: ids beside an index
    of numbers are quick where a subquery would read every claim."""
    rows = ClaimNumber.objects.filter(value__in=list(values)).order_by("claim_id")
    return Q(pk__in=list(rows.values_list("claim_id", flat=True)[:_MOST]))


def bore_beginning(texts: Iterable[str]) -> Q:
    """Claims that bore a number, of either kind, that begins with one of these, beside their own."""
    wanted = reduce(or_, (begins("value", text) for text in texts))
    rows = ClaimNumber.objects.filter(wanted).order_by("value", "claim_id")
    return Q(pk__in=list(rows.values_list("claim_id", flat=True)[:_MOST]))


def tail_of(number: str) -> str:
    """Its letters and digits in capitals from the last to the first: what a number ends with begins it."""
    return folded(number)[::-1]


def ending(text: str) -> Q | None:
    """Claims whose number ends with `text` (`1851`), or has its letters first and its digits last (`c1851` for
    C0001851); None where that says too little."""
    bare = folded(text)
    letters = bare.rstrip("0123456789")
    digits = bare[len(letters) :]
    if len(digits) < FEWEST_DIGITS:
        return None
    parted = begins("tail", digits[::-1]) & Q(number__istartswith=letters) if letters.isalpha() else Q(pk=None)
    return begins("tail", bare[::-1]) | parted


def _keep(kind: str, pairs: Iterable[tuple[int, str]]) -> None:
    rows = [ClaimNumber(claim_id=claim_id, kind=kind, value=value[:50]) for claim_id, value in set(pairs) if value]
    bulk.insert(ClaimNumber, rows, ignore_conflicts=True)
