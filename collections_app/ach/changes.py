"""Notices of change: what the receiving bank says is wrong with an account, corrected before the next debit.

Nacha Operating Rules: within six banking days of the notice, or before the next entry, whichever is later; here it is
the moment the notice is taken in. The corrected data are 29 characters, laid out by the code.
"""

import datetime as dt
from dataclasses import dataclass

from arwork.lib import nacha
from arwork.lib.errors import Conflict
from arwork.staff import audit
from collections_app.ach import directory
from collections_app.ach.listening import tell_of_authorizations
from collections_app.ach.models import AchAnswer, AchEntry, AuthorizationChange, BankAuthorization

#: The notices that say what to change by themselves: account, routing number, both, kind of account.
KNOWN = ("C01", "C02", "C03", "C05", "C06", "C07")
_SAVINGS = "3"


@dataclass(frozen=True, slots=True)
class CorrectedAccount:
    """What is new; empty where it stays."""

    routing: str = ""
    account: str = ""
    kind: str = ""


def corrected(code: str, text: str) -> CorrectedAccount:
    """What a notice says instead, by the layout of its code."""
    text = text.ljust(29)
    if code == "C01":
        return CorrectedAccount(account=text[:17].strip())
    if code == "C02":
        return CorrectedAccount(routing=text[:9])
    if code == "C03":
        return CorrectedAccount(routing=text[:9], account=text[12:29].strip())
    if code == "C05":
        return CorrectedAccount(kind=_kind(text[:2]))
    if code == "C06":
        return CorrectedAccount(account=text[:17].strip(), kind=_kind(text[20:22]))
    if code == "C07":
        return CorrectedAccount(routing=text[:9], account=text[9:26].strip(), kind=_kind(text[26:28]))
    return CorrectedAccount()


def follow_notice(answer: AchAnswer, entry: AchEntry, *, today: dt.date, now: dt.datetime) -> str:
    """Correct the authorization as a notice says; what was done, in a sentence. The caller holds the transaction.

    Raises `Conflict` for numbers that no bank has.
    """
    authorization = BankAuthorization.objects.select_for_update().get(pk=entry.authorization_id)
    new = corrected(answer.code, answer.corrected)
    if not (new.routing or new.account or new.kind):
        raise Conflict("The notice does not say what is right. Ask the bank.")
    try:
        if new.routing:
            nacha.ensure_routing(new.routing)
        if new.account:
            nacha.ensure_account(new.account)
    except nacha.BadAccount as error:
        raise Conflict("The numbers in the notice are no bank's. Ask the bank.") from error
    before = f"{authorization.routing}, {authorization.label}"
    if new.routing:
        bank = directory.bank_of(new.routing, practice_id=authorization.practice_id)
        authorization.routing, authorization.bank_name = new.routing, bank.name if bank else ""
    if new.account:
        authorization.bank_account, authorization.last_four = new.account, new.account[-4:]
    if new.kind:
        authorization.bank_account_kind = new.kind
    authorization.save(update_fields=["routing", "bank_name", "bank_account", "last_four", "bank_account_kind"])
    AuthorizationChange.objects.create(
        authorization=authorization,
        code=answer.code,
        noticed_on=today,
        changed_at=now,
        before=before,
        after=f"{authorization.routing}, {authorization.label}",
    )
    audit.record(
        None, "ach_notice_followed", "bank_authorization", authorization.pk, practice_id=authorization.practice_id,
        after={"account": authorization.account_id, "code": answer.code}, now=now,
    )  # fmt: skip
    tell_of_authorizations([authorization.pk], now=now)
    return f"The authorization is corrected: {authorization.label}."


def _kind(transaction: str) -> str:
    if not transaction.isdigit():
        return ""
    return nacha.SAVINGS if transaction.startswith(_SAVINGS) else nacha.CHECKING
