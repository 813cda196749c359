"""Who gets a statement on a day, and who is left out and why: the rules of the cycle over a practice's accounts.

A preview and a run choose by the same function, so a run makes what its preview said unless the books moved between.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib import bulk
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.letters.letterheads import head_of
from collections_app.limits.selectors import limit_book
from collections_app.statements.cycle import REASON_WORDS, CycleFigures, Decision, Reason, decide
from collections_app.statements.figures import cycle_figures
from collections_app.statements.gate import forbidden_to_mail
from collections_app.statements.owing import AccountStanding, standings
from collections_app.statements.sheets import amount_due
from collections_app.statements.timing import timed

if TYPE_CHECKING:
    from arwork.staff.models import User

BATCH = 500
#: So many accounts of each reason a preview names.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """What one account gets."""

    account_id: int
    standing: AccountStanding
    decision: Decision
    amount: Decimal

    @property
    def owes(self) -> Decimal:
        """What the patient owes there, asked for or not."""
        return self.standing.owed.asked + self.standing.owed.apart


@dataclass(slots=True)
class Tally:
    """How many accounts and how much."""

    count: int = 0
    amount: Decimal = ZERO
    shown: list[Choice] = field(default_factory=list)

    def add(self, choice: Choice, amount: Decimal) -> None:
        self.count += 1
        self.amount += amount
        if len(self.shown) < SHOWN:
            self.shown.append(choice)


@dataclass(frozen=True, slots=True)
class RunPreview:
    """What a run of a day would make and leave out, before anything is made."""

    practice_id: int
    on: dt.date
    figures: CycleFigures
    sends: Tally
    by_level: dict[int, int]
    plans: int
    left_out: Sequence[tuple[Reason, str, Tally]]
    next_on: dt.date | None
    lacking: str = ""


def choose(
    account_ids: Iterable[int], figures: CycleFigures, *, on: dt.date, now: dt.datetime, asks_gate: bool = True
) -> Iterator[Choice]:
    """What each of some accounts gets, in bounded batches of a dozen queries."""
    for batch in bulk.chunks(account_ids, BATCH):
        forbidden = forbidden_to_mail(batch, at=now) if asks_gate else {}
        asked_for = timed(batch, on)
        for pk, one in standings(batch, today=on, forbidden=forbidden).items():
            is_timed, asked_on = pk in asked_for, asked_for.get(pk)
            decision = decide(replace(one.facts, is_timed=is_timed, asked_for_on=asked_on), figures, today=on)
            due = max(one.facts.asked - one.facts.on_account, ZERO)
            plan = one.plan if decision.is_plan else None
            amount = amount_due(due, one.facts.asked + one.facts.set_apart, plan) if decision.sends else ZERO
            if decision.sends and not amount:
                decision = Decision(reason=Reason.SET_ASIDE, words=REASON_WORDS[Reason.SET_ASIDE])
            yield Choice(pk, one, decision, amount)


def owing_accounts(practice_id: int) -> list[int]:
    """The accounts of a practice whose patients owe something, in order."""
    rows = Receivable.objects.filter(practice=practice_id, bucket="PATIENT", amount__gt=0)
    return list(rows.order_by("account").values_list("account_id", flat=True).distinct())


def preview(practice_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> RunPreview:
    """What a run of today would do for a practice. Raises `NotFound` for a practice out of sight."""
    require(actor, Capability.RUN_DAY)
    if practice_id not in practice_ids(actor):
        raise NotFound("There is no such practice among yours.", practice_id=practice_id)
    figures = cycle_figures(limit_book(), practice_id=practice_id, on=today)
    sends, levels, plans = Tally(), Counter[int](), 0
    left: dict[Reason, Tally] = defaultdict(Tally)
    nexts: list[dt.date] = []
    for choice in choose(owing_accounts(practice_id), figures, on=today, now=now):
        if choice.decision.reason is None:
            sends.add(choice, choice.amount)
            plans += choice.decision.is_plan
            levels[choice.decision.level] += not choice.decision.is_plan
        else:
            left[choice.decision.reason].add(choice, choice.owes)
            nexts += [choice.decision.next_on] if choice.decision.next_on else []
    told = [(reason, REASON_WORDS[reason], left[reason]) for reason in Reason if reason in left]
    by_level = {level: levels[level] for level in sorted(levels) if levels[level]}
    following = min(nexts, default=None)
    return RunPreview(
        practice_id, today, figures, sends, by_level, plans, told, following, lacking=what_lacks(practice_id)
    )


def what_lacks(practice_id: int) -> str:
    """What a practice has to enter before its statements can be made, "" where nothing is missing."""
    head = head_of(Practice.objects.get(pk=practice_id))
    if not head.phone:
        return "Enter a phone of the practice, or one on its letterhead: a statement says whom to call."
    return ""


def standing_of(account: Account, *, today: dt.date, now: dt.datetime, asks_gate: bool = True) -> Choice:
    """What one account would get today, or why none: for its page. Without `asks_gate` the contact gate is left out,
    where the page has asked it already."""
    figures = cycle_figures(limit_book(), practice_id=account.practice_id, on=today)
    return next(choose([account.pk], figures, on=today, now=now, asks_gate=asks_gate))
