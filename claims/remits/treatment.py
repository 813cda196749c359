"""What an adjustment on a remittance does to the books: data, with a safe default by group. Pure.

The group says who is liable, the reason code says why (RULES 1.5). Only pricing reductions under CO are written
off when a remittance posts. A refusal is never an adjustment: the money stays in the payer's bucket and becomes
work, because posting every CO as a credit silently forgives denied claims (RULES 1.5, 2.6).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from claims.payers.rules import in_force, read_seed

SEED = Path(__file__).parent / "seeds" / "treatments.yaml"


class Treatment(StrEnum):
    """The eight things an adjustment can do. Only the first two reduce what is owed."""

    CONTRACTUAL = "contractual"  # write off as contractual
    SEQUESTRATION = "sequestration"  # write off as sequestration
    TRANSFER = "transfer"  # to the next payer if there is one, else to the patient
    NEXT_PAYER = "next_payer"  # to the next payer; never to the patient by itself
    DENIAL = "denial"  # no posting; stays with the payer, opens a denial
    DISPUTABLE = "disputable"  # no posting; stays with the payer, opens an underpayment
    INFORMATION = "information"  # no posting, no work; cross-checked only
    STATUTORY = "statutory"  # may not be asked of the patient: next payer, else a statutory write-off


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. An empty group, CARC, RARC or payer matches any."""

    treatment: Treatment
    group: str | None = None
    carc: str | None = None
    rarc: str | None = None
    payer_id: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = ""

    @property
    def specificity(self) -> tuple[bool, bool, bool, bool]:
        """Payer, then remark code (the QMB flags outrank the amount's own code), then CARC, then group."""
        return (
            self.payer_id is not None,
            self.rarc is not None,
            self.carc is not None,
            self.group is not None,
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """The treatment, the rule that gave it, and whether the code was known at all."""

    treatment: Treatment
    rule: Rule | None
    categorised: bool
    because: str


#: Groups that name no rule: CO may hide a refusal, PI is disputed, OA and CR move nothing by themselves.
BY_GROUP: dict[str, Treatment] = {
    "CO": Treatment.DENIAL,
    "PR": Treatment.TRANSFER,
    "OA": Treatment.INFORMATION,
    "PI": Treatment.DISPUTABLE,
    "CR": Treatment.INFORMATION,
}


def treat(
    group: str,
    carc: str,
    *,
    on: dt.date,
    payer_id: int | None,
    rules: Sequence[Rule],
    rarcs: Sequence[str] = (),
) -> Treatment:
    """The treatment of one CAS amount on a day; most specific rule wins. Never fails: see `BY_GROUP`."""
    return rule_on(group, carc, on=on, payer_id=payer_id, rules=rules, rarcs=rarcs).treatment


def rule_on(
    group: str,
    carc: str,
    *,
    on: dt.date,
    payer_id: int | None,
    rules: Sequence[Rule],
    rarcs: Sequence[str] = (),
) -> Ruling:
    """As `treat`, with its reasoning. An unknown group is treated as a refusal: nothing is written off unread."""
    fitting = [
        rule
        for rule in rules
        if rule.group in (None, group)
        and rule.carc in (None, carc)
        and (rule.rarc is None or rule.rarc in rarcs)
        and rule.payer_id in (None, payer_id)
        and in_force(rule.valid_from, rule.valid_to, on)
    ]
    if fitting:
        best = max(fitting, key=lambda rule: (rule.specificity, rule.valid_from or dt.date.min))
        named = best.carc or best.rarc or "any"
        return Ruling(
            best.treatment, best, categorised=True, because=f"{group}-{carc}: rule for {best.group or 'any'}-{named}"
        )
    treatment = BY_GROUP.get(group, Treatment.DENIAL)
    known = any(rule.carc == carc for rule in rules) or group == "PR"
    return Ruling(
        treatment, None, categorised=known, because=f"{group}-{carc}: no rule of its own, so as {group} in general"
    )


@dataclass(frozen=True)
class TreatmentBook:
    """Rules sorted by reason code, remembering each answer: an import asks the same few questions 100,000 times."""

    rules: Sequence[Rule]
    _by_carc: dict[str | None, list[Rule]] = field(init=False, repr=False, compare=False)
    _remarks: frozenset[str] = field(init=False, repr=False, compare=False)
    _answers: dict[tuple[object, ...], Ruling] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        by_carc: dict[str | None, list[Rule]] = {}
        for rule in self.rules:
            by_carc.setdefault(rule.carc, []).append(rule)
        object.__setattr__(self, "_by_carc", by_carc)
        object.__setattr__(self, "_remarks", frozenset(rule.rarc for rule in self.rules if rule.rarc))

    def rule_on(
        self, group: str, carc: str, *, on: dt.date, payer_id: int | None = None, rarcs: Sequence[str] = ()
    ) -> Ruling:
        """As the function `rule_on`, over this book's rules."""
        telling = tuple(sorted(self._remarks.intersection(rarcs)))
        question = (group, carc, on, payer_id, telling)
        if question not in self._answers:
            near = [*self._by_carc.get(carc, ()), *self._by_carc.get(None, ())]
            self._answers[question] = rule_on(group, carc, on=on, payer_id=payer_id, rules=near, rarcs=telling)
        return self._answers[question]

    def treat(
        self, group: str, carc: str, *, on: dt.date, payer_id: int | None = None, rarcs: Sequence[str] = ()
    ) -> Treatment:
        """As the function `treat`, over this book's rules."""
        return self.rule_on(group, carc, on=on, payer_id=payer_id, rarcs=rarcs).treatment


def rules_from(entries: Iterable[dict[str, object]]) -> tuple[Rule, ...]:
    """Seed entries (`groups`, `carcs`, `rarcs`, `treatment`, ...) spread into one rule per combination."""
    rules: list[Rule] = []
    for entry in entries:
        for group in _listed(entry, "groups"):
            for carc in _listed(entry, "carcs"):
                for rarc in _listed(entry, "rarcs"):
                    rules.append(
                        Rule(
                            treatment=Treatment(str(entry["treatment"])),
                            group=group,
                            carc=carc,
                            rarc=rarc,
                            valid_from=_date(entry, "valid_from"),
                            valid_to=_date(entry, "valid_to"),
                            source=str(entry.get("source", "")),
                        )
                    )
    return tuple(rules)


@cache
def default_rules() -> tuple[Rule, ...]:
    """The shipped table, `seeds/treatments.yaml`."""
    return rules_from(read_seed(SEED)["rules"])


def _listed(entry: dict[str, object], key: str) -> list[str | None]:
    values = entry.get(key)
    return [str(value) for value in values] if isinstance(values, list) and values else [None]


def _date(entry: dict[str, object], key: str) -> dt.date | None:
    value = entry.get(key)
    return value if isinstance(value, dt.date) else None
