"""Which records the rows of a list show, for the audit trail: a claim, a guarantor account, a person."""

from collections.abc import Iterable
from typing import Any

Shown = Iterable[tuple[str, int | None]]


def claims_shown(row: Any) -> Shown:
    """A claim."""
    return [("claim", row.pk)]


def takebacks_shown(case: Any) -> Shown:
    """The claim whose payment is taken back, and the questions of the case."""
    claim = case.origin.claim.pk if case.origin else None
    return [("claim", claim), *(("remit_exception", one.pk) for one in case.exceptions)]


def duplicates_shown(row: Any) -> Shown:
    """Both claims of a pair."""
    return [("claim", row.claim_id), ("claim", row.other_id)]


def people_shown(row: Any) -> Shown:
    """Both people of a pair."""
    return [("person", row.one_id), ("person", row.other_id)]


def accounts_shown(row: Any) -> Shown:
    """A guarantor account."""
    return [("account", row.pk)]


def exceptions_shown(row: Any) -> Shown:
    """The claim of an exception's payment, if it has found one."""
    return [("claim", row.remit_claim.claim_id if row.remit_claim else None), ("remit_exception", row.pk)]


def credits_shown(one: Any) -> Shown:
    """The claim or the guarantor account of a credit."""
    return [("claim", one.source.claim_id), ("account", one.account_id), ("remittance", one.source.remittance_id)]


def refunds_shown(one: Any) -> Shown:
    """A refund, and whose credit it returns."""
    return [("refund", one.pk), ("claim", one.claim_id), ("account", one.account_id)]


def receipts_shown(row: Any) -> Shown:
    """The account of a receipt."""
    return [("account", row.account_id)]
