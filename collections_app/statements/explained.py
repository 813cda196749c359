"""The explained bill of an account: visit by visit what was charged, what the plan took off and paid, why the rest is
the patient's, and what is asked for now.

Read from the postings that `claims.ledger.visits` sums, in a bounded number of queries for any number of accounts, so
that a statement, the patient's own page and the desk say the same. What is disputed, up for assistance or no patient's
by law is shown apart and not asked for. Money that no visit has got yet lowers what is asked, for it is the patient's.
What is asked and what is set apart are together what the ledger says the patient owes, to the cent.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from claims.billing.models import Claim
from claims.ledger.models import Posting
from claims.ledger.visits import VisitBill, visit_bills
from claims.parties.models import Account
from collections_app.aging.buckets import AGE_BUCKETS, age_days
from collections_app.statements.cycle import SentBefore, SetApart
from collections_app.statements.owing import LastSent, OwedAccount, last_statements, owed_by

#: The first box: what no statement has asked for yet.
NEW = "new"


@dataclass(frozen=True, slots=True)
class BilledVisit:
    """A visit as its patient sees it: `bill` has its amounts, `asked` what is asked for it now, `apart` what is owed
    and not asked, and why."""

    bill: VisitBill
    patient: str
    doctor: str
    asked: Decimal
    apart: Decimal = ZERO
    reason: SetApart | None = None

    @property
    def claim_id(self) -> int:
        return self.bill.claim.pk

    @property
    def on(self) -> dt.date:
        return self.bill.claim.service_from

    @property
    def first_statement_on(self) -> dt.date | None:
        return self.bill.claim.first_statement_on


@dataclass(frozen=True, slots=True)
class PaymentSince:
    """Money of the patient that came on a day; negative where it went back."""

    on: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ExplainedBill:
    """What an account owes and how it came about. Amounts in dollars."""

    account: Account
    visits: Sequence[BilledVisit] = ()
    payments: Sequence[PaymentSince] = ()
    last: SentBefore | None = None
    today: dt.date = dt.date.min
    boxes: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def asked(self) -> Decimal:
        """What the visits ask for together."""
        return sum((one.asked for one in self.visits), ZERO)

    @property
    def apart(self) -> Decimal:
        """What is owed and set apart; credits are negative in it."""
        return sum((one.apart for one in self.visits), ZERO)

    @property
    def balance(self) -> Decimal:
        """What the ledger says that the patient owes."""
        return self.asked + self.apart

    @property
    def on_account(self) -> Decimal:
        """Money of the patient that no visit has got yet."""
        return max(self.account.unapplied, ZERO)

    @property
    def due(self) -> Decimal:
        """What to pay now."""
        return max(self.asked - self.on_account, ZERO)

    @property
    def asked_visits(self) -> list[BilledVisit]:
        """The visits that are asked for, the newest first."""
        return [one for one in self.visits if one.reason is None]

    @property
    def apart_visits(self) -> list[BilledVisit]:
        """The visits that are shown apart."""
        return [one for one in self.visits if one.reason is not None]


def explained_bill(account_id: int, *, today: dt.date) -> ExplainedBill:
    """One account's. The caller has asked who may see it. Raises `KeyError` for an account that is not there."""
    return explained_bills([account_id], today=today)[account_id]


def explained_bills(account_ids: Collection[int], *, today: dt.date) -> dict[int, ExplainedBill]:
    """By account. Ten queries, however many accounts."""
    accounts = Account.objects.filter(Among("pk", account_ids)).select_related("guarantor", "practice")
    found = {one.pk: one for one in accounts}
    owed = owed_by(found, today=today)
    visits = _visits(owed)
    sent = last_statements(found)
    paid = _payments(found, sent)
    return {
        pk: ExplainedBill(
            account=account,
            visits=sorted(visits[pk], key=lambda one: (one.on, one.claim_id), reverse=True),
            payments=paid[pk],
            last=sent[pk].sent if pk in sent else None,
            today=today,
            boxes=aging_boxes(visits[pk], today=today),
        )
        for pk, account in found.items()
    }


def aging_boxes(visits: Collection[BilledVisit], *, today: dt.date) -> dict[str, Decimal]:
    """What is asked by days since its first statement; `new` is what none has asked for yet. Sums to what is asked."""
    boxes = {NEW: ZERO} | {one.code: ZERO for one in AGE_BUCKETS}
    for visit in visits:
        first = visit.first_statement_on
        if first is None or first >= today:
            boxes[NEW] += visit.asked
        else:
            code = next(one.code for one in AGE_BUCKETS if one.holds(age_days(today, first)))
            boxes[code] += visit.asked
    return boxes


def _visits(owed: Mapping[int, OwedAccount]) -> dict[int, list[BilledVisit]]:
    """The visits of each account with how they came about. Two queries."""
    told = {one.claim_id: one for account in owed.values() for one in account.visits}
    claims = Claim.objects.filter(Among("pk", told)).select_related("patient__person")
    found: dict[int, list[BilledVisit]] = defaultdict(list)
    for bill in visit_bills(list(claims)):
        claim, own = bill.claim, told[bill.claim.pk]
        person = claim.patient.person
        found[claim.account_id].append(
            BilledVisit(
                bill=bill,
                patient=f"{person.first} {person.last}".strip(),
                doctor=claim.rendering_name,
                asked=own.asked,
                apart=own.apart,
                reason=own.reason,
            )
        )
    return found


def _payments(accounts: Collection[int], sent: Mapping[int, LastSent]) -> dict[int, list[PaymentSince]]:
    """What came from patients since the last statement was made, by account and day; applying money that had waited
    counts once. None where there was no statement: each visit says itself what was paid. One query."""
    found: dict[int, dict[dt.date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    made = {pk: sent[pk].made_at for pk in accounts if pk in sent}
    since = min((at for at in made.values() if at), default=None)
    if since is not None:
        whose = Q(Among("claim__account", made)) | Q(Among("account", made))
        rows = Posting.objects.filter(whose, created_at__gt=since, kind__in=("patient_payment", "unapplied")).filter(
            Q(debit="CASH") | Q(credit="CASH")
        )
        columns = ("claim__account_id", "account_id", "debit", "amount", "effective_on", "created_at")
        for of_claim, of_account, debit, amount, on, at in rows.values_list(*columns):
            account = of_claim or of_account
            if (last := made[account]) and at > last:
                found[account][on] += amount if debit == "CASH" else -amount
    told = {pk: [PaymentSince(on, days[on]) for on in sorted(days) if days[on]] for pk, days in found.items()}
    return defaultdict(list, told)
