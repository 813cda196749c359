"""What becomes of the text of a claim for each purpose: frequency, the payer's number, who it goes to. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from claims.billing.submitted_claims import INTERIM
from claims.edi.x12.claim_text import ClaimText, Segment
from collections_app.outgoing_claims.earlier_payers import PayerDecision, with_decisions
from collections_app.outgoing_claims.fields import read_field, write_field

ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"
FREQUENCIES = {"corrected": REPLACEMENT, "void": VOID, "new": ORIGINAL, "again": ORIGINAL, "next_payer": ORIGINAL}


def for_purpose(text: ClaimText, purpose: str, *, icn: str) -> ClaimText:
    """The claim with the frequency of its purpose (CLM05-3; a hospital's interim bill that goes out as it was stays
    one), and with the payer's number (REF*F8) where it corrects or voids what that payer has, else without any (RULES
    8.1)."""
    frequency = FREQUENCIES[purpose]
    is_interim = text.form == "I" and read_field(text, "frequency") in INTERIM
    after = text if frequency == ORIGINAL and is_interim else write_field(text, "frequency", frequency)
    return write_field(after, "icn", icn if frequency != ORIGINAL else "")


def to_next_payer(text: ClaimText, subscriber: ClaimText, decisions: Sequence[PayerDecision]) -> ClaimText:
    """The claim to another payer: subscriber, payer and patient as `subscriber` has them, all else as it was sent, with
    what the earlier payers decided. Numbers that the earlier payer gave (F8, G1, 9F) stay behind."""
    claim = _without_numbers(text.claim, ("F8", "G1", "9F"))
    moved = replace(text, subscriber=subscriber.subscriber, patient=subscriber.patient, claim=claim)
    return with_decisions(moved, decisions)


def _without_numbers(claim: Sequence[Segment], qualifiers: Sequence[str]) -> tuple[Segment, ...]:
    end = next((index for index, e in enumerate(claim) if e[0] in ("NM1", "SBR", "LX")), len(claim))
    return tuple(e for index, e in enumerate(claim) if index >= end or e[0] != "REF" or e[1] not in qualifiers)
