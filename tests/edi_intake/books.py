"""The books as plain values without row ids, so that two databases can be compared."""

import datetime as dt
import json
from typing import Any

from claims.billing.models import Acknowledgment, Claim, ClaimLine, Submission
from claims.edi.models import EdiFile, EdiTransaction
from claims.ledger.models import Posting, Receivable
from claims.parties.models import Account, Coverage, Patient, Person, PersonAddress
from claims.payers.models import PayerIdentifier

CLAIM = (
    "practice__npi", "number", "state", "charge", "balance", "responsible", "service_from", "service_to", "icn",
    "frequency", "account__number", "patient__match_key", "payer__name", "coverage1__member_id",
    "coverage2__member_id", "coverage1__payer__name", "coverage2__payer__name", "first_billed_on", "last_billed_on",
)  # fmt: skip
LINE = ("claim__number", "number", "code", "charge", "payer1", "payer2", "payer3", "patient", "control")
SUBMISSION = ("claim__number", "sequence", "frequency", "submitted_on", "charge", "state", "state_on", "icn", "source")
POSTING = ("key", "kind", "debit", "credit", "amount", "claim__number", "line__number", "posted_on")
ACK = ("kind", "verdict", "category", "claim__number", "submission__source", "effective_on", "icn")
RECEIVABLE = ("claim__number", "bucket", "amount", "service_on", "first_billed_on", "last_billed_on", "payer__name")


def balances() -> dict[str, list[Any]]:
    """What is owed and who everybody is: the same whatever the order in which files came."""
    return {
        "claims": rows(Claim, CLAIM),
        "lines": rows(ClaimLine, LINE),
        "submissions": rows(Submission, SUBMISSION),
        "receivables": rows(Receivable, RECEIVABLE),
        "acknowledgments": rows(Acknowledgment, ACK),
        "people": rows(Person, ("match_key", "last", "first", "birth_on")),
        "addresses": rows(PersonAddress, ("person__match_key", "line1", "zip", "is_current")),
        "accounts": rows(Account, ("number", "guarantor__match_key")),
        "patients": rows(Patient, ("match_key", "account__number")),
        "coverages": rows(
            Coverage, ("patient__match_key", "payer__name", "rank", "member_id", "subscriber__match_key")
        ),
        "payers": rows(PayerIdentifier, ("qualifier", "value", "payer__name")),
    }


def everything() -> dict[str, list[Any]]:
    """Every figure, also the postings and what was reported of the files: the same after a crash as without one."""
    return balances() | {
        "postings": rows(Posting, POSTING),
        "files": rows(EdiFile, ("sha256", "state", "done_claims", "total_claims")),
        "transactions": rows(EdiTransaction, ("position", "kind", "status", "done", "summary", "problems")),
    }


def rows(model: Any, columns: tuple[str, ...]) -> list[Any]:
    return sorted(([_plain(value) for value in row] for row in model.objects.values_list(*columns)), key=repr)


def _plain(value: object) -> object:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else str(value)
