"""What goes along with an appeal, by category of denial: what we make, and what somebody has to bring. Pure.

Records answer a medical question, the authorization proves itself, an acceptance of the claim proves that it was filed
in time (RULES 9.2); what a category wants and nobody brought is missing until it is left out with a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Codes of what may go along, in the order of a packet, with their words. The first four we make ourselves.
KINDS = {
    "letter": "Letter",
    "remittance": "Remittance page",
    "claim": "Claim page",
    "timely_proof": "Proof of timely filing",
    "records": "Medical records",
    "authorization": "Proof of authorization",
    "eligibility": "Proof of coverage",
    "contract": "Contract clause",
    "policy": "Payer’s policy",
    "form": "Payer’s form",
    "consent": "Consent, assignment or waiver",
    "eob": "Decision of another payer",
    "other": "Something else",
}
MADE = ("letter", "remittance", "claim", "timely_proof")
_ALWAYS = ("letter", "remittance", "claim")
_WANTED: dict[str, tuple[str, ...]] = {
    "medical_necessity": ("records", "policy"),
    "authorization": ("authorization", "records"),
    "timely_filing": ("timely_proof",),
    "bundling": ("records",),
    "coding": ("records",),
    "documentation": ("records",),
    "missing_info": ("records",),
    "duplicate": ("records",),
    "eligibility": ("eligibility",),
    "cob": ("eob",),
    "cob_data": ("eob",),
    "pricing": ("contract",),
    "non_covered": ("policy",),
    "benefit_limit": ("policy",),
}


@dataclass(frozen=True, slots=True)
class ChecklistEntry:
    """One line of the checklist. `state` is `made` (we make it), `here` (it was brought), `missing` or `left_out`;
    `why` is the reason of the last."""

    code: str
    label: str
    state: str
    why: str = ""

    @property
    def is_missing(self) -> bool:
        return self.state == "missing"


def wanted(category: str, *, needs: str = "", has_form: bool = False) -> tuple[str, ...]:
    """What a packet of this category should hold, in its order. `needs` says that the level wants a consent, an
    assignment or a waiver (`appeal_levels.NEEDS`); `has_form` that the payer has a form."""
    found = {*_ALWAYS, *_WANTED.get(category, ())}
    found |= {"consent"} if needs else set()
    found |= {"form"} if has_form else set()
    return tuple(code for code in KINDS if code in found)


def checklist(
    codes: Sequence[str], *, brought: Sequence[str], left_out: Mapping[str, str], has_proof: bool
) -> list[ChecklistEntry]:
    """The checklist of a case: what is wanted and what was brought beyond it, each with where it stands. The proof of
    timely filing is made where an acceptance is known, else somebody brings it."""
    found = []
    for code in KINDS:
        if code not in codes and code not in brought:
            continue
        if code in brought:
            state = "here"
        elif code in left_out:
            state = "left_out"
        else:
            is_made = code in MADE and (code != "timely_proof" or has_proof)
            state = "made" if is_made else "missing"
        found.append(ChecklistEntry(code, KINDS[code], state, left_out.get(code, "")))
    return found
