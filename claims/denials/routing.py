"""What kind of work a denial is, and what to do first about it. Pure.

The group routes before the number does, the reason gives the category, and the remark says what is really
missing (RULES 7.1, 7.2). An unknown reason is "not categorized": it becomes work for a person, never an error. A
rule of the practice (`Ruling`) says otherwise from a day on; what remarks and law leave open to a claim stays so.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from arwork.lib.dated_rules import DatedRule, read_seed

SEEDS = Path(__file__).parent / "seeds"
#: What can be done first about a denial, in words; `seeds/routing.yaml` names one for each category, code and remark.
WAYS: dict[str, str] = {
    "agreement": "Appeal, and ask for a single-case agreement",
    "appeal_proof": "Appeal with the proof of timely filing",
    "appeal_records": "Appeal with the records",
    "authorization": "Find the authorization and send a corrected claim",
    "benefit": "Check the benefit with the payer",
    "correct": "Send a corrected claim",
    "dispute": "Dispute the payment",
    "earlier_payment": "Look for the earlier payment",
    "enrollment": "Hand it to enrollment",
    "exception": "Write it off, unless an exception can be proved",
    "forwarded": "Follow up with the payer it was sent to",
    "meaning": "Ask the payer what it means",
    "modifier": "Send a corrected claim, if the records support a modifier",
    "new_claim": "Send a new claim",
    "next_level": "Appeal at the next level",
    "next_payer": "Bill the next payer",
    "nothing": "Close it: it repeats what the payer before did",
    "original": "Look for the original claim",
    "other_carrier": "Bill the other carrier",
    "patient": "Ask the patient for what the payer waits for",
    "records": "Send the records",
    "remark": "Ask the payer for the remark code",
    "reopening": "Ask for a clerical error reopening",
    "right_payer": "Bill the right payer",
    "status": "Ask for the status",
    "verify": "Verify the coverage, then ask the patient",
    "with_eob": "Send it again with the primary payer's EOB",
    "write_off": "Write it off; the patient may not be billed",
}
_APPEALS = frozenset({"agreement", "appeal_proof", "appeal_records", "dispute", "next_level"})
_SENT_AGAIN = frozenset({"authorization", "correct", "modifier", "reopening", "with_eob"})
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
class Ruling(DatedRule):
    """What somebody decided about denials for one reason: the category, soft, hard or either, the way to go first, how
    often it is won (None: as the category usually is), and where it begins, whether it is preventable and who can cure
    it (empty: as shipped). The payer tells most, then the remark code."""

    SCOPE: ClassVar[tuple[str, ...]] = ("payer_id", "rarc", "practice_id")
    group: str
    carc: str
    category: str
    kind: str
    way: str
    win_rate: Decimal | None = None
    root_cause: str = ""
    preventable: str = ""
    cure: str = ""
    rarc: str | None = None
    payer_id: int | None = None
    practice_id: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = ""
    rule_id: int | None = None

    @property
    def about(self) -> str:
        return reason_words(self.group, self.carc)


def reason_words(group: str, carc: str) -> str:
    """A reason as people write it: `CO-197`."""
    return f"{group}-{carc}"


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
    ruling: Ruling | None = None,
) -> Route:
    """The route of an adjustment, by the shipped table or by the `ruling` that holds for it."""
    category = ruling.category if ruling else categories_by_carc().get(carc, UNCATEGORIZED)
    chosen = _route_of(category, None if ruling else _table()["carc_actions"].get(carc))
    if ruling:
        chosen = replace(chosen, appealable=True)
    if carc == "227":
        chosen = replace(chosen, patient_contact=True)
    chosen = _with_remarks(chosen, carc, rarcs, is_ruled=ruling is not None)
    chosen = _as_ruled(chosen, ruling) if ruling else _with_group(chosen, group, carc)
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


def _as_ruled(chosen: Route, ruling: Ruling) -> Route:
    """What was decided stands, unless a remark says that this way is not open (MA130: no appeal, no replacement)."""
    is_shut = not chosen.appealable and ruling.way in _APPEALS
    if is_shut or (chosen.corrects_with == "new_claim" and ruling.way in _SENT_AGAIN):
        return replace(chosen, kind=ruling.kind)
    of_category = _table()["categories"].get(chosen.category, {})
    action = of_category["action"] if of_category.get("way") == ruling.way else WAYS[ruling.way]
    return replace(chosen, kind=ruling.kind, way=ruling.way, action=action)


def _with_remarks(chosen: Route, carc: str, rarcs: Sequence[str], *, is_ruled: bool) -> Route:
    telling = [entry for entry in _table()["remarks"] if set(entry["rarcs"]) & set(rarcs)]
    for entry in reversed(telling):  # the first in the table has the last word
        category = entry.get("category")
        if category and not is_ruled and (needs_remark(carc) or category == "non_billable"):
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
