"""A settlement before it is kept: what is owed, what may be settled of it, whether the maker may offer it alone."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, require
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.parties.selectors import own_account
from collections_app.limits.figures import LimitBook
from collections_app.limits.selectors import limit_book
from collections_app.plans.visits import OwedForPlan, visits_for_plan
from collections_app.settlements import terms
from collections_app.settlements.authority import AuthorityCell, age_of, band_of, beyond, cell
from collections_app.settlements.obstacles import account_obstacles, federal_programs, visit_obstacles
from collections_app.settlements.terms import BadSettlement

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True)
class SettlementGround:
    """What may be settled on an account now. `why_not` stands in the way of all of it; `federal` are the programs that
    ask for a documented hardship; `limit` is what the reader settles alone, by the age and size of the balance."""

    account: Account
    visits: Sequence[OwedForPlan]
    book: LimitBook
    today: dt.date
    why_not: str = ""
    federal: Sequence[str] = ()
    age_days: int = 0
    limit: AuthorityCell | None = None

    @property
    def owed(self) -> dict[int, Decimal]:
        """What is owed of each visit that may be settled, by claim."""
        return {one.claim.pk: one.planned for one in self.visits if one.planned > ZERO}

    @property
    def total(self) -> Decimal:
        return sum(self.owed.values(), ZERO)

    @property
    def left_out(self) -> Sequence[OwedForPlan]:
        """The visits that are no part of it, with the reason."""
        return [one for one in self.visits if one.left_out]

    def days(self, name: str) -> int:
        """A figure of the practice in force today."""
        return self.book.value(name, on=self.today, practice_id=self.account.practice_id)


@dataclass(frozen=True)
class SettlementDraft:
    """Terms as they would be offered. `exceptions` need a second person, in words."""

    ground: SettlementGround
    offer: Decimal
    rows: Sequence[tuple[dt.date, Decimal]]
    hardship: str = ""
    kind: str = "settlement"
    exceptions: Sequence[str] = ()
    shares: Mapping[int, Decimal] | None = None

    @property
    def discount(self) -> Decimal:
        return self.ground.total - self.offer

    @property
    def percent(self) -> Decimal:
        return terms.discount_percent(self.ground.total, self.offer)


def ground_of(
    *, actor: "User", account_id: int, today: dt.date, claim_ids: Collection[int] | None = None
) -> SettlementGround:
    """What may be settled on an account, of the visits named or (None) of all. Raises `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    account = own_account(account_id, actor=actor)
    visits = visits_for_plan(account.pk, today=today)
    stopped = visit_obstacles(account.pk, [one.claim.pk for one in visits], today=today)
    chosen = None if claim_ids is None else set(claim_ids)
    shown = []
    for one in visits:
        why = one.left_out or stopped.get(one.claim.pk, "")
        if not why and chosen is not None and one.claim.pk not in chosen:
            why = "not chosen"
        shown.append(OwedForPlan(one.claim, one.owed, why, one.at_payers))
    owed = {one.claim.pk: one.planned for one in shown if one.planned > ZERO}
    book, total = limit_book(), sum(owed.values(), ZERO)
    why_not = account_obstacles([account.pk], today).get(account.pk, "")
    if not owed:
        why_not = why_not or "Nothing is owed here that could be settled."
    since = Receivable.objects.filter(claim__in=owed, bucket="PATIENT").values_list("since_on", flat=True)
    days = min(((today - day).days for day in since), default=0)
    limit = cell(
        age_of(days, book, on=today, practice_id=account.practice_id),
        band_of(total, book, on=today, practice_id=account.practice_id),
        book, role=actor.role, on=today, practice_id=account.practice_id,
    )  # fmt: skip
    return SettlementGround(account, shown, book, today, why_not, federal_programs(owed), days, limit)


def draft_settlement(
    ground: SettlementGround, *, offer: Decimal, due_days: Sequence[dt.date], hardship: str = ""
) -> SettlementDraft:
    """The terms on that ground. Raises `BadSettlement` naming the field, for what nobody may offer as well."""
    if ground.why_not:
        raise BadSettlement(ground.why_not, field="visits")
    ensure_not_sensitive(hardship=hardship)
    terms.ensure_sensible(ground.total, offer, due_days, today=ground.today, most=ground.days("settle_payments"))
    longest = ground.days("settle_longest_days")
    if (due_days[-1] - ground.today).days > longest:
        raise BadSettlement(f"It is paid within {longest} days. What takes longer is a payment plan.", field="due_on")
    if ground.federal and not hardship.strip():
        raise BadSettlement(
            f"{' and '.join(ground.federal)} covers a visit: its share is waived only for somebody's own hardship, "
            "looked into and documented (42 USC 1320a-7a(i)(6)). Write what shows it.",
            field="hardship",
        )
    percent = terms.discount_percent(ground.total, offer)
    exceptions = beyond(ground.total - offer, percent, ground.limit) if ground.limit else []
    return SettlementDraft(
        ground, offer, terms.payments(offer, due_days), " ".join(hardship.split()), "settlement", exceptions,
        terms.shares(offer, ground.owed),
    )  # fmt: skip
