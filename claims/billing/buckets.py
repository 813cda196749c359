"""Who owes a dollar: the buckets of the books, each once, with its words and its place among the payers. Pure.

A claim goes to its payers in order: primary, secondary, tertiary (SBR01 says which: P, S, T). What they leave is the
patient's or another party's, and what an agency collects is the agency's (RULES 1.3).
"""

from enum import StrEnum


class Bucket(StrEnum):
    """Who owes. Sorts in the order in which they are asked."""

    PAYER1 = "PAYER1"
    PAYER2 = "PAYER2"
    PAYER3 = "PAYER3"
    PATIENT = "PATIENT"
    OTHER = "OTHER"
    AGENCY = "AGENCY"

    @property
    def short(self) -> str:
        """For a column or a choice: `Primary`."""
        return _SHORT[self]

    @property
    def label(self) -> str:
        """By itself: `Primary payer`."""
        return f"{self.short} payer" if self in PAYERS else {"OTHER": "Other party"}.get(self, self.short)

    @property
    def party(self) -> str:
        """In the middle of a sentence: `the primary payer`."""
        return "another party" if self == "OTHER" else f"the {self.label.lower()}"


_SHORT: dict[str, str] = {
    "PAYER1": "Primary",
    "PAYER2": "Secondary",
    "PAYER3": "Tertiary",
    "PATIENT": "Patient",
    "OTHER": "Other",
    "AGENCY": "Agency",
}
BUCKETS = tuple(bucket.value for bucket in Bucket)
PAYERS = BUCKETS[:3]
#: The patient's share stands with the patient, or with the agency that collects it.
PATIENT_SIDE = ("PATIENT", "AGENCY")
#: Who sends to whom as what: SBR01 of a claim.
SEQUENCES = dict(zip(PAYERS, "PST", strict=True))
CHOICES = [(bucket.value, bucket.label) for bucket in Bucket]
SHORT_CHOICES = [(bucket.value, bucket.short) for bucket in Bucket]


def ordinal(sequence: str) -> str:
    """`S` as people say it: `secondary`; an unknown one as it is."""
    return next((Bucket(one).short.lower() for one, sent_as in SEQUENCES.items() if sent_as == sequence), sequence)


def next_payer(bucket: str) -> str:
    """The payer that is billed after this one; "" after the last."""
    return dict(zip(PAYERS, PAYERS[1:], strict=False)).get(bucket, "")
