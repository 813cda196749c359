"""Who may be asked instead: which bucket of a claim may be moved to which, for which reason. Pure.

A denial for a contractual reason (CO) leaves nothing that a patient may be asked for (RULES 1.5), and neither does
Medicaid or a Qualified Medicare Beneficiary (RULES 11.3): the payer's payment is payment in full. What is not covered
may be the patient's where a notice was signed before the service (ABN).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from claims.billing.buckets import PATIENT_SIDE, PAYERS, Bucket


class TransferReason(NamedTuple):
    """Why something is moved, in words, and to whom it may be for that reason."""

    words: str
    targets: frozenset[str]


_TO_PAYERS, _TO_PATIENT = frozenset(PAYERS), frozenset({"PATIENT"})
ABN = "abn"
REASONS: dict[str, TransferReason] = {
    "patient": TransferReason("The payer calls it the patient's (PR)", _TO_PATIENT),
    ABN: TransferReason("Not covered, and the patient signed a notice before (ABN)", _TO_PATIENT),
    "no_coverage": TransferReason("No coverage on the day of service", _TO_PATIENT | _TO_PAYERS),
    "coverage": TransferReason("Another coverage answers for it", _TO_PAYERS),
    "order": TransferReason("Payers answer in another order", _TO_PAYERS),
    "third_party": TransferReason("Another party is liable: employer, carrier, attorney", frozenset({"OTHER"})),
    "placed": TransferReason("Placed with an agency", frozenset({"AGENCY"})),
    "recalled": TransferReason("Taken back from the agency", _TO_PATIENT),
    "mistake": TransferReason("It stood with the wrong party", frozenset(Bucket) - {"AGENCY"}),
}


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """What a transfer is judged by. Dollars.

    `payers` names the payer of each rank that the patient has coverage with. `denied` are open contractual denials in
    the bucket it leaves, in words; `holds` why nobody may ask the patient now, in words.
    """

    origin: str
    target: str
    amount: Decimal
    owed: Decimal
    payers: Mapping[str, str]
    is_void: bool = False
    denied: Collection[str] = ()
    paid_in_full: str = ""
    holds: Collection[str] = ()


class TransferRefusal(NamedTuple):
    """Why not, and at which field to say so."""

    field: str
    why: str


def refusal(facts: TransferFacts, reason: str) -> TransferRefusal | None:
    """Why it may not be moved; None where nothing speaks against it."""
    origin, target = Bucket(facts.origin), Bucket(facts.target)
    if facts.is_void:
        return TransferRefusal("target", "The claim is void: nobody owes anything of it.")
    if facts.origin == facts.target:
        return TransferRefusal("target", f"It is {origin.party}'s already.")
    if not 0 < facts.amount <= facts.owed:
        return TransferRefusal("amount", f"{_begun(origin.party)} owes ${facts.owed:,.2f}; move at most that.")
    if facts.target in PAYERS and facts.target not in facts.payers:
        return TransferRefusal("target", f"The patient has no {target.label.lower()} here. Add the coverage first.")
    if reason not in REASONS:
        return TransferRefusal("reason", "Choose why.")
    if facts.target not in REASONS[reason].targets:
        return TransferRefusal("reason", f"That is no reason to move it to {target.party}. Choose another.")
    if facts.target == "AGENCY" and facts.origin != "PATIENT":
        return TransferRefusal("target", "Only what the patient owes is placed with an agency. Move it there first.")
    if facts.target == "AGENCY" and facts.holds:
        return TransferRefusal("target", f"Nothing may be placed now: {', '.join(facts.holds)}.")
    if facts.target in PATIENT_SIDE and facts.origin not in PATIENT_SIDE:
        return _to_patient(facts, reason)
    return None


def _to_patient(facts: TransferFacts, reason: str) -> TransferRefusal | None:
    if facts.paid_in_full:
        return TransferRefusal("target", facts.paid_in_full)
    if facts.denied and reason != ABN:
        denied = ", ".join(facts.denied)
        return TransferRefusal(
            "target",
            f"The payer denied it as contractual ({denied}): a patient is never asked for that (group CO). Appeal it,"
            " correct the claim or propose a write-off; where a notice was signed before the service, say so as the"
            " reason.",
        )
    return None


def consequences(facts: TransferFacts) -> list[str]:
    """What follows, to be read before it is confirmed."""
    origin, target = Bucket(facts.origin), Bucket(facts.target)
    said = [f"The balance of the claim stays as it is: {target.party} owes the ${facts.amount:,.2f} from today."]
    if facts.target == "PATIENT":
        said.append("The patient will see it on the next bill, and its statement clock starts today.")
    if facts.origin in PAYERS:
        said.append(f"The windows against {facts.payers.get(facts.origin, origin.party)} stay as they are.")
    if facts.target in PAYERS:
        said.append(f"{facts.payers[facts.target]} has to be billed: mark the claim to be billed again if it was not.")
    if facts.origin == "PATIENT":
        said.append("Nobody asks the patient for it any more; what the patient has paid stays.")
    if facts.target == "AGENCY":
        said.append("The agency collects it; the desk does not.")
    said.append("It stands, whatever else is posted, until somebody undoes it.")
    return said


def _begun(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
