"""What the books hold of a bill that was read: under its number, or under another one, as its counterpart."""

from collections.abc import Sequence
from dataclasses import replace

from claims.billing import selectors as billing_facts
from claims.billing.submitted_claims import KnownClaim
from claims.edi.translate_837 import TranslatedClaim
from claims.parties import services as parties

KnownBill = tuple[TranslatedClaim, KnownClaim | None]

SEVERAL = (
    "It may be another submission of one of several claims of this patient and day under other numbers, and was opened "
    "beside them. Compare them, and void the one that is not billed."
)
REPEATED = (
    "The same patient, first day, charge and services as claim {number}. It is in the books under its own number, and "
    "counted beside that one until somebody decides: the same claim, or two visits (Money, Possible duplicates)."
)


def with_known_claims(bills: Sequence[TranslatedClaim]) -> list[KnownBill]:
    """Each bill with what the books hold under its number."""
    known = billing_facts.known_claims_of([one.bill for one in bills]) if bills else []
    return list(zip(bills, known, strict=True))


def with_counterparts(found: Sequence[KnownBill]) -> tuple[list[KnownBill], list[TranslatedClaim]]:
    """Bills under unknown numbers with the claim that they are another submission of, where there is one; and those of
    which several may be meant."""
    missing = [one for one, known in found if known is None]
    met = billing_facts.counterparts_of([(one.bill, one.patient_key) for one in missing]) if missing else []
    alone = {one.bill.source: claims[0] for one, claims in zip(missing, met, strict=True) if len(claims) == 1}
    several = [one for one, claims in zip(missing, met, strict=True) if len(claims) > 1]
    return [(one, known or alone.get(one.bill.source)) for one, known in found], several


def with_patient_keys(bills: Sequence[TranslatedClaim]) -> list[TranslatedClaim]:
    """Each bill with the match key by which its patient stands in the books. Two queries a practice."""
    keys = parties.standing_keys([(one.bill.practice_id, one.patient) for one in bills])
    return [replace(one, patient_key=key) for one, key in zip(bills, keys, strict=True)]
