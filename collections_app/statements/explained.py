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
from claims.ledger.models import Posting, Receivable
from claims.ledger.visits import VisitBill, visit_bills
from claims.parties.models import Account
from claims.payers.models import PayerClass
from claims.remits.late_coverage import answers_so_far
from collections_app.aging.buckets import AGE_BUCKETS, age_days
from collections_app.contacts.models import Hold
from collections_app.contacts.selectors import holds_in_force
from collections_app.statements.cycle import SentBefore, SetApart, set_apart
from collections_app.statements.models import Statement, StatementVisit

_MEDICAID = (PayerClass.MEDICAID, PayerClass.MEDICAID_MCO)
_COVERS = ("coverage1", "coverage2", "coverage3")
#: The first box: what no statement has asked for yet.
NEW = "new"
#: Statements that left, and count as such.
SENT = (Statement.State.RELEASED,)


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
class Payment:
    """Money of the patient that came on a day; negative where it went back."""

    on: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ExplainedBill:
    """What an account owes and how it came about. Amounts in dollars."""

    account: Account
    visits: Sequence[BilledVisit] = ()
    payments: Sequence[Payment] = ()
    last: SentBefore | None = None
    holds: frozenset[str] = frozenset()
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

    @property
    def unbilled(self) -> frozenset[int]:
        """Visits that are asked for and were on no statement yet."""
        return frozenset(one.claim_id for one in self.asked_visits if one.first_statement_on is None)


def explained_bill(account_id: int, *, today: dt.date) -> ExplainedBill:
    """One account's. The caller has asked who may see it. Raises `KeyError` for an account that is not there."""
    return explained_bills([account_id], today=today)[account_id]


def explained_bills(account_ids: Collection[int], *, today: dt.date) -> dict[int, ExplainedBill]:
    """By account. Eleven queries, however many accounts."""
    accounts = Account.objects.filter(Among("pk", account_ids)).select_related("guarantor", "practice")
    found = {one.pk: one for one in accounts}
    owed = dict(_owed(found).values_list("claim_id", "amount"))
    claims = list(
        Claim.objects.filter(Among("pk", owed)).select_related("patient__person", *(f"{one}__payer" for one in _COVERS))
    )
    of_accounts, of_claims = _holds(found, today)
    answers = answers_so_far(owed)
    visits: dict[int, list[BilledVisit]] = defaultdict(list)
    for bill in visit_bills(claims):
        claim = bill.claim
        told = answers.get(claim.pk)
        reason = set_apart(
            owes=owed[claim.pk],
            holds=of_accounts[claim.account_id] | of_claims[claim.pk],
            is_medicaid=_is_medicaid(claim),
            is_qmb=bool(told and told.is_qmb),
        )
        visits[claim.account_id].append(_visit(bill, owed[claim.pk], reason))
    sent = last_statements(found)
    paid = _payments(found, sent)
    return {
        pk: ExplainedBill(
            account=account,
            visits=sorted(visits[pk], key=lambda one: (one.on, one.claim_id), reverse=True),
            payments=paid[pk],
            last=sent[pk][0] if pk in sent else None,
            holds=frozenset(of_accounts[pk]),
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


def last_statements(account_ids: Collection[int]) -> dict[int, tuple[SentBefore, dt.datetime]]:
    """The last statement of the cycle that left, by account, and when it was made. Two queries."""
    kinds = (Statement.Kind.CYCLE, Statement.Kind.PLAN)
    rows = Statement.objects.filter(Among("account", account_ids), state__in=SENT, kind__in=kinds).order_by(
        "account", "made_on", "pk"
    )
    newest = {
        account: (pk, on, level, at)
        for pk, account, on, level, at in rows.values_list("pk", "account_id", "made_on", "level", "made_at")
    }
    about: dict[int, set[int]] = defaultdict(set)
    told = StatementVisit.objects.filter(Among("statement", [pk for pk, *_ in newest.values()]), amount__gt=0)
    for statement_id, claim_id in told.values_list("statement_id", "claim_id"):
        about[statement_id].add(claim_id)
    return {
        account: (SentBefore(on, level, frozenset(about[pk])), at) for account, (pk, on, level, at) in newest.items()
    }


def _owed(accounts: Collection[int]):  # type: ignore[no-untyped-def]
    return Receivable.objects.filter(Among("account", accounts), bucket="PATIENT")


def _holds(accounts: Collection[int], today: dt.date) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """Reasons of holds in force, of whole accounts and of claims. One query."""
    of_accounts: dict[int, set[str]] = defaultdict(set)
    of_claims: dict[int, set[str]] = defaultdict(set)
    rows = Hold.objects.filter(holds_in_force(today), Among("account", accounts))
    for account_id, claim_id, reason in rows.values_list("account_id", "claim_id", "reason"):
        if claim_id is None:
            of_accounts[account_id].add(reason)
        else:
            of_claims[claim_id].add(reason)
    return of_accounts, of_claims


def _is_medicaid(claim: Claim) -> bool:
    covers = (getattr(claim, one) for one in _COVERS)
    return any(one is not None and one.payer.payer_class in _MEDICAID for one in covers)


def _visit(bill: VisitBill, owes: Decimal, reason: SetApart | None) -> BilledVisit:
    person = bill.claim.patient.person
    return BilledVisit(
        bill=bill,
        patient=f"{person.first} {person.last}".strip(),
        doctor=bill.claim.rendering_name,
        asked=ZERO if reason else owes,
        apart=owes if reason else ZERO,
        reason=reason,
    )


def _payments(
    accounts: Collection[int], sent: Mapping[int, tuple[SentBefore, dt.datetime]]
) -> dict[int, list[Payment]]:
    """What came from patients since the last statement was made, by account and day; applying money that had waited
    counts once. None where there was no statement: each visit says itself what was paid. One query."""
    found: dict[int, dict[dt.date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    since = min((at for _, at in sent.values()), default=None)
    if since is not None:
        known = [pk for pk in accounts if pk in sent]
        whose = Q(Among("claim__account", known)) | Q(Among("account", known))
        rows = Posting.objects.filter(whose, created_at__gt=since, kind__in=("patient_payment", "unapplied")).filter(
            Q(debit="CASH") | Q(credit="CASH")
        )
        columns = ("claim__account_id", "account_id", "debit", "amount", "effective_on", "created_at")
        for of_claim, of_account, debit, amount, on, at in rows.values_list(*columns):
            account = of_claim or of_account
            if at > sent[account][1]:
                found[account][on] += amount if debit == "CASH" else -amount
    return defaultdict(
        list, {pk: [Payment(on, days[on]) for on in sorted(days) if days[on]] for pk, days in found.items()}
    )
