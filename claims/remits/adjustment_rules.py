"""What an adjustment on a remittance does to the books: the shipped table, admins' overrides, and the answer on a day.

The group says who is liable, the reason code says why (RULES 1.5). Only pricing reductions under CO are written
off when a remittance posts. A denial is never an adjustment: the money stays in the payer's bucket and becomes
work, because posting every CO as a credit silently forgives denied claims (RULES 1.5, 2.6). An override begins and
ends on a day; the shipped table is never edited.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from django.db import transaction
from django.db.models import Q, QuerySet

from arwork.lib.dated_rules import DRAFTED, Book, DatedRule, check_dates, read_seed, succeed
from arwork.lib.errors import DomainError, NotFound
from arwork.staff.access import practice_choice
from arwork.staff.dated_rows import DatedTable
from claims.payers.models import Payer
from claims.payers.rule_entry import ensure_may_set
from claims.remits.era import Treat, Treatment
from claims.remits.models import AdjustmentRule, Remittance

if TYPE_CHECKING:
    from arwork.staff.models import User


SEED = Path(__file__).parent / "seeds" / "treatments.yaml"


@dataclass(frozen=True, slots=True)
class TreatmentRule(DatedRule):
    """One row of the table. An empty group, CARC, RARC or payer matches any.

    The payer tells most, then the remark code (the QMB flags outrank the amount's own code), then CARC, then group; of
    two that name the same, that of one practice comes before the one of all.
    """

    SCOPE: ClassVar[tuple[str, ...]] = ("payer_id", "rarc", "carc", "group", "practice_id")
    treatment: Treatment
    group: str | None = None
    carc: str | None = None
    rarc: str | None = None
    payer_id: int | None = None
    practice_id: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = ""
    rule_id: int | None = None  # an admin's override; None for a shipped row


#: Groups that name no rule: CO may hide a denial, PI is disputed, OA and CR move nothing by themselves.
TREATMENT_BY_GROUP: dict[str, Treatment] = {
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
    rules: Book[TreatmentRule],
    rarcs: Sequence[str] = (),
    practice_id: int | None = None,
) -> Treatment:
    """The treatment of one CAS amount in a practice on a day, by the rule that applies (`arwork.lib.dated_rules`).

    Never fails: what no rule names follows its group (`TREATMENT_BY_GROUP`), an unknown group is treated as a denial,
    so nothing is written off unread.
    """
    rule = rules.look_up("", on=on, asked=(payer_id, frozenset(rarcs), carc, group, practice_id))
    return TREATMENT_BY_GROUP.get(group, Treatment.DENIAL) if rule is None else rule.treatment


def rules_from(entries: Iterable[dict[str, object]]) -> tuple[TreatmentRule, ...]:
    """Seed entries (`groups`, `carcs`, `rarcs`, `treatment`, ...) spread into one rule per combination."""
    rules: list[TreatmentRule] = []
    for entry in entries:
        for group in _listed(entry, "groups"):
            for carc in _listed(entry, "carcs"):
                for rarc in _listed(entry, "rarcs"):
                    rules.append(
                        TreatmentRule(
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
def default_treatment_rules() -> tuple[TreatmentRule, ...]:
    """The shipped table, `seeds/treatments.yaml`."""
    return rules_from(read_seed(SEED)["rules"])


def _listed(entry: dict[str, object], key: str) -> list[str | None]:
    values = entry.get(key)
    return [str(value) for value in values] if isinstance(values, list) and values else [None]


def _date(entry: dict[str, object], key: str) -> dt.date | None:
    value = entry.get(key)
    return value if isinstance(value, dt.date) else None


def rules_in_force() -> Book[TreatmentRule]:
    """Every rule: the admins' own and the shipped table. One query."""
    return Book((*_own_rules(), *default_treatment_rules()))


def treat_on(
    on: dt.date, *, payer_id: int | None, practice_id: int | None, rules: Book[TreatmentRule] | None = None
) -> Treat:
    """How this payer's adjustments are treated in a practice on a day. Answers are remembered: a file repeats a few."""
    table = rules_in_force() if rules is None else rules

    @cache
    def answer(group: str, carc: str, rarcs: tuple[str, ...]) -> Treatment:
        return treat(group, carc, on=on, payer_id=payer_id, rules=table, rarcs=rarcs, practice_id=practice_id)

    return answer


def treat_of(remittance: Remittance, *, rules: Book[TreatmentRule] | None = None) -> Treat:
    """The same for a remittance: whoever signed it, in its practice, on its day."""
    return treat_on(remittance.paid_on, payer_id=remittance.payer_id, practice_id=remittance.practice_id, rules=rules)


def _own_rules() -> list[TreatmentRule]:
    return [_as_rule(row) for row in AdjustmentRule.objects.order_by("pk")]


def _as_rule(row: AdjustmentRule) -> TreatmentRule:
    return TreatmentRule(
        treatment=Treatment(row.treatment),
        group=row.group or None,
        carc=row.carc or None,
        rarc=row.rarc or None,
        payer_id=row.payer_id,
        practice_id=row.practice_id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        rule_id=row.pk or DRAFTED,
    )


#: Remark codes as X12 list 411 forms them: M1, MA130, N781.
_RARC = re.compile(r"(M|MA|N)[0-9]{1,4}")
#: What each treatment does, for people.
WORDS: dict[Treatment, str] = {
    Treatment.CONTRACTUAL: "written off as contractual",
    Treatment.SEQUESTRATION: "written off as sequestration",
    Treatment.TRANSFER: "transferred to the next payer, else to the patient",
    Treatment.NEXT_PAYER: "transferred to the next payer, never to the patient by itself",
    Treatment.DENIAL: "stays with the payer and opens a denial",
    Treatment.DISPUTABLE: "stays with the payer and opens an underpayment",
    Treatment.INFORMATION: "moves nothing; information only",
    Treatment.PENDING: "stays with the payer, who still decides; looked after in 15 days",
    Treatment.VERIFY_FIRST: "transferred; the patient's share is probable until coverage is verified",
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
    practice_id: int | None = None


def overrides(*, actor: "User") -> QuerySet[AdjustmentRule]:
    """What was entered for every practice or for one of the actor's, the newest first."""
    mine = [one.id for one in practice_choice(actor).practices]
    rows = AdjustmentRule.objects.filter(Q(practice=None) | Q(practice__in=mine))
    return rows.select_related("payer", "practice").order_by("-valid_from", "-pk")


def shipped_rules(*, group: str = "", search: str = "") -> list[TreatmentRule]:
    """The shipped table, narrowed to a group and to codes that begin with `search`."""
    code = search.strip().upper()
    return [
        rule
        for rule in default_treatment_rules()
        if (not group or rule.group == group) and (not code or (rule.carc or "").startswith(code) or rule.rarc == code)
    ]


@transaction.atomic
def add_override(draft: TreatmentDraft, *, actor: "User", now: dt.datetime) -> AdjustmentRule:
    """Store an override; one of the same codes, payer and practice that is still in force ends the day before."""
    ensure_may_set(actor, draft.practice_id)
    _check(draft)
    row = AdjustmentRule(**asdict(draft))
    new, ended = succeed(_own_rules(), _as_rule(row))
    row.valid_to = new.valid_to
    return _TABLE.add(row, ended=ended, actor=actor, now=now)


@transaction.atomic
def end_override(
    override_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date, now: dt.datetime
) -> dt.date | None:
    """End an override after `last_day`, or as soon as may be (None); what is posted already stays as posted.

    Returns the last day, None for one that had not begun and is withdrawn.
    """
    found = overrides(actor=actor).filter(pk=override_id).first()
    if found is None:
        raise NotFound("It is not there any more. Look at the list again.")
    ensure_may_set(actor, found.practice_id)
    return _TABLE.end(override_id, last_day=last_day, actor=actor, today=today, now=now)


def _facts(row: AdjustmentRule) -> dict[str, object]:
    return {field.name: getattr(row, field.name) for field in fields(TreatmentDraft)}


_TABLE = DatedTable(AdjustmentRule, subject="adjustment_rule", deed="treatment", facts=_facts)


def _check(draft: TreatmentDraft) -> None:
    if draft.group not in TREATMENT_BY_GROUP:
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
    check_dates(draft.valid_from, draft.valid_to)
    if draft.payer_id is not None and not Payer.objects.filter(pk=draft.payer_id).exists():
        raise BadTreatment("There is no such payer any more.")
