"""The letter of an appeal and the argument for each category, as kinds of letters: admins change them as texts.

One letter for all; where it says `[argument]` the words for the category stand. Which category has which argument is
said here; a category without one has the general.
"""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from collections_app.letters.blocks import LetterBlock
from collections_app.letters.kinds import FactShape, LetterGroup, LetterKind, MergeField

SEED = Path(__file__).parent / "seeds" / "letters.yaml"
_DAY, _MONEY, _WORDS = FactShape.DAY, FactShape.MONEY, FactShape.WORDS
#: The facts that the letter and every argument may name.
FIELDS = (
    MergeField("level_name", "the level: Redetermination, First-level appeal"),
    MergeField("payer", "the payer"),
    MergeField("patient", "the patient"),
    MergeField("claim_number", "our number of the claim"),
    MergeField("service_days", "the days of service"),
    MergeField("charge", "what the claim charges", _MONEY),
    MergeField("denied", "what was denied", _MONEY),
    MergeField("denied_on", "the day on the notice", _DAY),
    MergeField("reasons", "the reason codes in words"),
    MergeField("codes", "the procedures with their modifiers"),
    MergeField("icn", "the payer’s number of the claim", is_optional=True),
    MergeField("member_id", "the member id", is_optional=True),
    MergeField("diagnoses", "the diagnoses", is_optional=True),
    MergeField("auth", "the authorization number of the claim", is_optional=True),
    MergeField("filed_on", "the day the claim was first sent", _DAY, is_optional=True),
    MergeField("proof", "the acceptance of the claim", is_optional=True),
    MergeField("clause", "the clause of the contract or policy", _WORDS, is_optional=True),
    MergeField("points", "what is said of this claim alone", _WORDS, is_optional=True),
    MergeField("forms", "the payer’s form that goes along", is_optional=True),
)
_SAMPLE: dict[str, Any] = {
    "level_name": "First-level appeal", "payer": "Meridian Choice", "patient": "Gus Guarino",
    "claim_number": "C000123", "service_days": "September 14, 2026", "charge": Decimal("240.00"),
    "denied": Decimal("240.00"), "denied_on": dt.date(2026, 10, 20), "codes": "99214, 85025",
    "reasons": "CO-50: not deemed a medical necessity by the payer", "icn": "2026293001", "member_id": "M100",
    "diagnoses": "E11.9", "auth": "A-77120", "filed_on": dt.date(2026, 9, 16),
    "proof": "277CA of September 18, 2026", "clause": "4.2 Covered services are paid at 110 percent of the schedule.",
    "points": "The patient had tried two other drugs before.", "forms": "Provider appeal request",
}  # fmt: skip


def _line(words: str) -> dict[str, Any]:
    return {"kind": "paragraph", "lines": [[{"text": words, "bold": False}]]}


_BLOCKS_SHOWN: dict[str, Any] = {
    "argument": {"kind": "group", "elements": [_line("The argument for the category of the denial stands here.")]},
    "about": {"kind": "box", "title": "The claim", "rows": [{"label": "Claim", "value": "C000123"}]},
    "services": {
        "kind": "table",
        "title": "What was denied",
        "columns": [{"label": "Service", "wide": True}, {"label": "Denied", "align": "right"}],
        "rows": [["99214", "$240.00"]],
        "total": None,
    },
}
LETTER = LetterKind(
    "appeal_letter", "Appeal: the letter", LetterGroup.APPEALS, FIELDS,
    blocks=(LetterBlock("argument", "the argument for the category"), LetterBlock("about", "the claim in a box"),
            LetterBlock("services", "the services that were denied")),
    must=("argument", "denied"), seed=SEED, is_written=False, sample=_SAMPLE | _BLOCKS_SHOWN,
    does="To a payer: asks to overturn a denial. The argument for its category stands where it says [argument]",
)  # fmt: skip
#: Categories with an argument of their own, in words; `GENERAL` for all others.
ARGUED = {
    "medical_necessity": "medical necessity", "authorization": "authorization", "timely_filing": "timely filing",
    "bundling": "bundling", "coding": "coding", "non_covered": "coverage of the service",
    "eligibility": "coverage of the patient", "documentation": "information and records", "duplicate": "duplicate",
    "pricing": "a reduction",
}  # fmt: skip
GENERAL = "general"
_SHARED = {
    "missing_info": "documentation", "cob": "eligibility", "cob_data": "eligibility", "other_party": "eligibility",
    "benefit_limit": "non_covered", "network": "non_covered",
}  # fmt: skip


def argument_code(category: str) -> str:
    """The kind of text that argues a category of denials."""
    name = category if category in ARGUED else _SHARED.get(category, GENERAL)
    return f"appeal_why_{name}"


ARGUMENTS = tuple(
    LetterKind(
        f"appeal_why_{name}", f"Appeal, argument: {label}", LetterGroup.APPEALS, FIELDS, seed=SEED, is_written=False,
        sample=_SAMPLE, does=f"The part of an appeal that argues {label}",
    )
    for name, label in {**ARGUED, GENERAL: "any other reason"}.items()
)  # fmt: skip
KINDS = (LETTER, *ARGUMENTS)
