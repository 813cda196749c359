"""Many items, one decision: claims that a payer denied for the same reason, or small balances (RULES 14.7).

What can be decided for many is what needs nothing of each: an appeal sent, a corrected claim, a write-off proposed for
the amount of each, a sleep. Calls to patients and legal facts are recorded one by one. Each item gets an outcome of its
own, all at the same moment, so that one undo takes all of them back.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, require
from claims.denials.models import Denial
from collections_app.worklist import write_offs
from collections_app.worklist.actions import record_outcome
from collections_app.worklist.dispositions import DISPOSITIONS, NEXT_ACTIONS, Disposition, OutcomeBook
from collections_app.worklist.kinds import WorkKind
from collections_app.worklist.lanes import LaneChoice
from collections_app.worklist.models import WorkItem
from collections_app.worklist.outcome_rules import outcome_book
from collections_app.worklist.proposals import preview_outcome
from collections_app.worklist.selectors import visible

if TYPE_CHECKING:
    from arwork.staff.models import User

MOST_IN_BATCH = 200
#: What is entered once for all; the amount of a write-off is each item's own.
SHARED = ("books_to", "reason", "until_on", "document", "reference", "spoke_to")
_OWN = "amount"


class NotOneCause(DomainError):
    """The items have nothing in common that one decision could be about."""

    code = "not_one_cause"


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """One thing that can be decided for all: its words, what it needs, and the outcome of each kind of work."""

    code: str
    label: str
    needs: tuple[str, ...]
    by_kind: dict[str, Disposition]


@dataclass(frozen=True, slots=True)
class Batch:
    """Items of one cause, in the order of work, and what can be decided for them."""

    cause: str
    items: list[WorkItem]
    outcomes: list[BatchOutcome]

    @property
    def amount(self) -> Decimal:
        return sum((item.amount for item in self.items), ZERO)

    @property
    def accounts(self) -> int:
        return len({item.account_id for item in self.items})


@dataclass(frozen=True, slots=True)
class BatchStep:
    """What comes next for some of the items, or why nothing can be recorded for them."""

    words: str
    next_on: dt.date | None
    items: int
    amount: Decimal
    is_refused: bool


def batch_of(*, actor: "User", item_ids: Sequence[int], today: dt.date) -> Batch:
    """The items as one batch. Raises `NotOneCause`, or for none and for more than `MOST_IN_BATCH`."""
    require(actor, Capability.WORK_ITEMS)
    rows = visible(actor).filter(pk__in=list(item_ids)[: MOST_IN_BATCH + 1]).order_by("lane", "-rank", "pk")
    items = list(rows.select_related("payer", "claim", "account"))
    if not items:
        raise NotOneCause("Select some rows first: x selects the row you stand on.")
    if len(items) > MOST_IN_BATCH:
        raise NotOneCause(f"Decide about at most {MOST_IN_BATCH} items at once. Narrow the filter.")
    cause, outcomes = _cause(items), _outcomes(items, today=today)
    if not cause:
        outcomes = [one for one in outcomes if any(write_offs.is_write_off(each) for each in one.by_kind.values())]
    if not cause and not outcomes:
        raise NotOneCause(
            "One outcome for many needs one cause: claims that one payer denied for the same reason (filter with "
            "payer: and carc:), or small balances (lane:4). Without one they can only be written off, and some of "
            "these can't."
        )
    return Batch(cause or "Of different causes", items, outcomes)


def preview_batch(
    *, actor: "User", batch: Batch, code: str, entered: dict[str, Any], now: dt.datetime, today: dt.date
) -> list[BatchStep]:
    """What the decision would lead to, most items first. Items that stand alike are asked about once."""
    chosen, outcomes = _chosen(batch, code), outcome_book()
    answers: dict[tuple, tuple[str, dt.date | None, bool]] = {}
    counts: Counter[tuple[str, dt.date | None, bool]] = Counter()
    amounts: dict[tuple[str, dt.date | None, bool], Decimal] = {}
    for item in batch.items:
        if (place := _standing(item)) not in answers:
            answers[place] = _previewed(item, chosen, entered, outcomes, actor=actor, now=now, today=today)
        counts[answers[place]] += 1
        amounts[answers[place]] = amounts.get(answers[place], ZERO) + item.amount
    return [BatchStep(words, on, count, amounts[words, on, no], no) for (words, on, no), count in counts.most_common()]


def record_batch(
    *,
    actor: "User",
    batch: Batch,
    code: str,
    entered: dict[str, Any],
    note: str,
    seen: dict[int, int],
    now: dt.datetime,
    today: dt.date,
) -> tuple[int, list[str]]:
    """Record the decision on every item that takes it; how many, and for the others why not. `entered` as `SHARED`.

    `seen` are the touches of each item as the person saw it: what was logged since keeps that item out.
    """
    chosen, done, refused = _chosen(batch, code), 0, list[str]()
    outcomes = outcome_book()
    is_one = any(write_offs.is_write_off(one) for one in chosen.by_kind.values())
    with transaction.atomic() if is_one else nullcontext():
        proposed, troubles = _proposed(batch, chosen, entered, actor=actor, now=now, today=today)
        for item in batch.items:
            try:
                if item.pk in troubles:
                    raise DomainError(troubles[item.pk])
                record_outcome(
                    actor=actor, item_id=item.pk, disposition=chosen.by_kind[item.kind].code, note=note, now=now,
                    today=today, seen_touches=seen.get(item.pk, item.touches), proposed=proposed.get(item.pk),
                    outcomes=outcomes, **_entered(item, chosen, entered),
                )  # fmt: skip
                done += 1
            except DomainError as error:
                refused.append(f"{item.claim or item.account or 'A deposit'}: {error.message}")
                if item.pk in proposed:
                    write_offs.take_back(proposed[item.pk], actor=actor, today=today, now=now)
    return done, refused


def _proposed(
    batch: Batch, chosen: BatchOutcome, entered: dict[str, Any], *, actor: "User", now: dt.datetime, today: dt.date
) -> tuple[dict[int, int], dict[int, str]]:
    """The write-offs that the decision proposes, all by the authority of their sum, and why some can't be; by item."""
    if not any(write_offs.is_write_off(one) for one in chosen.by_kind.values()):
        return {}, {}
    if not (entered.get("books_to") and entered.get("reason")):
        return {}, {}  # each item says what is missing
    facts = {name: str(entered.get(name) or "") for name in ("books_to", "reason")}
    return write_offs.propose_for_many(batch.items, **facts, actor=actor, now=now, today=today)


def _cause(items: Sequence[WorkItem]) -> str:
    """What they have in common, in words; empty where nothing but that they are owed."""
    if all(item.lane == LaneChoice.SMALL for item in items):
        return "Small balances"
    reasons = _reasons([item.claim_id for item in items if item.kind == WorkKind.DENIED and item.claim_id])
    causes = {(item.payer_id, reasons.get(item.claim_id or 0)) for item in items}
    if len(causes) == 1 and None not in next(iter(causes)):
        (_, reason) = causes.pop()
        return f"{items[0].payer}, denied for {reason}"
    return ""


def _reasons(claim_ids: Sequence[int]) -> dict[int, str]:
    """For which reason each claim is denied: the one of the largest amount. One query."""
    rows = Denial.objects.filter(bulk.Among("claim", claim_ids), state=Denial.State.OPEN).order_by("amount", "-pk")
    return {claim: f"{group}-{carc}" for claim, group, carc in rows.values_list("claim_id", "group", "carc")}


def _outcomes(items: Sequence[WorkItem], *, today: dt.date) -> list[BatchOutcome]:
    """By their words: a write-off is proposed under another code for each kind of work. What one of the practices
    hides is offered for none."""
    rules, kinds, practices = outcome_book(), {item.kind for item in items}, {item.practice_id for item in items}
    labels: dict[str, dict[str, Disposition]] = {}
    for one in DISPOSITIONS:
        is_shown = all(rules.find(one.code, practice_id=practice, on=today) for practice in practices)
        if is_shown and _is_for_many(one):
            labels.setdefault(one.label, {}).update(dict.fromkeys(kinds.intersection(one.kinds), one))
    return [
        BatchOutcome(next(iter(by_kind.values())).code, label, _needs(by_kind), by_kind)
        for label, by_kind in labels.items()
        if by_kind.keys() == kinds
    ]


def _is_for_many(one: Disposition) -> bool:
    is_about_a_person = "patient_balance" in one.kinds and (one.is_attempt or one.is_contact or bool(one.holds))
    is_whole = not (one.closes or one.lifts or one.of_bucket)
    return is_whole and not is_about_a_person and set(one.requires) <= {*SHARED, _OWN}


def _needs(by_kind: dict[str, Disposition]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in by_kind.values() for name in one.requires if name != _OWN))


def _chosen(batch: Batch, code: str) -> BatchOutcome:
    found = next((one for one in batch.outcomes if one.code == code), None)
    if found is None:
        raise DomainError("Choose an outcome that all of them can have.", field="outcome")
    return found


def _entered(item: WorkItem, chosen: BatchOutcome, entered: dict[str, Any]) -> dict[str, Any]:
    outcome = chosen.by_kind[item.kind]
    used = {name: value for name, value in entered.items() if name in (*outcome.requires, *outcome.asks) and value}
    return used | ({_OWN: item.amount} if _OWN in outcome.requires else {})


def _standing(item: WorkItem) -> tuple:
    """What the next step and its day follow from."""
    return (
        item.kind, item.practice_id, item.payer_id, item.claim.plan_id if item.claim else None, item.bucket, item.hold,
        item.deadline_on, item.due_on, item.last_disposition, item.same_answers, item.quiet_touches,
    )  # fmt: skip


def _previewed(
    item: WorkItem,
    chosen: BatchOutcome,
    entered: dict[str, Any],
    outcomes: OutcomeBook,
    *,
    actor: "User",
    now: dt.datetime,
    today: dt.date,
) -> tuple[str, dt.date | None, bool]:
    try:
        found = preview_outcome(
            actor=actor, item_id=item.pk, disposition=chosen.by_kind[item.kind].code, now=now, today=today,
            outcomes=outcomes, **_entered(item, chosen, entered),
        )  # fmt: skip
    except DomainError as error:
        return error.message, None, True
    return NEXT_ACTIONS.get(found.next_action, found.next_action), found.due_on, False
