"""Which routes out of a denial are lawful and sensible, one by one, and why the others are not. Pure (RULES 7, 8).

Each gate answers for one route: open or not, in words with their source, and which window binds it. That a window has
closed is not a gate's to say: `route_options` counts the days.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from arwork.lib.dated_rules import read_seed
from arwork.lib.dates import short_day
from claims.denials.routing import needs_remark
from collections_app.routes.route_facts import PayerKind, RouteFacts

SEED = Path(__file__).parent / "seeds" / "routes.yaml"


class RouteCode(StrEnum):
    """A way out of a denial that somebody can choose; in the order in which equals are shown."""

    CORRECTED = "corrected_claim"
    NEW = "new_claim"
    REOPENING = "reopening"
    RECORDS = "records"
    APPEAL = "appeal"
    PEER = "peer_to_peer"
    ARBITRATION = "arbitration"
    NEXT_PAYER = "next_payer"
    PATIENT = "ask_patient"
    CALL = "call"
    VOID = "void_claim"
    LATE = "late_exception"
    WRITE_OFF = "write_off"
    NOTHING = "nothing"


#: What the reason asks for (`claims.denials.routing.WAYS`) as a route. Ways that send the claim again depend on what
#: the payer takes: `claim_route`.
_ROUTE_OF_WAY = {
    **dict.fromkeys(("agreement", "appeal_proof", "appeal_records", "dispute", "next_level"), RouteCode.APPEAL),
    **dict.fromkeys(
        ("benefit", "earlier_payment", "forwarded", "meaning", "original", "remark", "status", "verify"), RouteCode.CALL
    ),
    **dict.fromkeys(("next_payer", "other_carrier", "right_payer"), RouteCode.NEXT_PAYER),
    "exception": RouteCode.WRITE_OFF,
    "new_claim": RouteCode.NEW,
    "nothing": RouteCode.NOTHING,
    "patient": RouteCode.PATIENT,
    "records": RouteCode.RECORDS,
    "write_off": RouteCode.WRITE_OFF,
}
CLAIM_WAYS = ("authorization", "correct", "enrollment", "modifier", "reopening", "with_eob")
#: What is mended on the claim itself; a clerical error reopening mends what was written down wrongly, no judgment.
_MENDED = frozenset((
    "coding", "authorization", "missing_info", "duplicate", "bundling", "documentation", "cob_data", "credentialing",
    "other", "uncategorized",
))  # fmt: skip
_JUDGED = frozenset(("medical_necessity", "non_covered", "benefit_limit", "network", "pricing"))
#: What the next payer takes over with the first one's refusal in hand.
_PASSED_ON = frozenset((
    "benefit_limit", "cob", "cob_data", "eligibility", "network", "non_billable", "non_covered", "other_party",
    "patient_share",
))  # fmt: skip
_OF_PATIENT = frozenset(("cob", "cob_data", "eligibility", "other_party"))
_CLINICAL = frozenset(("medical_necessity", "authorization"))
_WITHOUT_REVIEW = (
    PayerKind.MEDICARE_A, PayerKind.MEDICARE_B, PayerKind.MEDICAID, PayerKind.WORKERS_COMP, PayerKind.AUTO,
)  # fmt: skip
_PRIVATE = (PayerKind.COMMERCIAL, PayerKind.SELF_FUNDED)
NEVER_PROCESSED = "MA130"


@dataclass(frozen=True, slots=True)
class RouteGate:
    """Whether a route is open but for its days: why (not), where that stands, and the kind of window that binds it.
    `label` is its name where that depends on who pays."""

    is_open: bool
    why: str
    source: str = ""
    window: str = ""
    label: str = ""


def gate_of(code: RouteCode, facts: RouteFacts) -> RouteGate:
    """The gate of one route."""
    if facts.way.way == "nothing" and code is not RouteCode.NOTHING:
        return _shut(f"{facts.reason} repeats what the payer before did: there is nothing to win", "RULES 1.5")
    return _GATES[code](facts)


def asked_route(facts: RouteFacts) -> RouteCode:
    """The route that the reason of the denial asks for, as this payer takes it."""
    way = facts.way
    return claim_route(facts) if way.way in CLAIM_WAYS else _ROUTE_OF_WAY.get(way.way, RouteCode.CALL)


def claim_route(facts: RouteFacts) -> RouteCode:
    """How this payer takes a claim with an error of ours put right; a call where its number has to be asked for first
    (RULES 8.1, 8.2)."""
    if facts.way.corrects_with == "new_claim":
        return RouteCode.NEW
    if facts.way.corrects_with == "reopening" and facts.kind is PayerKind.MEDICARE_B:
        return RouteCode.REOPENING
    return RouteCode.CORRECTED if facts.way.corrects_with and facts.has_icn else RouteCode.CALL


@cache
def routes_seed() -> Mapping[str, Any]:
    """`seeds/routes.yaml`."""
    return dict(read_seed(SEED))


def appeal_level_label(kind: PayerKind, level: int) -> tuple[str, str]:
    """What the appeal of a level is called with such a payer, and where it stands; "" beyond the last level."""
    entry = routes_seed()["appeals"][kind.value]
    levels = entry["levels"]
    if not 1 <= level <= len(levels):
        return "", str(entry["source"])
    return f"{levels[level - 1]} (level {level} of {len(levels)})", str(entry["source"])


def _shut(why: str, source: str = "", window: str = "", label: str = "") -> RouteGate:
    return RouteGate(is_open=False, why=why, source=source, window=window, label=label)


def _open(why: str, source: str = "", window: str = "", label: str = "") -> RouteGate:
    return RouteGate(is_open=True, why=why, source=source, window=window, label=label)


def _sent_again(facts: RouteFacts) -> str:
    if facts.sent_again_on is None:
        return ""
    return f"it was sent again on {short_day(facts.sent_again_on)} and not answered yet: once more is a duplicate"


def _is_never_processed(facts: RouteFacts) -> bool:
    return facts.way.corrects_with == "new_claim"


def _new_claim(facts: RouteFacts) -> RouteGate:
    window = "filing" if facts.bucket == "PAYER1" else "filing_secondary"
    if not _is_never_processed(facts):
        return _shut("the payer has decided it: sent as new it comes back as a duplicate (CO-18)", "RULES 8.2, 9.3")
    if again := _sent_again(facts):
        return _shut(again, "RULES 9.3")
    named = NEVER_PROCESSED if NEVER_PROCESSED in facts.rarcs else "the remark"
    return _open(f"{named}: it was never processed; put it right and send it as new", "RULES 8.2", window)


def _sending_again(facts: RouteFacts) -> RouteGate | None:
    """What shuts every route that puts the same claim right."""
    category = facts.way.category
    if facts.way.kind == "none":
        return _shut(f"nothing on the claim is wrong: {facts.way.label}", "RULES 7.2")
    if _is_never_processed(facts):
        named = NEVER_PROCESSED if NEVER_PROCESSED in facts.rarcs else "the remark asks for a new claim"
        return _shut(f"{named}: it was never processed, so there is nothing to put right there", "RULES 8.2")
    if category == "timely_filing":
        return _shut("it came too late; sent again it comes later still", "RULES 7.2")
    if category not in _MENDED | _JUDGED and facts.way.way not in CLAIM_WAYS:
        return _shut(f"nothing written on the claim mends this: {facts.way.label}", "RULES 7.2")
    if again := _sent_again(facts):
        return _shut(again, "RULES 9.3")
    return None


def _corrected(facts: RouteFacts) -> RouteGate:
    if shut := _sending_again(facts):
        return shut
    if facts.kind is PayerKind.MEDICARE_B:
        return _shut("Medicare Part B takes no frequency 7: a minor error is reopened", "RULES 8.2")
    if not facts.has_icn:
        return _shut("the payer's claim number (ICN) is not known; REF*F8 must name it: ask for it", "RULES 8.1")
    if facts.way.category == "duplicate":
        why = "only for a true repeat, with modifier 76, 77 or 59: look for the original first"
        return _open(why, "RULES 7.2", "corrected")
    if facts.kind is PayerKind.MEDICARE_A:
        return _open("an adjustment claim, type of bill xx7, that names the ICN", "RULES 8.2", "corrected")
    return _open("an error of ours is put right; it names the ICN and is no appeal", "RULES 8.1", "corrected")


def _reopening(facts: RouteFacts) -> RouteGate:
    if not facts.kind.is_medicare:
        return _shut("only Medicare's contractors reopen for a clerical error", "42 CFR 405.980")
    if shut := _sending_again(facts):
        return shut
    if facts.way.category in _JUDGED:
        return _shut("a clerical error reopening mends a minor error, no judgment", "42 CFR 405.980(a)(3)")
    return _open("a minor error or omission: by phone, portal or form", "42 CFR 405.980, RULES 8.2", "corrected")


def _void(facts: RouteFacts) -> RouteGate:
    if facts.kind is PayerKind.MEDICARE_B:
        return _shut("Medicare Part B takes no frequency 8", "RULES 8.2")
    if _is_never_processed(facts):
        return _shut("it was never processed, so there is nothing to take back", "RULES 8.2")
    if facts.paid <= 0:
        return _shut("this payer paid nothing that a void would take back", "RULES 8.1")
    if facts.way.category not in _OF_PATIENT | {"duplicate"}:
        return _shut("what it paid stays right; only a claim that it should not have had is taken back", "RULES 8.1")
    if not facts.has_icn:
        return _shut("the payer's claim number (ICN) is not known; REF*F8 must name it: ask for it", "RULES 8.1")
    return _open("takes back what it paid before the right payer is billed", "RULES 8.1", "corrected")


def _appeal(facts: RouteFacts) -> RouteGate:
    label, source = appeal_level_label(facts.kind, facts.level)
    window = f"appeal_{facts.level}"
    if _is_never_processed(facts) and not facts.way.appealable:
        return _shut(f"{NEVER_PROCESSED}: it was never processed, so there is no appeal", "RULES 8.2", label="Appeal")
    if facts.kind.is_medicare and facts.way.category == "timely_filing":
        return _shut("an untimely claim gets no initial determination, so there is no appeal", "42 CFR 405.926(n)")
    if not facts.way.appealable:
        return _shut(f"nothing was decided against us: {facts.way.label}", "RULES 7.2")
    if facts.is_appealed:
        return _shut("an appeal is under way and its decision awaited", "RULES 8.8")
    if not label:
        return _shut("every level is used", "RULES 8.9")
    if facts.way.category == "duplicate":
        return _shut("look for the original first: what it decided is what would be appealed", "RULES 7.2")
    return _open(_argument(facts), source, window, label)


def _argument(facts: RouteFacts) -> str:
    if facts.way.category == "timely_filing":
        return "with the proof that it was sent in time (277CA, 999 or the clearinghouse's report)"
    if facts.way.category in _CLINICAL | {"documentation", "non_covered"}:
        return "the payer is wrong, and the records show it"
    if facts.kind is PayerKind.MEDICAID_MANAGED:
        return "the payer is wrong; the member's consent goes with it, a payment dispute follows the contract"
    return "the payer is wrong: what it decided, and why that is not right"


def _peer(facts: RouteFacts) -> RouteGate:
    if facts.kind in _WITHOUT_REVIEW:
        return _shut("this payer has no reviewer to talk to: it decides on paper", "RULES 8.1")
    if facts.way.category not in _CLINICAL or not facts.way.appealable:
        return _shut("a doctor talks to a doctor about care, and this denial is not about care", "RULES 8.1")
    if facts.level > 1 or facts.is_appealed:
        return _shut("it comes before the appeal, which is under way", "RULES 8.1")
    return _open("the treating doctor talks to the payer's; many payers allow 7 to 14 days: call first", "RULES 8.1")


def _arbitration(facts: RouteFacts) -> RouteGate:
    codes = routes_seed()["arbitration"]
    if facts.kind not in _PRIVATE:
        return _shut("the No Surprises Act reaches group and individual plans alone", "45 CFR 149.30")
    if told := [code for code in facts.rarcs if code in codes["shuts"]]:
        return _shut(f"{told[0]}: a state, an agreement or a decision has set the rate", "45 CFR 149.510")
    if not any(code in codes["opens"] for code in facts.rarcs):
        return _shut("the remittance names no code of the No Surprises Act", "45 CFR 149.510, 91 FR 33900")
    why = "30 business days of open negotiation first, then 4 to start arbitration"
    return _open(why, "45 CFR 149.510(b)", "negotiation")


def _next_payer(facts: RouteFacts) -> RouteGate:
    if facts.is_forwarded:
        return _shut("the payer sent it on itself: ours would be a duplicate", "RULES 3.1")
    if facts.way.category not in _PASSED_ON:
        return _shut("this denial is cured first: the next payer would repeat it", "RULES 3.1")
    if not facts.other_payers:
        return _shut("no other coverage is on file: the patient has to name it", "RULES 7.2")
    return _open(f"{facts.other_payers[0]}, with this payer's answer", "RULES 3.1, 7.2", "next")


def _records(facts: RouteFacts) -> RouteGate:
    way = facts.way
    if _is_never_processed(facts):
        return _shut("it was never processed: nobody reads records to it", "RULES 8.2")
    if way.way != "records" and way.deadline_kind != "records" and way.category != "documentation":
        return _shut("nobody asked for records; with an appeal they go in its packet", "RULES 7.2")
    if "records" in facts.kept:
        return _shut("what the payer asked for was sent, and its answer is awaited", "RULES 9.3")
    return _open("the payer asked for them: send them and keep the proof", "RULES 7.2, 16", "records")


def _patient(facts: RouteFacts) -> RouteGate:
    way = facts.way
    if way.category == "non_billable":
        return _shut("the patient may not be asked for it", "RULES 7.2")
    if way.patient_contact or way.way == "patient":
        return _open("the payer waits for the patient's answer", "RULES 7.2, row 227")
    if way.category in _OF_PATIENT:
        return _open("only the patient knows: other coverage, an accident, a new card", "RULES 7.2")
    if facts.group == "PR":
        return _open("PR: what no payer owes is the patient's", "RULES 1.5")
    return _shut("the patient has nothing that this payer waits for, and owes nothing of it", "RULES 1.5")


def _call(facts: RouteFacts) -> RouteGate:
    if facts.way.remark_missing or (needs_remark(facts.carc) and not facts.rarcs):
        return _open(f"{facts.reason} says nothing without its remark code: ask for it", "RULES 7.1")
    if facts.way.way in CLAIM_WAYS and not facts.has_icn and asked_route(facts) is RouteCode.CALL:
        return _open("the payer's claim number (ICN) is not known: a corrected claim must name it", "RULES 8.1")
    return _open("ask how it stands, and what would get it paid", "RULES 9.3")


def _late(facts: RouteFacts) -> RouteGate:
    if facts.way.kind == "none":
        return _shut(f"no window is missed: {facts.way.label}", "RULES 7.2")
    if facts.kind.is_medicare and facts.way.category == "timely_filing":
        return _open("an exception with documents reopens it, nothing else does", "42 CFR 424.44(b)")
    if facts.way.category == "timely_filing":
        return _open("a fault of the payer, or coverage that was found late, with documents", "RULES 7.2")
    source = "42 CFR 405.942(b), 405.980(b)(2)" if facts.kind.is_medicare else "RULES 8.9"
    return _open("good cause, once nothing else is left", source)


def _write_off(facts: RouteFacts) -> RouteGate:
    if facts.way.kind == "none" and facts.way.category != "non_billable":
        return _shut(f"nothing was refused that could be given up: {facts.way.label}", "RULES 7.2")
    if facts.group == "PR" and facts.way.category != "non_billable":
        return _shut("PR is the patient's: it is asked for or helped with, not written off here", "RULES 1.5")
    return _open("a supervisor approves it; CO is never the patient's", "RULES 8.9")


def _nothing(facts: RouteFacts) -> RouteGate:
    if facts.way.way == "nothing":
        return _open(f"{facts.reason} repeats what the payer before did", "RULES 1.5, 3.2")
    return _shut("money is open here: doing nothing loses it without a decision", "RULES 14.6")


_GATES: dict[RouteCode, Callable[[RouteFacts], RouteGate]] = {
    RouteCode.CORRECTED: _corrected,
    RouteCode.NEW: _new_claim,
    RouteCode.REOPENING: _reopening,
    RouteCode.RECORDS: _records,
    RouteCode.APPEAL: _appeal,
    RouteCode.PEER: _peer,
    RouteCode.ARBITRATION: _arbitration,
    RouteCode.NEXT_PAYER: _next_payer,
    RouteCode.PATIENT: _patient,
    RouteCode.CALL: _call,
    RouteCode.VOID: _void,
    RouteCode.LATE: _late,
    RouteCode.WRITE_OFF: _write_off,
    RouteCode.NOTHING: _nothing,
}
