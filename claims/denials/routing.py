"""What kind of work a denial is, and what to do first about it. Pure.

The group routes before the number does, the reason gives the category, and the remark says what is really
missing (RULES 7.1, 7.2). An unknown reason is "not categorized": it becomes work for a person, never an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from arwork.lib.dated_rules import read_seed

SEEDS = Path(__file__).parent / "seeds"
#: What can be done first about a denial; `seeds/routing.yaml` names one for each category, code and remark.
WAYS = (
    "agreement", "appeal_proof", "appeal_records", "authorization", "benefit", "correct", "dispute", "earlier_payment",
    "enrollment", "exception", "forwarded", "meaning", "modifier", "new_claim", "next_level", "next_payer", "nothing",
    "original", "other_carrier", "patient", "records", "remark", "reopening", "right_payer", "status", "verify",
    "with_eob", "write_off",
)  # fmt: skip
UNCATEGORIZED = "uncategorized"


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one denial.

    `kind` is soft, hard, either or none; `way` is the one thing to do first, which `action` says at length.
    `deadline_kind` is a payer rule kind or "". `corrects_with` is `corrected_claim`, `new_claim` (never a replacement:
    MA130), `reopening` (Medicare Part B, RULES 8.2) or "" (none).
    """

    category: str
    label: str
    kind: str
    action: str
    way: str = ""
    deadline_kind: str = ""
    explanation: str = ""
    appealable: bool = True
    patient_contact: bool = False
    remark_missing: bool = False
    corrects_with: str = "corrected_claim"


@dataclass(frozen=True, slots=True)
class WinRate:
    """How often work on a category succeeds, and who says so."""

    category: str
    rate: Decimal
    source: str


def route(
    group: str,
    carc: str,
    rarcs: Sequence[str] = (),
    *,
    payer_class: str | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Route:
    """The route of an adjustment. `overrides` maps a CARC to the category an admin chose for it."""
    own = (overrides or {}).get(carc)
    category = own or categories_by_carc().get(carc, UNCATEGORIZED)
    chosen = _route_of(category, None if own else _table()["carc_actions"].get(carc))
    if carc == "227":
        chosen = replace(chosen, patient_contact=True)
    chosen = _with_remarks(chosen, carc, rarcs)
    chosen = _with_group(chosen, group, carc)
    chosen = _for_medicare(chosen, payer_class)
    return replace(chosen, explanation=_explain(chosen, group, carc, rarcs))


def windows_of_route(way: Route, bucket: str) -> tuple[str, ...]:
    """The payer rule kinds whose windows bind this work (RULES 7.3): appeal and correction where the remarks leave
    them open, and the window that the reason or the remark names. What another payer than `bucket` must get in time
    is that payer's rule, and not known here."""
    kinds = []
    if way.corrects_with in ("corrected_claim", "reopening"):
        kinds.append("corrected")
    if (way.appealable or way.kind == "none") and way.deadline_kind != "appeal_2":
        kinds.append("appeal_1")
    named = way.deadline_kind
    if named.startswith("filing") and bucket != "PAYER1":
        named = "filing_secondary"
    elif named == "filing_secondary":
        named = ""
    return tuple(dict.fromkeys([*kinds, named] if named else kinds))


def needs_remark(carc: str) -> bool:
    """True for reasons that say nothing without a remark code."""
    return carc in {str(code) for code in _table()["needs_remark"]}


def categories() -> tuple[str, ...]:
    """All categories, in the order of the table."""
    return tuple(_table()["categories"])


def category_label(category: str) -> str:
    """A category in words; an unknown one is shown as it is."""
    found = _table()["categories"].get(category)
    return str(found["label"]) if found else category.replace("_", " ")


@cache
def categories_by_carc() -> Mapping[str, str]:
    """CARC -> category as shipped."""
    return {
        str(carc): category for category, entry in _table()["categories"].items() for carc in reversed(entry["carcs"])
    }


def win_rate(category: str) -> WinRate:
    """The shipped prior for a category; the overall rate for one that is not listed."""
    table = read_win_rates()
    found = table["rates"].get(category, table["overall"])
    return WinRate(category, Decimal(str(found["rate"])), found["source"])


@cache
def read_win_rates() -> dict[str, Any]:
    """`seeds/win_rates.yaml`."""
    return dict(read_seed(SEEDS / "win_rates.yaml"))


@cache
def _table() -> dict[str, Any]:
    return dict(read_seed(SEEDS / "routing.yaml"))


def _route_of(category: str, of_code: Mapping[str, str] | None = None) -> Route:
    categories_ = _table()["categories"]
    name = category if category in categories_ else UNCATEGORIZED
    entry = categories_[name]
    return Route(
        category=name,
        label=entry["label"],
        kind=entry["kind"],
        action=(of_code or entry)["action"],
        way=(of_code or entry)["way"],
        deadline_kind=entry.get("deadline", ""),
        appealable=entry["kind"] != "none",
    )


def _with_remarks(chosen: Route, carc: str, rarcs: Sequence[str]) -> Route:
    telling = [entry for entry in _table()["remarks"] if set(entry["rarcs"]) & set(rarcs)]
    for entry in reversed(telling):  # the first in the table has the last word
        category = entry.get("category")
        if category and (needs_remark(carc) or category == "non_billable"):
            chosen = replace(
                _route_of(category),
                corrects_with=chosen.corrects_with,
                appealable=chosen.appealable,
                patient_contact=chosen.patient_contact,
            )
        elif category and category != chosen.category:
            continue
        chosen = replace(
            chosen,
            action=entry["action"],
            way=entry["way"],
            deadline_kind=entry.get("deadline", chosen.deadline_kind),
            appealable=entry.get("appealable", chosen.appealable),
            patient_contact=entry.get("patient_contact", chosen.patient_contact),
            corrects_with=entry.get("corrects_with", chosen.corrects_with),
        )
    if needs_remark(carc) and not telling and carc not in {"227"}:
        chosen = replace(chosen, remark_missing=not rarcs)
        if chosen.remark_missing and carc not in _table()["carc_actions"]:
            chosen = replace(chosen, way="remark")
    return chosen


def _with_group(chosen: Route, group: str, carc: str) -> Route:
    """PR names the patient: a denial for coverage or benefit becomes theirs unless it can be overturned."""
    if group == "PR" and chosen.category in {"non_covered", "benefit_limit"}:
        return replace(chosen, action="Look for other coverage, then bill the patient", way="verify")
    if group == "PI" and chosen.category == "pricing":
        return replace(chosen, action="Dispute the reduction; there may be no contract behind it", way="dispute")
    if group == "OA" and carc == "23":
        action = "Nothing; it repeats what the prior payer did"
        return replace(chosen, kind="none", action=action, way="nothing", appealable=False)
    return chosen


def _for_medicare(chosen: Route, payer_class: str | None) -> Route:
    """Medicare has no replacement claim for adjudicated lines: a clerical error is reopened (RULES 8.2). What came too
    late got no initial determination, so there is nothing to appeal: an exception reopens it (RULES 7.2 row 29, 42 CFR
    424.44(b))."""
    if payer_class == "medicare" and chosen.category == "timely_filing":
        action = _table()["medicare_late"]
        return replace(chosen, action=action, way="exception", deadline_kind="", appealable=False, corrects_with="")
    if payer_class != "medicare" or chosen.corrects_with != "corrected_claim" or chosen.kind == "none":
        return chosen
    action = chosen.action.replace("send a corrected claim", "ask for a clerical error reopening")
    way = "reopening" if chosen.way == "correct" else chosen.way
    return replace(chosen, corrects_with="reopening", action=action, way=way)


def _explain(chosen: Route, group: str, carc: str, rarcs: Sequence[str]) -> str:
    code = f"{group}-{carc}" if group else carc or "no reason code"
    parts = [f"{code}: {chosen.label}"]
    if chosen.category == UNCATEGORIZED:
        parts = [f"{code}: no category yet"]
    if rarcs:
        parts.append(f"remarks {', '.join(rarcs)}")
    if chosen.remark_missing:
        parts.append("the remark code that must explain it is missing: ask the payer")
    if not chosen.appealable and chosen.kind != "none":
        parts.append("not appealable")
    return "; ".join(parts)
