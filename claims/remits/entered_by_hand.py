"""One check that comes twice: entered by hand from paper, and as an 835 (RULES 2.4).

The same practice, check or EFT number and amount are the same money. Whoever enters it second is told: a person before
they post (`known_twins`), a file by a question that holds the whole of it (`standing_twin`). Both look under a lock on
the practice, so that neither passes the other unseen.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from arwork.lib.errors import Conflict
from claims.practices.models import Practice
from claims.remits.era import figure
from claims.remits.models import SET_ASIDE, RemitClaim, Remittance

if TYPE_CHECKING:
    from django.db.models import QuerySet


def folded_trace(trace: str) -> str:
    """A check number as it compares: capitals and digits alone, without leading zeros."""
    return "".join(filter(str.isalnum, trace.upper())).lstrip("0")


def standing_twin(remittance: Remittance) -> Remittance | None:
    """The entry by hand of the same money that nobody took back, for one that a file brings; of one that is the same
    check, if there are several. Call inside the transaction that decides."""
    if remittance.source != Remittance.Source.FILE or not remittance.amount:
        return None
    entered = Remittance.objects.filter(source=Remittance.Source.BY_HAND, reverses=None, reversals=None)
    found = _same_money(
        entered.select_related("payer"), remittance.practice_id, trace=remittance.trace, amount=remittance.amount
    )
    return min(found, key=lambda one: not is_same_check(one, remittance), default=None)


def known_twins(practice_id: int, *, trace: str, amount: Decimal, but: Iterable[int] = ()) -> list[Remittance]:
    """What is here of the same money, from a file or by hand, before it is entered. Locks as `standing_twin` does."""
    rows = Remittance.objects.filter(reverses=None, reversals=None).exclude(state__in=SET_ASIDE).exclude(pk__in=but)
    return _same_money(rows.select_related("payer"), practice_id, trace=trace, amount=amount)


def is_same_check(entered: Remittance, remittance: Remittance) -> bool:
    """Whether an entry by hand of the same number and amount is the check that a file brings: by its payer, by the name
    of it (payers sign remittances with other ids than claims bear), or by a claim that both pay."""
    if entered.payer_id == remittance.payer_id or _names(entered) & _names(remittance):
        return True
    paid = RemitClaim.objects.filter(remittance=entered).exclude(claim=None).values("claim")
    return RemitClaim.objects.filter(remittance=remittance, claim__in=paid).exists()


def twin_words(twin: Remittance, remittance: Remittance) -> str:
    """What the question says that holds a file."""
    paid = f"{figure(remittance.amount)} under {twin.trace}, paid {twin.paid_on:%Y-%m-%d}"
    if is_same_check(twin, remittance):
        return (
            f"This check was entered by hand before: {paid}. Leave this deposit out and the entry stays; or take the "
            "entry back, and this one posts by itself."
        )
    who = twin.payer.name if twin.payer else "another payer"
    return f"A check of this number and amount was entered by hand, from {who}: {paid}. Accept it if it is another one."


def is_booked_by_hand(remittance: Remittance) -> bool:
    """Whether the cash of a held file is in the books already: the same check was entered by hand."""
    twin = standing_twin(remittance)
    return twin is not None and is_same_check(twin, remittance)


def ensure_no_entry_stands(remittance: Remittance) -> None:
    """Raises `Conflict` where the same check stands entered by hand: booked again, it would be doubled."""
    twin = standing_twin(remittance)
    if twin and is_same_check(twin, remittance):
        raise Conflict(f"{twin_words(twin, remittance)} Nothing was posted.")


def _names(remittance: Remittance) -> set[str]:
    names = (remittance.payer_name, remittance.payer.name if remittance.payer else "")
    return {"".join(filter(str.isalnum, name.upper()))[:60] for name in names if name}


def _same_money(rows: "QuerySet[Remittance]", practice_id: int, *, trace: str, amount: Decimal) -> list[Remittance]:
    wanted = folded_trace(trace)
    if not wanted:
        return []
    Practice.objects.select_for_update(no_key=True).get(pk=practice_id)
    found = rows.filter(Q(amount=amount), practice=practice_id).order_by("pk")
    return [row for row in found if folded_trace(row.trace) == wanted]
