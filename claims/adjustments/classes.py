"""The classes of adjustments that people propose (RULES 1.4). Pure.

A class is a ledger account, and mutually exclusive: each reports separately. `buckets` are those it may be taken from:
what a contract or a payer's rule takes off was never the patient's, and what is forgiven to a patient is not the
payer's. `authority` names the limits that count (`alone_X`, `approve_X`).
"""

from dataclasses import dataclass

from arwork.lib.errors import DomainError
from claims.billing.buckets import BUCKETS, PATIENT_SIDE, PAYERS, Bucket

_NOT_PATIENT = (*PAYERS, "OTHER")


@dataclass(frozen=True, slots=True)
class AdjustmentClass:
    """One class: `code` is its ledger account, `kind` the kind of its postings."""

    code: str
    label: str
    kind: str
    buckets: tuple[str, ...]
    authority: str


CLASSES: dict[str, AdjustmentClass] = {
    one.code: one
    for one in (
        AdjustmentClass("WO_DENIAL", "Denial given up", "write_off", _NOT_PATIENT, "wo_denial"),
        AdjustmentClass("WO_TIMELY", "Timely filing missed", "write_off", _NOT_PATIENT, "wo_timely"),
        AdjustmentClass("CONTRACTUAL", "Contractual adjustment", "contractual", _NOT_PATIENT, "contractual"),
        AdjustmentClass("SEQUESTRATION", "Sequestration", "sequestration", PAYERS, "sequestration"),
        AdjustmentClass("WO_SMALL", "Small balance", "write_off", BUCKETS, "wo_small"),
        AdjustmentClass("WO_ADMIN", "Administrative, courtesy", "write_off", BUCKETS, "wo_admin"),
        AdjustmentClass("WO_STATUTORY", "Not billable by law (Medicaid, QMB)", "statutory", BUCKETS, "wo_statutory"),
        AdjustmentClass("WO_CHARITY", "Charity, financial assistance", "write_off", PATIENT_SIDE, "wo_charity"),
        AdjustmentClass("WO_DISCOUNT", "Discount (uninsured, prompt pay)", "write_off", PATIENT_SIDE, "wo_discount"),
        AdjustmentClass("WO_SETTLEMENT", "Settlement", "write_off", (*PATIENT_SIDE, "OTHER"), "wo_settlement"),
        AdjustmentClass("WO_BAD_DEBT", "Bad debt", "write_off", PATIENT_SIDE, "wo_bad_debt"),
        AdjustmentClass("WO_BANKRUPTCY", "Bankruptcy", "write_off", PATIENT_SIDE, "wo_bankruptcy"),
    )
}


class WrongClass(DomainError):
    """A class of adjustment that is not for the bucket it was proposed on. Facts: the `field`."""

    code = "wrong_class"


def classes_for(bucket: str) -> list[AdjustmentClass]:
    """The classes that a bucket may be adjusted by, in the order of a form."""
    return [one for one in CLASSES.values() if bucket in one.buckets]


def class_for(code: str, bucket: str) -> AdjustmentClass:
    """The class of that code. Raises `WrongClass` for an unknown one, and where it is not for that bucket."""
    found = CLASSES.get(code)
    if found is None:
        raise WrongClass("Choose what kind of write-off it is.", field="books_to")
    if bucket not in BUCKETS:
        raise WrongClass("Choose whose money it is.", field="bucket")
    if bucket not in found.buckets:
        raise WrongClass(
            f"{found.label} is not for what {Bucket(bucket).party} owes. Choose another class.", field="books_to"
        )
    return found
