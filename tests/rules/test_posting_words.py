"""Every kind, account and class of write-off has its words, and one posting is told the same everywhere."""

import pytest

from claims.ledger.chart import ACCOUNTS, KINDS, WRITE_OFFS
from claims.ledger.posting_words import account_words, kind_total_words, kind_words, posting_words, write_off_words


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_posting_has_words(kind: str) -> None:
    assert kind_words(kind)
    assert kind_total_words(kind)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_account_has_words(account: str) -> None:
    assert account not in account_words(account)


@pytest.mark.parametrize("account", WRITE_OFFS)
def test_every_class_of_write_off_has_words(account: str) -> None:
    assert write_off_words(account).startswith("Write-off: ")


@pytest.mark.parametrize(
    ("kind", "debit", "credit", "said"),
    [
        ("payer_payment", "CASH", "PAYER1", "Payer paid"),
        ("transfer", "PATIENT", "PAYER1", "Transferred from primary payer to patient"),
        ("transfer", "OTHER", "PAYER3", "Transferred from tertiary payer to other party"),
        ("write_off", "WO_TIMELY", "PAYER1", "Write-off: timely filing"),
        ("write_off", "PATIENT", "WO_SMALL", "Write-off: small balance"),  # its reversal
    ],
)
def test_what_one_posting_did(kind: str, debit: str, credit: str, said: str) -> None:
    assert posting_words(kind, debit=debit, credit=credit) == said
