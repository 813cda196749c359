"""A practice's own edits: what to look for in a claim, since when, and what to say. Pure.

Every rule in force that fits speaks, for they forbid each for itself. A condition left open fits everything. A rule
that asks about a service (code, modifier, place, units, drug) speaks of each line that it fits, else once of the claim.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from arwork.lib.dated_rules import in_force, read_seed
from claims.edi.x12.claim_text import Segment
from claims.edi.x12.records_837 import Line837
from collections_app.claim_edits.code_forms import SEEDS, plain_icd
from collections_app.claim_edits.findings import Finding
from collections_app.claim_edits.subject import CheckedClaim

#: What a claim or line can lack: in words, and the part of the form that mends it.
LACKS: dict[str, tuple[str, str]] = {
    "prior_auth": ("a prior authorization", "prior_auth"),
    "referral": ("a referral number", "referral"),
    "referring": ("a referring or ordering provider", "referring_npi"),
    "rendering": ("a rendering provider", "rendering_npi"),
    "clia": ("a CLIA number", "clia"),
    "accident_on": ("the day of the accident", "accident_on"),
    "onset_on": ("the day on which the illness began", "onset_on"),
    "admitted_on": ("the day of admission", "admitted_on"),
    "note": ("a note", "note"),
    "group_number": ("the group number", "group_number"),
    "taxonomy": ("the billing taxonomy", "billing_taxonomy"),
    "ndc": ("the drug's number (NDC)", "lines.{line}.ndc"),
    "modifier": ("any modifier", "lines.{line}.modifiers"),
}
_OF_LINES = ("ndc", "modifier")
_CODES = re.compile(r"[0-9A-Z]{1,7}(\*|-[0-9A-Z]{1,7})?(, ?[0-9A-Z]{1,7}(\*|-[0-9A-Z]{1,7})?)*")
_MASK = re.compile(r"[9AN0-9A-Z]{2,40}(, ?[9AN0-9A-Z]{2,40})*")
_MASK_SIGNS = {"9": r"\d", "A": "[A-Z]", "N": "[0-9A-Z]"}


@dataclass(frozen=True, slots=True)
class EditRow:
    """One edit. `codes` and `diagnosis` are lists of codes, `992*` or `70010-79999`; `member_id` is a mask with 9 for a
    digit, A for a letter, N for either: an id that fits none of its masks is found. `units_over`, `age_under`,
    `age_over` are exceeded, not met; ages in whole years on the first day of the service."""

    level: str
    words: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    practice_id: int | None = None
    payer_id: int | None = None
    payer_class: str = ""
    form: str = ""
    codes: str = ""
    modifier: str = ""
    without_modifier: str = ""
    place: str = ""
    diagnosis: str = ""
    sex: str = ""
    units_over: int | None = None
    age_under: int | None = None
    age_over: int | None = None
    lacks: str = ""
    member_id: str = ""
    source: str = ""
    rule_id: int | None = None
    name: str = ""  # of a shipped one

    @property
    def code(self) -> str:
        """The name under which its findings are counted."""
        return f"own_{self.rule_id}" if self.rule_id is not None else f"shipped_{self.name}" if self.name else "own_new"

    @property
    def is_of_lines(self) -> bool:
        """Whether it asks about a service."""
        asked = (self.codes, self.modifier, self.without_modifier, self.place, self.units_over)
        return any(asked) or self.lacks in _OF_LINES


def is_code_list(text: str) -> bool:
    """Whether `text` names codes: `99213, 992*, 70010-79999`."""
    return bool(_CODES.fullmatch(text))


def is_mask(text: str) -> bool:
    """Whether `text` is a mask of member ids, or several."""
    return bool(_MASK.fullmatch(text))


def check_own_rules(subject: CheckedClaim, rules: Iterable[EditRow]) -> Iterator[Finding]:
    """What the rules in force on the first day of the service say."""
    on = subject.record.service_from or subject.facts.today
    for rule in rules:
        if in_force(rule.valid_from, rule.valid_to, on):
            yield from findings_by(rule, subject)


def findings_by(rule: EditRow, subject: CheckedClaim) -> Iterator[Finding]:
    """What one rule says of a claim, whatever its days."""
    if not _fits_claim(rule, subject):
        return
    if not rule.is_of_lines:
        if not rule.lacks or _lacks(rule.lacks, subject):
            yield Finding(rule.level, rule.code, "claim", rule.words, LACKS[rule.lacks][1] if rule.lacks else "")
        return
    for ordinal, line, segments in subject.line_segments():
        if _fits_line(rule, subject, line, segments):
            field = LACKS[rule.lacks][1].format(line=ordinal) if rule.lacks else f"lines.{ordinal}.code"
            yield Finding(rule.level, rule.code, f"line {ordinal}", rule.words, field)


def _fits_claim(rule: EditRow, subject: CheckedClaim) -> bool:
    facts, record = subject.facts, subject.record
    person = record.patient
    asked: tuple[tuple[object, object], ...] = (
        (rule.practice_id, facts.practice_id),
        (rule.payer_id, facts.payer_id),
        (rule.payer_class, facts.payer_class),
        (rule.form, subject.text.form),
        (rule.sex, person.sex),
    )
    if any(own not in (None, "") and own != value for own, value in asked):
        return False
    if rule.diagnosis and not any(_is_among(plain_icd(one.code), rule.diagnosis) for one in record.diagnoses):
        return False
    if rule.age_under is not None or rule.age_over is not None:
        age = _age(person.birth_on, record.service_from)
        if age is None or (rule.age_under is not None and age >= rule.age_under):
            return False
        if rule.age_over is not None and age <= rule.age_over:
            return False
    return not (rule.member_id and _fits_mask(record.subscriber.member_id, rule.member_id))


def _fits_line(rule: EditRow, subject: CheckedClaim, line: Line837, segments: tuple[Segment, ...]) -> bool:
    place = line.place or subject.record.facility_code
    return (
        (not rule.codes or _is_among(line.code or line.revenue_code, rule.codes))
        and (not rule.modifier or rule.modifier in line.modifiers)
        and (not rule.without_modifier or rule.without_modifier not in line.modifiers)
        and (not rule.place or rule.place == place)
        and (rule.units_over is None or line.units > rule.units_over)
        and (not rule.lacks or _line_lacks(rule.lacks, subject, line, segments))
    )


def _line_lacks(name: str, subject: CheckedClaim, line: Line837, segments: tuple[Segment, ...]) -> bool:
    if name == "ndc":
        return not line.ndc
    if name == "modifier":
        return not line.modifiers
    if name == "rendering" and line.rendering_npi:
        return False
    if name in ("prior_auth", "clia", "referral") and any(one[:2] == ("REF", _REFERENCES[name]) for one in segments):
        return False
    if name == "referring" and any(one[:2] in (("NM1", "DN"), ("NM1", "DK")) for one in segments):
        return False
    return _lacks(name, subject)


_REFERENCES = {"prior_auth": "G1", "clia": "X4", "referral": "9F"}
_READ: dict[str, Callable[[CheckedClaim], object]] = {
    "prior_auth": lambda one: one.record.prior_auth,
    "referral": lambda one: one.record.referral,
    "referring": lambda one: one.record.referring,
    "rendering": lambda one: one.record.rendering,
    "clia": lambda one: one.record.refs.get("X4", ""),
    "accident_on": lambda one: one.record.accident_on,
    "onset_on": lambda one: one.record.onset_on,
    "admitted_on": lambda one: one.record.admitted_on,
    "note": lambda one: one.segment("NTE"),
    "group_number": lambda one: one.record.subscriber.group_number,
    "taxonomy": lambda one: one.record.billing.taxonomy if one.record.billing else "",
}


def _lacks(name: str, subject: CheckedClaim) -> bool:
    return not _READ[name](subject)


def _is_among(code: str, codes: str) -> bool:
    for part in (one.strip() for one in codes.split(",")):
        first, _, last = part.partition("-")
        if part.endswith("*"):
            if code.startswith(part[:-1]):
                return True
        elif last:
            if len(code) == len(first) and first <= code <= last:
                return True
        elif code == part:
            return True
    return False


def _fits_mask(value: str, masks: str) -> bool:
    patterns = ("".join(_MASK_SIGNS.get(sign, sign) for sign in one.strip()) for one in masks.split(","))
    return any(re.fullmatch(pattern, value.upper()) for pattern in patterns)


def _age(birth_on: dt.date | None, on: dt.date | None) -> int | None:
    if birth_on is None or on is None:
        return None
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


@cache
def shipped_edits() -> tuple[EditRow, ...]:
    """The edits that hold for everybody: few, each with its source."""
    found: list[dict[str, Any]] = read_seed(SEEDS / "edits.yaml")
    return tuple(EditRow(**row) for row in found)
