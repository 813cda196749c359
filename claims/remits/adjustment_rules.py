"""What an adjustment on a remittance does to the books: the shipped table, admins' overrides, and the answer on a day.

The group says who is liable, the reason code says why (RULES 1.5). Only pricing reductions under CO are written
off when a remittance posts. A refusal is never an adjustment: the money stays in the payer's bucket and becomes
work, because posting every CO as a credit silently forgives denied claims (RULES 1.5, 2.6). An override begins and
ends on a day; the shipped table is never edited.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib.errors import DomainError, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.payers.models import Payer
from claims.payers.rules import in_force, read_seed
from claims.remits.era import Treat, Treatment
from claims.remits.models import AdjustmentRule

if TYPE_CHECKING:
    from arwork.staff.models import User


SEED = Path(__file__).parent / "seeds" / "treatments.yaml"


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


def rules_in_force() -> tuple[Rule, ...]:
    """Every rule: the admins' own, then the shipped table. Of equals the first wins."""
    own = AdjustmentRule.objects.order_by("-valid_from", "-id")
    return (
        *(
            Rule(
                treatment=Treatment(row.treatment),
                group=row.group or None,
                carc=row.carc or None,
                rarc=row.rarc or None,
                payer_id=row.payer_id,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                source=row.source,
            )
            for row in own
        ),
        *default_rules(),
    )


def treat_on(on: dt.date, *, payer_id: int | None, rules: tuple[Rule, ...] | None = None) -> Treat:
    """How this payer's adjustments are treated on a day. Answers are remembered: a file repeats a few dozens."""
    table = rules_in_force() if rules is None else rules

    @cache
    def answer(group: str, carc: str, rarcs: tuple[str, ...]) -> Treatment:
        return treat(group, carc, on=on, payer_id=payer_id, rules=table, rarcs=rarcs)

    return answer


#: Remark codes as X12 list 411 forms them: M1, MA130, N781.
_RARC = re.compile(r"(M|MA|N)[0-9]{1,4}")
#: What each treatment does, for people.
WORDS: dict[Treatment, str] = {
    Treatment.CONTRACTUAL: "written off as contractual",
    Treatment.SEQUESTRATION: "written off as sequestration",
    Treatment.TRANSFER: "moves to the next payer, else to the patient",
    Treatment.NEXT_PAYER: "moves to the next payer, never to the patient by itself",
    Treatment.DENIAL: "stays with the payer and opens a denial",
    Treatment.DISPUTABLE: "stays with the payer and opens an underpayment",
    Treatment.INFORMATION: "moves nothing; information only",
    Treatment.STATUTORY: "may not be asked of the patient: next payer, else statutory write-off",
}


class BadTreatment(DomainError):
    """An override that could never apply, or that the law or the books forbid."""

    code = "bad_treatment"


@dataclass(frozen=True, slots=True)
class TreatmentDraft:
    """An override as it was entered."""

    group: str
    carc: str
    treatment: str
    valid_from: dt.date
    payer_id: int | None = None
    valid_to: dt.date | None = None
    source: str = ""
    rarc: str = ""


def overrides() -> QuerySet[AdjustmentRule]:
    """What admins entered, the newest first."""
    return AdjustmentRule.objects.select_related("payer").order_by("-valid_from", "-pk")


def shipped(*, group: str = "", search: str = "") -> list[Rule]:
    """The shipped table, narrowed to a group and to codes that begin with `search`."""
    code = search.strip().upper()
    return [
        rule
        for rule in default_rules()
        if (not group or rule.group == group) and (not code or (rule.carc or "").startswith(code) or rule.rarc == code)
    ]


@transaction.atomic
def add_override(draft: TreatmentDraft, *, actor: "User", now: dt.datetime) -> AdjustmentRule:
    """Store an override; one of the same codes and payer that is still in force ends the day before."""
    require(actor, Capability.CONFIGURE_PAYERS)
    _check(draft)
    same = AdjustmentRule.objects.select_for_update().filter(
        group=draft.group, carc=draft.carc, rarc=draft.rarc, payer=draft.payer_id, valid_from__lt=draft.valid_from
    )
    day_before = draft.valid_from - dt.timedelta(days=1)
    for row in same:
        if row.valid_to is None or row.valid_to > day_before:
            _end(row, day_before, actor=actor, now=now)
    row = AdjustmentRule.objects.create(**asdict(draft))
    audit.record(actor, "treatment_added", "adjustment_rule", row.pk, practice_id=None, after=asdict(draft), now=now)
    return row


@transaction.atomic
def end_override(override_id: int, *, last_day: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """End an override after `last_day`; what is posted already stays as posted."""
    require(actor, Capability.CONFIGURE_PAYERS)
    row = AdjustmentRule.objects.select_for_update().filter(pk=override_id).first()
    if row is None:
        raise NotFound("There is no such override any more.")
    if row.valid_from > today:
        codes = {"group": row.group, "carc": row.carc, "rarc": row.rarc}
        before = {**codes, "treatment": row.treatment, "valid_from": row.valid_from}
        row.delete()
        audit.record(
            actor, "treatment_withdrawn", "adjustment_rule", override_id, practice_id=None, before=before, now=now
        )
        return
    if last_day < max(row.valid_from, today - dt.timedelta(days=1)):
        raise BadTreatment("An override ends yesterday at the earliest: what was in force stays on record.")
    _end(row, last_day, actor=actor, now=now)


def _end(row: AdjustmentRule, last_day: dt.date, *, actor: "User", now: dt.datetime) -> None:
    before, row.valid_to = {"valid_to": row.valid_to}, last_day
    row.save(update_fields=["valid_to"])
    after = {"valid_to": last_day}
    audit.record(
        actor, "treatment_ended", "adjustment_rule", row.pk, practice_id=None, before=before, after=after, now=now
    )


def _check(draft: TreatmentDraft) -> None:
    if draft.group not in BY_GROUP:
        raise BadTreatment("Choose the group: CO, PR, OA, PI or CR.")
    if draft.treatment not in set(Treatment):
        raise BadTreatment("Choose what the adjustment does.")
    if draft.carc and not (draft.carc.isalnum() and len(draft.carc) <= 5):
        raise BadTreatment("A reason code has up to five letters and digits, such as 45 or B10.")
    if draft.rarc and (not _RARC.fullmatch(draft.rarc) or len(draft.rarc) > 5):
        raise BadTreatment("A remark code is M, MA or N with a number, such as M15, MA130 or N781.")
    if not draft.carc and draft.group in ("CO", "PI") and draft.treatment in ("contractual", "sequestration"):
        raise BadTreatment("Writing a whole group off would forgive denials unread. Name the reason code.")
    if draft.group == "CO" and draft.treatment == "transfer":
        raise BadTreatment("CO is the provider's loss by contract: it may not be moved to the patient.")
    if draft.valid_to is not None and draft.valid_to < draft.valid_from:
        raise BadTreatment("The last day lies before the first.")
    if draft.payer_id is not None and not Payer.objects.filter(pk=draft.payer_id).exists():
        raise BadTreatment("There is no such payer any more.")
