"""Payer rules in words: figures with their unit, where they come from, where they stand in time."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from arwork.lib.dated_rules import standing
from arwork.web import formats
from claims.payers.rules import RULE_BASES, RULE_KINDS, RuleRow
from claims.payers.selectors import PayerRuling

CONFIDENCE_TAGS = {"high": "tag-green", "medium": "tag-blue", "low": "tag-amber", "unverified": "tag-plain"}
STANDING_TAGS = {"in force": "tag-green", "planned": "tag-blue", "ended": "tag-plain"}


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One row of the books for people."""

    row: RuleRow
    figure: str
    basis: str
    source: str
    link: str
    tag: str
    standing: str
    standing_tag: str
    can_end: bool

    @property
    def same_scope(self) -> str:
        """The query that opens the form for a rule of this kind, class and state."""
        more = {"state": self.row.state, "practice": self.row.practice_id}
        named = {name: value for name, value in more.items() if value}
        return urlencode({"class": self.row.payer_class or "", "kind": self.row.kind, **named})


@dataclass(frozen=True, slots=True)
class ShownRuling:
    """One kind: what is in force, for which plans, states and practices it differs, and the payer's own rows over
    time, each with the practice that it is of alone."""

    code: str
    label: str
    now: ShownRule | None
    origin: str
    apart: Sequence[tuple[str, str, ShownRule]]
    history: Sequence[tuple[ShownRule, str]]


def figure(row: RuleRow) -> str:
    """`90 days`, `$5.00`, `1.5 %`."""
    unit = RULE_KINDS[row.kind].unit
    if unit == "cents":
        return formats.usd(Decimal(row.value) / 100)
    if unit == "bp":
        return f"{(Decimal(row.value) / 100).normalize():f} %"
    if row.basis in ("dos_year", "through_year", "span_year"):
        years = max(row.value // 365, 1)
        return f"{years} year{'s' if years > 1 else ''}"
    if row.basis == "year_end":
        return "end of next year"
    return f"{row.value} day{'' if row.value == 1 else 's'}"


def shown(row: RuleRow, *, today: dt.date) -> ShownRule:
    """One row in words."""
    links = [word.strip(";,") for word in row.source.split() if word.startswith("https://")]
    stands = standing(row.valid_from, row.valid_to, today)
    words = {"planned": f"from {formats.isoday(row.valid_from)}", "ended": f"ended {formats.isoday(row.valid_to)}"}
    return ShownRule(
        row=row,
        figure=figure(row),
        basis=RULE_BASES.get(row.basis, ""),
        source=row.source,
        link=links[0] if links else "",
        tag=CONFIDENCE_TAGS.get(row.confidence, "tag-plain"),
        standing=words.get(stands, stands),
        standing_tag=STANDING_TAGS[stands],
        can_end=row.rule_id is not None and (row.valid_to is None or row.valid_to >= today),
    )


def shown_rulings(rulings: Sequence[PayerRuling], *, today: dt.date, practices: Mapping[int, str]) -> list[ShownRuling]:
    """The table of one payer, for somebody who looks at `practices` (id and name)."""
    words = {"class": "default of the class", "everybody": "default", "payer": "this payer", "plan": "plan", "": ""}
    return [
        ShownRuling(
            code=one.kind.code,
            label=one.kind.label,
            now=shown(one.row, today=today) if one.row else None,
            origin=words[one.origin] + (f", {one.row.state}" if one.row and one.row.state else ""),
            apart=[
                *((f"only plan {name}", "plan", shown(row, today=today)) for name, row in one.for_plans),
                *((f"practices in {state}", f"state, {state}", shown(row, today=today)) for state, row in one.by_state),
                *((f"only {name}", "practice", shown(row, today=today)) for name, row in one.by_practice),
            ],
            history=[(shown(row, today=today), practices.get(row.practice_id or 0, "")) for row in one.own],
        )
        for one in rulings
    ]
