"""What the tests of duplicates share: the doors of intake, and how the books stand, in one value."""

from typing import Any

from claims.billing.models import Claim, ClaimLine, ClaimNumber, Submission
from claims.denials.models import Denial
from claims.ledger.models import Receivable
from claims.ledger.verify import verify
from claims.parties.models import Account, Patient, Person
from claims.practices.models import Practice
from claims.remits.models import RemitClaim, RemitLine
from tests.edi_intake.conftest import _own_raw_store, practice, take_in  # noqa: F401


def ensure_books_hold() -> None:
    practices = list(Practice.objects.values_list("pk", flat=True))
    broken = [failure for check in verify(practices) for failure in check.failures]
    assert not broken, broken


def how_books_stand() -> dict[str, Any]:
    """Everything that merging touches, as plain values: what taking back must bring back."""
    claim = (
        "id", "number", "tail", "icn", "state", "balance", "responsible", "charge", "account_id", "patient_id",
        "first_billed_on", "last_billed_on", "is_revised", "merged_into_id", "coverage1_id", "coverage2_id",
    )  # fmt: skip
    line = ("id", "payer1", "payer2", "payer3", "patient", "other", "agency")
    owed = ("claim_id", "account_id", "bucket", "amount", "payer_id", "since_on", "first_billed_on", "last_billed_on")
    person = ("id", "last", "first", "birth_on", "match_key", "merged_into_id")
    return {
        "claims": list(Claim.objects.order_by("id").values_list(*claim)),
        "lines": list(ClaimLine.objects.order_by("id").values_list(*line)),
        "receivables": sorted(Receivable.objects.values_list(*owed), key=str),
        "submissions": list(Submission.objects.order_by("id").values_list("id", "claim_id")),
        "numbers": sorted(ClaimNumber.objects.values_list("claim_id", "kind", "value")),
        "payments": list(RemitClaim.objects.order_by("id").values_list("id", "claim_id")),
        "paid_lines": list(RemitLine.objects.order_by("id").values_list("id", "line_id")),
        "denials": list(Denial.objects.order_by("id").values_list("id", "claim_id", "line_id", "state")),
        "accounts": list(
            Account.objects.order_by("id").values_list("id", "match_key", "guarantor_id", "unapplied", "merged_into_id")
        ),
        "patients": list(Patient.objects.order_by("id").values_list("id", "person_id", "account_id", "match_key")),
        "people": list(Person.objects.order_by("id").values_list(*person)),
    }
