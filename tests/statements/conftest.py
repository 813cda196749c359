"""Accounts that owe, with where they live: what a statement needs."""

import datetime as dt

import pytest

from claims.ledger import services as ledger
from claims.parties.models import Account, PersonAddress
from tests.cast import NOW, make_account, make_claim, make_patient, make_practice, make_sol, move
from tests.deliveries.conftest import messages  # noqa: F401

SEP_14, SEP_16, OCT_20 = dt.date(2026, 9, 14), dt.date(2026, 9, 16), dt.date(2026, 10, 20)


def nowhere(account: Account) -> Account:
    """Nobody knows where the guarantor lives."""
    account.guarantor.addresses.all().delete()
    return account


def at_home(account: Account, *, zip_code: str = "11215", line1: str = "88 Elm Street") -> PersonAddress:
    """Where the guarantor lives, and nowhere else."""
    nowhere(account)
    return PersonAddress.objects.create(
        person=account.guarantor, line1=line1, city="Brooklyn", state="NY", zip=zip_code
    )


def billed(account: Account, *, share: str = "60.00", off: str = "96.00", paid: str = "84.00", on=OCT_20, **how):
    """A visit of $240.00 that its plan answered: `off` taken off, `paid` paid, `share` left as deductible."""
    patient = account.patients.first() or make_patient(account=account)
    claim = make_claim(patient=patient, service_on=SEP_14, billed_on=SEP_16, **how)
    line = claim.lines.get()
    moves = [
        move(line, kind="contractual", debit="CONTRACTUAL", credit="PAYER1", amount=off, on=on),
        move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount=paid, on=on),
        move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount=share, on=on)._replace(
            group="PR", carc="1"
        ),
    ]
    ledger.post(moves, now=NOW - dt.timedelta(days=31))
    claim.refresh_from_db()
    return claim


def owing(*shares: str, practice=None, **how) -> Account:
    """An account with a home and a visit for each share."""
    account = make_account(practice=practice or make_practice(), address=False)
    at_home(account, **how)
    for share in shares or ("60.00",):
        billed(account, share=share, paid=f"{144 - float(share):.2f}")
    return account


@pytest.fixture
def harbor(db):
    practice = make_practice()
    practice.phone, practice.address, practice.city, practice.zip = "2125550143", "12 Pier Street", "Brooklyn", "11201"
    practice.save()
    return practice


@pytest.fixture
def sol(harbor):
    return make_sol(harbor)
