"""What stands in the way of a settlement on an account or a visit, with the reason and the source.

Slices above add what they know (`register_obstacle`): a placement with an agency, a suit.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from claims.billing.models import Claim
from claims.ledger.models import Receivable
from claims.payers.models import PayerClass
from claims.remits.late_coverage import answers_so_far
from collections_app.contacts.holds_of_money import holds_on_visits
from collections_app.plans.selectors import plans_kept
from collections_app.settlements.models import OPEN_STATES, Settlement, SettlementVisit

#: (accounts, day) -> why nothing is settled on them now, in words, by account.
Obstacle = Callable[[Iterable[int], dt.date], Mapping[int, str]]
_sources: list[Obstacle] = []
_MEDICAID = {PayerClass.MEDICAID.value, PayerClass.MEDICAID_MCO.value}
#: Programs whose share of cost is waived only for somebody's own documented hardship.
FEDERAL = {
    PayerClass.MEDICARE.value: "Medicare",
    PayerClass.MEDICARE_ADVANTAGE.value: "Medicare Advantage",
    PayerClass.TRICARE.value: "TRICARE",
}
_HOLDS = {
    "bankruptcy": "a bankruptcy stops every agreement about it (11 USC 362)",
    "dispute": "it is disputed: answer that first",
    "nsa": "it is disputed under the No Surprises Act",
    "assistance": "assistance was applied for: decide that first",
}


def register_obstacle(source: Obstacle) -> None:
    """Ask `source` as well; the app says so when it is ready, nobody else."""
    if source not in _sources:
        _sources.append(source)


def placed_with_agency(account_ids: Iterable[int], today: dt.date) -> dict[int, str]:
    """The accounts of which an agency works something: nobody else bargains about it. One query."""
    rows = Receivable.objects.filter(account__in=list(account_ids), bucket="AGENCY", amount__gt=0)
    return dict.fromkeys(rows.values_list("account_id", flat=True), "It is placed with an agency. Recall it before.")


def account_obstacles(account_ids: Iterable[int], today: dt.date) -> dict[int, str]:
    """Why nothing is settled on accounts now, in words, by account; nothing where something may be."""
    ids = sorted(set(account_ids))
    found = {account: f"{words}. Cancel the plan before." for account, words in plans_kept(ids, today).items()}
    for account in Settlement.objects.filter(account__in=ids, state__in=OPEN_STATES).values_list(
        "account_id", flat=True
    ):
        found.setdefault(account, "A settlement is open on it already. Withdraw that before.")
    for source in _sources:
        for account, words in source(ids, today).items():
            found.setdefault(account, words)
    return found


def visit_obstacles(account_id: int, claim_ids: Iterable[int], *, today: dt.date) -> dict[int, str]:
    """Why a visit is not settled, by claim: what is not owed is not bargained about."""
    ids, found = list(claim_ids), dict[int, str]()
    for claim, classes in payer_classes(ids).items():
        if not _MEDICAID.isdisjoint(classes):
            found[claim] = "Medicaid's payment is payment in full (42 CFR 447.15)"
    for claim, told in answers_so_far(ids).items():
        if told.is_qmb:
            found[claim] = "a Qualified Medicare Beneficiary owes nothing (42 USC 1396a(n)(3)(B))"
    for claim, holds in holds_on_visits({account_id: ids}, today).items():
        for reason, _ in holds:
            if reason in _HOLDS:
                found.setdefault(claim, _HOLDS[reason])
    settled = SettlementVisit.objects.filter(claim__in=ids, settlement__state=Settlement.State.SETTLED)
    for claim in settled.values_list("claim_id", flat=True):
        found.setdefault(claim, "it was settled: nothing more is asked")
    return found


def payer_classes(claim_ids: Iterable[int]) -> dict[int, set[str]]:
    """The classes of the payers that cover visits, by claim. One query."""
    columns = [f"coverage{rank}__payer__payer_class" for rank in (1, 2, 3)]
    rows = Claim.objects.filter(pk__in=list(claim_ids)).values_list("pk", *columns)
    return {pk: {one for one in classes if one} for pk, *classes in rows}


def federal_programs(claim_ids: Iterable[int]) -> list[str]:
    """The federal programs that cover any of these visits, by name."""
    classes = set().union(*payer_classes(claim_ids).values())
    return [name for code, name in FEDERAL.items() if code in classes]
