"""Whether an account may be placed with an agency: facts in, every reason against it out (RULES 11, 12.8). Pure.

Placing is no extraordinary collection action (26 CFR 1.501(r)-6), but what the agency does is the practice's: so the
clocks of such actions are kept before placing as well. Every reason is named, not only the first: whoever puts one
right must know what is left. A reason says its rule, its source and, where only time is missing, the first day on which
it may be.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.dates import long_day
from arwork.lib.money import ZERO
from collections_app.agencies.states import BLOCK

#: What helps and has to be offered before (`help_offers` names the codes).
HELP = {"assistance": "financial assistance", "plan": "a payment plan"}
#: Why a placed account is called back, by the gate that closed after it was placed.
CALLS_BACK = {
    "bankruptcy": "bankruptcy", "cease": "cease", "attorney": "attorney", "deceased": "deceased", "nsa": "dispute",
    "dispute": "dispute", "assistance": "assistance", "appeal": "insurance", "insurance": "insurance",
    "paid_in_full": "insurance", "plan": "plan", "settlement": "plan", "license": "license", "agreement": "license",
    "paid_us": "paid_us",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlacementGate:
    """One reason against placing. `opens_on` is the first day on which it may be, where waiting alone does it."""

    code: str
    words: str
    source: str
    opens_on: dt.date | None = None
    is_warning: bool = False

    @property
    def sentence(self) -> str:
        """What a page says."""
        opens = f" From {long_day(self.opens_on)} on." if self.opens_on else ""
        return f"{self.words}.{opens} ({self.source})"


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    """What is known of an agency on a day. `licences` are the states in which one is in force; `takes` the states it
    may be given, none for all of those."""

    name: str
    is_active: bool
    minimum: Decimal
    licences: frozenset[str]
    takes: frozenset[str] = frozenset()
    has_agreement: bool = True
    needs_offers: bool = True
    time_barred: str = BLOCK


@dataclass(frozen=True, slots=True)
class PlacingFacts:
    """What bears on placing an account. Dollars; `owed` is what its patient owes.

    `first_statement_on` is the latest of the days on which its visits were first billed: several visits wait for the
    latest (26 CFR 1.501(r)-6(c)(4)(iii)); `unbilled` counts visits of which no statement was sent. `wait_days` and
    `wait_source` are those of the person's state. `holds` are codes with their words. `standing` says why nothing is
    asked for: a plan is kept, a promise is open. `eca` is what [26 CFR 1.501(r)] says where it binds.
    """

    account_id: int
    owed: Decimal
    state: str
    wait_days: int
    wait_source: str
    statements: int = 0
    statements_needed: int = 0
    first_statement_on: dt.date | None = None
    unbilled: int = 0
    eca: str = ""
    offered: frozenset[str] = frozenset()
    holds: Collection[tuple[str, str]] = ()
    standing: str = ""
    is_promised: bool = False
    is_planned: bool = False
    has_application: bool = False
    has_dispute: bool = False
    has_settlement: bool = False
    has_request: bool = False
    is_minor: bool = False
    is_estate: bool = False
    paid_in_full_by: str = ""
    at_payers: Decimal = ZERO
    at_others: Decimal = ZERO
    unapplied: Decimal = ZERO
    is_time_barred: bool = False
    has_address: bool = True
    placed_with: str = ""
    is_merged: bool = False


def why_not(account: PlacingFacts, agency: AgencyFacts, *, today: dt.date) -> list[PlacementGate]:
    """Every reason against placing; those that only warn come last."""
    found = [
        *_of_the_agency(account, agency),
        *_of_the_person(account),
        *_of_what_is_open(account),
        *_of_the_money(account, agency),
        *_of_the_clock(account, today),
        *_of_help(account, agency),
        *_of_age(account, agency),
    ]
    return sorted(found, key=lambda one: one.is_warning)


def may_be_placed(gates: Collection[PlacementGate]) -> bool:
    """Whether nothing but warnings was found."""
    return all(one.is_warning for one in gates)


def calls_back(gates: Collection[PlacementGate]) -> str:
    """Why an account that was placed should come back, as a code of `states.RECALL_REASONS`; "" where nothing does."""
    return next((CALLS_BACK[one.code] for one in gates if one.code in CALLS_BACK), "")


def _of_the_agency(account: PlacingFacts, agency: AgencyFacts) -> list[PlacementGate]:
    found = []
    if not agency.is_active:
        found.append(PlacementGate("inactive", f"Nothing is placed with {agency.name} any more", "your setup"))
    if not agency.has_agreement:
        found.append(
            PlacementGate(
                "agreement",
                f"{agency.name} has no business associate agreement in force",
                "45 CFR 164.502(e), 164.504(e)",
            )
        )
    if not account.state:
        found.append(PlacementGate("state", "Nobody knows in which state the person lives", "RULES 11.6"))
    elif account.state not in agency.licences:
        found.append(
            PlacementGate("license", f"{agency.name} has no license in force in {account.state}", "licenses by state")
        )
    elif agency.takes and account.state not in agency.takes:
        found.append(PlacementGate("license", f"{agency.name} takes nobody in {account.state}", "your contract"))
    return found


def _of_the_person(account: PlacingFacts) -> list[PlacementGate]:
    found = [
        PlacementGate(code, f"Nothing is placed while it is held: {words.lower()}", "RULES 11.8, 11.9")
        for code, words in account.holds
    ]
    held = {code for code, _ in account.holds}
    if account.is_minor:
        found.append(PlacementGate("minor", "Who answers for it is a minor", "RULES 11.8"))
    if account.is_estate and "deceased" not in held:
        found.append(PlacementGate("deceased", "It is an estate's", "RULES 11.8"))
    if account.paid_in_full_by:
        found.append(PlacementGate("paid_in_full", account.paid_in_full_by, "42 CFR 447.15; SSA 1902(n)(3)(B)"))
    if not account.has_address:
        found.append(
            PlacementGate("address", "There is no good address to send a validation notice to", "12 CFR 1006.34(c)")
        )
    return found


def _of_what_is_open(account: PlacingFacts) -> list[PlacementGate]:
    held = {code for code, _ in account.holds}
    gates = (
        (account.is_merged, "merged", "Another account stands for it", "your books"),
        (bool(account.placed_with), "placed", f"It is with {account.placed_with} already", "your books"),
        (account.has_dispute and "dispute" not in held, "dispute", "A dispute is open", "RULES 11.9"),
        (
            account.has_application and "assistance" not in held, "assistance", "Assistance was applied for",
            "26 CFR 1.501(r)-6(c)",
        ),
        (account.is_planned, "plan", "A payment plan is kept", "RULES 11.9"),
        (account.has_settlement, "settlement", "A settlement is offered or agreed", "RULES 11.9"),
        (account.has_request, "request", "A request for records is open", "RULES 12.5"),
        (account.is_promised, "promise", "A promise to pay is open", "what was agreed is kept"),
    )  # fmt: skip
    found = [PlacementGate(code, words, source) for holds, code, words, source in gates if holds]
    is_said = account.placed_with or account.is_planned or account.is_promised or account.has_settlement
    if account.standing and not is_said:
        found.append(PlacementGate("standing", f"Nothing is asked for now: {account.standing}", "RULES 11.9"))
    return found


def _of_the_money(account: PlacingFacts, agency: AgencyFacts) -> list[PlacementGate]:
    found = []
    if account.owed <= ZERO:
        found.append(PlacementGate("nothing", "The patient owes nothing", "your books"))
    elif account.owed < agency.minimum:
        found.append(
            PlacementGate("minimum", f"It owes less than the ${agency.minimum:,.2f} that it takes", "your contract")
        )
    if account.at_payers > ZERO:
        found.append(
            PlacementGate("insurance", f"${account.at_payers:,.2f} wait for the insurance's answer", "RULES 11.8")
        )
    if account.at_others > ZERO:
        found.append(
            PlacementGate(
                "third_party", f"${account.at_others:,.2f} are claimed from an employer, a carrier or an attorney",
                "RULES 11.8",
            )
        )  # fmt: skip
    if account.unapplied > ZERO:
        found.append(
            PlacementGate("unapplied", f"${account.unapplied:,.2f} of theirs are not on a visit yet", "RULES 4.4")
        )
    return found


def _of_the_clock(account: PlacingFacts, today: dt.date) -> list[PlacementGate]:
    if account.owed <= ZERO:
        return []
    found = []
    if account.unbilled or account.first_statement_on is None:
        found.append(PlacementGate("unbilled", "A visit of it was never billed to the patient", "42 CFR 413.89(e)"))
    elif (opens_on := account.first_statement_on + dt.timedelta(days=account.wait_days)) > today:
        words = f"{account.wait_days} days have to pass since the first statement of its latest visit"
        found.append(PlacementGate("wait", words, account.wait_source, opens_on))
    if account.statements < account.statements_needed:
        found.append(
            PlacementGate(
                "statements", f"{account.statements} of {account.statements_needed} statements were sent",
                "your policy; 42 CFR 413.89(e)",
            )
        )  # fmt: skip
    if account.eca:
        found.append(PlacementGate("eca", account.eca.rstrip("."), "26 CFR 1.501(r)-6"))
    return found


def _of_help(account: PlacingFacts, agency: AgencyFacts) -> list[PlacementGate]:
    missing = [words for code, words in HELP.items() if code not in account.offered]
    if not agency.needs_offers or not missing:
        return []
    return [PlacementGate("help", f"They were never offered {' nor '.join(missing)}", "your policy; RULES 11.1, 11.6")]


def _of_age(account: PlacingFacts, agency: AgencyFacts) -> list[PlacementGate]:
    if not account.is_time_barred:
        return []
    words = "It is too old to sue for, and has to be said to be"
    return [PlacementGate("time_barred", words, "12 CFR 1006.26", is_warning=agency.time_barred != BLOCK)]
