"""Credits and refunds as tests tell them."""

import datetime as dt

from arwork.lib.money import money
from arwork.staff.models import User
from claims.billing.models import Claim
from claims.credits.sources import ACCOUNT, CLAIM, CreditSource
from claims.ledger import services as ledger
from claims.refunds import requests
from claims.refunds.models import Refund
from claims.refunds.payees import Payee
from claims.refunds.requests import PayeeAccount, RefundDraft
from tests.cast import NOW, TODAY, make_claim, make_payer, move

WHEN = {"today": TODAY, "now": NOW}
HOME = Payee("Gus Guarino", "12 Quay Street", "", "Newport", "RI", "02840")


def overpaid(*, by: str = "50.00", payer_class: str = "medicare", on: dt.date = TODAY, now: dt.datetime = NOW) -> Claim:
    """A claim of 100.00 whose payer paid more."""
    payer = make_payer(name=f"Payer {payer_class}", payer_class=payer_class, payer_id=payer_class[:8].upper())
    claim = make_claim(payers=[payer], lines=("100.00",))
    line = claim.lines.select_related("claim").get()
    paid = money("100.00") + money(by)
    ledger.post([move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount=paid, on=on)], now=now)
    claim.refresh_from_db()
    return claim


def of_payer(claim: Claim) -> CreditSource:
    return CreditSource(CLAIM, claim.pk, "PAYER1")


def of_account(claim: Claim) -> CreditSource:
    return CreditSource(ACCOUNT, claim.account_id)


def draft(amount: str, *, payer_id: int | None = None, method: str = "check", **fields: object) -> RefundDraft:
    bank = PayeeAccount("011000015", "123456789", "checking") if method == "ach" else PayeeAccount()
    payee = Payee(HOME.name, HOME.line1, "", HOME.city, HOME.state_code, HOME.zip, payer_id=payer_id)
    return RefundDraft(
        amount=money(amount), reason="The same services were paid twice.", payee=payee, method=method, bank=bank,
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def asked(claim: Claim, amount: str = "50.00", *, actor: User, method: str = "check") -> Refund:
    return requests.ask_refund(
        of_payer(claim), draft=draft(amount, payer_id=claim.payer_id, method=method), actor=actor, **WHEN
    )
