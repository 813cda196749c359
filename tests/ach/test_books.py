"""What debits are in the books: receipts that only the bank takes back, and deposits to be found at the bank."""

from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.money import ZERO
from claims.billing.models import Claim
from claims.cash import bank, selectors, takings
from claims.cash.bank_csv import ColumnNames
from claims.cash.models import BankMatch, DebitDeposit
from claims.closing.verify import verify as verify_closing
from claims.ledger.models import Receivable
from claims.receipts import corrections
from claims.receipts.models import Receipt
from claims.receipts.recording import record_receipt
from claims.remits.verify import verify
from collections_app.ach.services import originate
from collections_app.promises.models import Promise
from collections_app.promises.services import make_promise, settle_promises
from tests.ach.stories import MONDAY, TODAY, TUESDAY, WHEN, answered, authorized, debited, on, owing, sent
from tests.ach.stories import settled as settle

pytestmark = pytest.mark.django_db


def owed(account) -> Decimal:
    rows = Receivable.objects.filter(account=account, bucket="PATIENT")
    return sum(rows.values_list("amount", flat=True), ZERO)


def test_what_a_file_brings_on_a_day_is_a_deposit_that_is_found_at_the_bank(practice, sol):
    for n, last in enumerate(("Guarino", "Hale")):
        account = owing("240.00", practice=practice, last=last)
        debited(authorized(account, sol, holder=f"Gus {last}", bank_account=f"5550{n}"), sol)
    sent(practice, sol)
    settle(MONDAY)
    [deposit] = selectors.unmatched_deposits(practice.pk)
    assert (deposit.amount, deposit.on, deposit.words) == (
        Decimal("240.00"), MONDAY, "Bank debits, debits-20261120-1.ach",
    )  # fmt: skip
    day = takings.takings_of_day(practice.pk, MONDAY)
    assert [(one.kind, one.method, one.amount) for one in day] == [("electronic", "ach", Decimal("120.00"))] * 2
    bank.set_layout(
        ColumnNames("Date", "Amount", "Text", ""), practice_id=practice.pk, actor=sol, now=on(TUESDAY)["now"]
    )
    content = b"Date,Amount,Text\n2026-11-23,240.00,ACH SETTLEMENT\n"
    bank.take_in("bank.csv", content, practice_id=practice.pk, actor=sol, **on(TUESDAY))
    match = BankMatch.objects.get()
    assert (match.debits, match.why) == (DebitDeposit.objects.get(), "amount")
    assert selectors.unmatched_deposits(practice.pk) == []
    assert [check for check in verify_closing([practice.pk]) if check.failures] == []


def test_money_goes_where_the_payer_chose_and_to_the_oldest_where_that_does_not_fit_any_more(practice, sol):
    account = owing("100.00", "100.00", practice=practice)
    first, second = Claim.objects.filter(account=account).order_by("pk")
    given = authorized(account, sol)
    originate(
        authorization_id=given.pk, amount=Decimal("60.00"), effective_on=TODAY, key="a", actor=sol,
        chosen={second.pk: Decimal("60.00")}, **WHEN,
    )  # fmt: skip
    sent(practice, sol)
    settle(MONDAY)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.balance, second.balance) == (Decimal("100.00"), Decimal("40.00"))
    again = authorized(account, sol)
    originate(
        authorization_id=again.pk, amount=Decimal("50.00"), effective_on=TODAY, key="b", actor=sol,
        chosen={second.pk: Decimal("50.00")}, **on(MONDAY),
    )  # fmt: skip
    sent(practice, sol, MONDAY)
    settle(TUESDAY)
    first.refresh_from_db()
    assert first.balance == Decimal("50.00")


def test_nobody_enters_or_voids_a_bank_debit_by_hand(practice, sol):
    account = owing("240.00", practice=practice)
    with pytest.raises(DomainError, match="Choose check, cash or money order"):
        record_receipt(
            actor=sol, account_id=account.pk, amount=Decimal(10), received_on=TODAY, method="ach", reference="1", **WHEN
        )
    debited(authorized(account, sol), sol)
    sent(practice, sol)
    settle(MONDAY)
    with pytest.raises(Conflict, match="only the bank"):
        corrections.void_receipt(Receipt.objects.get().pk, why="twice", actor=sol, **on(MONDAY))


def test_a_return_takes_back_what_was_moved_to_another_account_since(practice, sol):
    account, other = owing("240.00", practice=practice), owing("300.00", practice=practice, last="Hale")
    entry = debited(authorized(account, sol), sol)
    sent(practice, sol)
    settle(MONDAY)
    receipt = Receipt.objects.get()
    corrections.move_receipt(receipt.pk, to_account=other.number, amount=Decimal("120.00"), actor=sol, **on(MONDAY))
    assert (owed(account), owed(other)) == (Decimal("240.00"), Decimal("180.00"))
    answered(practice, sol, ("R01", entry))
    assert (owed(account), owed(other)) == (Decimal("240.00"), Decimal("300.00"))
    assert [check.failures for check in verify([practice.pk]) if not check.holds] == []


def test_a_promise_that_a_debit_kept_is_broken_in_the_transaction_of_its_return(practice, sol):
    account = owing("240.00", practice=practice)
    make_promise(actor=sol, account=account, amount=Decimal("120.00"), due_on=MONDAY, method="ach", **WHEN)
    entry = debited(authorized(account, sol), sol)
    sent(practice, sol)
    settle(MONDAY)
    settle_promises(**on(MONDAY))
    assert Promise.objects.get().state == "kept"
    answered(practice, sol, ("R03", entry), day=MONDAY.replace(day=30))
    assert Promise.objects.get().state == "broken"
