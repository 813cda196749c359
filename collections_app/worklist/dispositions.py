"""The outcomes a collector can record, and what each one sets in motion (`seeds/dispositions.yaml`). Pure.

A practice's own rule (`OutcomeRuling`) says from a day on after how many days an outcome is followed up, by what, and
whether it is offered at all. What has consequences in law, on a hold or for the books is nobody's to change.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from arwork.lib.dated_rules import Book, DatedRule, read_seed

SEED = Path(__file__).parent / "seeds" / "dispositions.yaml"

#: No outcome: somebody chose a route, and the next step follows from it.
ROUTE_CHOSEN = "route_chosen"
#: The outcome that opens the next level of an appeal.
UPHELD = "appeal_upheld"
#: Events that wake a waiting item before its date.
REMIT, PAYMENT, ACKNOWLEDGMENT, DOCUMENT = "remit", "payment", "acknowledgment", "document"
#: What may wake an item before its day, in words.
WAKING_EVENTS = {
    REMIT: "a remittance",
    PAYMENT: "a payment",
    ACKNOWLEDGMENT: "an acknowledgment",
    DOCUMENT: "a document",
}


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do next, under which its outcomes stand. `kinds` are the items it is offered for."""

    code: str
    label: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disposition:
    """An outcome. Its date comes from a payer rule (`rule_kind`) where one is named, else from `days`.

    `requires` names the fields the desk must have before it logs: reference, trace, books_to (the class of a write-off,
    which it proposes), amount, promised_on, callback_on,
    until_on, reason, document, phone, decided_on. `asks` are offered but optional (also spoke_to, rep_date).
    `repeats_to_escalate` is the stop rule: that many identical answers in a row go to a supervisor (RULES 9.3, 14.7).
    `is_attempt` counts as a contact attempt, `is_contact` as a conversation. `answers` are the windows (kinds of
    deadline) that are kept by it, of what was denied by then: their clock stands still until the payer decides.
    `holds` is the hold that it places (RULES 11.9), `lifts` the one that it ends; the latter is offered while that
    hold is in force. `of_bucket` offers it only while that bucket owes what the item is about. `needs_proof`: who said
    so, or under which reference. `within_open`: its amount is part of what is open here. `is_legal`: a fact with
    consequences in law, which has a day and somebody who told it. `said_by`: whose number the `days` are.
    """

    code: str
    label: str
    key: str
    action: str
    kinds: tuple[str, ...]
    next_action: str
    days: int = 0
    rule_kind: str = ""
    requires: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    wakes_on: tuple[str, ...] = ()
    repeats_to_escalate: int = 0
    is_attempt: bool = False
    is_contact: bool = False
    is_appointment: bool = False
    answers: tuple[str, ...] = ()
    holds: str = ""
    lifts: str = ""
    of_bucket: str = ""
    closes: bool = False
    escalates: bool = False
    needs_approval: bool = False
    needs_proof: bool = False
    within_open: bool = False
    is_legal: bool = False
    said_by: str = "usual"

    @property
    def keycap(self) -> str:
        """The key as it is shown: capitals are typed with Shift."""
        return f"⇧{self.key}" if self.key.isupper() else self.key


def dispositions_for(kind: str) -> tuple[Disposition, ...]:
    """The outcomes offered for a kind of item, in the order of the desk."""
    return tuple(one for one in DISPOSITIONS if kind in one.kinds)


@dataclass(frozen=True, slots=True)
class OutcomeRuling(DatedRule):
    """What somebody decided about an outcome: the days until it is followed up and the next action (None, empty: as
    shipped), and whether it is hidden from the desk."""

    SCOPE: ClassVar[tuple[str, ...]] = ("practice_id",)
    code: str
    days: int | None = None
    next_action: str = ""
    is_hidden: bool = False
    practice_id: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = ""
    rule_id: int | None = None

    @property
    def about(self) -> str:
        return self.code


class OutcomeBook:
    """The outcomes as the practices have them; without rules they are as shipped."""

    def __init__(self, rules: Sequence[OutcomeRuling] = ()) -> None:
        self.rules = Book(rules)

    def find(self, code: str, *, practice_id: int, on: dt.date) -> Disposition | None:
        """An outcome as it is in a practice on a day; None where there is none, or it is hidden."""
        shipped, rule = BY_CODE.get(code), self.rules.look_up(code, on=on, asked=(practice_id,))
        if shipped is None or rule is None:
            return shipped
        if rule.is_hidden:
            return None
        chosen = replace(shipped, next_action=rule.next_action or shipped.next_action)
        return chosen if rule.days is None else replace(chosen, days=rule.days, said_by="own rule")


def outcomes_that_fit(
    kind: str, *, hold: str, bucket: str, outcomes: OutcomeBook, practice_id: int, on: dt.date
) -> list[Disposition]:
    """Those that make sense on an item as it stands: with a hold in force, and while a bucket owes it."""
    offered = (outcomes.find(one.code, practice_id=practice_id, on=on) for one in dispositions_for(kind))
    return [
        one
        for one in offered
        if one is not None
        and one.lifts in ("", hold)
        and not (hold and one.holds == hold)
        and one.of_bucket in ("", bucket)
    ]


def is_ruleable(one: Disposition) -> bool:
    """Whether a practice may change or hide an outcome: not what the law, a hold or the books hang on."""
    fixed = (one.is_legal, one.holds, one.lifts, one.closes, one.escalates, one.needs_approval, one.code == UPHELD)
    return not any(fixed) and "books_to" not in one.requires and one.code != "snoozed"


def has_days(one: Disposition) -> bool:
    """Whether its day comes from its own number of days, and not from a payer rule or what is entered."""
    return not one.rule_kind and not {"promised_on", "callback_on", "until_on"} & {*one.requires}


def actions_for(kind: str) -> tuple[Action, ...]:
    """What can be done next with a kind of item, in the order of the desk."""
    return tuple(one for one in ACTIONS if kind in one.kinds)


def _spread(entry: dict[str, Any], groups: dict[str, list[str]]) -> dict[str, Any]:
    """An entry with its groups of kinds written out and its lists made tuples."""
    groups = {**groups, "all": [kind for kinds in groups.values() for kind in kinds]}
    kinds = [kind for name in entry["kinds"] for kind in groups.get(name, [name])]
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return {**plain, "kinds": tuple(kinds)}


_SEED: dict[str, Any] = read_seed(SEED)
NEXT_ACTIONS: dict[str, str] = dict(_SEED["next_actions"])
ACTIONS: tuple[Action, ...] = tuple(Action(**_spread(entry, _SEED["groups"])) for entry in _SEED["actions"])
DISPOSITIONS: tuple[Disposition, ...] = tuple(
    Disposition(**_spread(entry, _SEED["groups"])) for entry in _SEED["dispositions"]
)
BY_CODE: dict[str, Disposition] = {one.code: one for one in DISPOSITIONS}
