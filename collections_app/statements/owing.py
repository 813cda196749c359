"""What accounts owe visit by visit: what is asked for and what is set apart, and everything else that decides about a
statement. Read for sets of accounts, in a bounded number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.payers.models import PayerClass
from claims.remits.late_coverage import answers_so_far
from collections_app.contacts.consent_rules import EMAIL
from collections_app.contacts.consents import consented_addresses
from collections_app.contacts.mailing_address import mail_addresses
from collections_app.contacts.models import Hold
from collections_app.contacts.selectors import holds_in_force
from collections_app.plans.selectors import PlanLine, plan_lines_for_statement
from collections_app.statements.cycle import STOPPING, CycleFacts, SentBefore, SetApart, set_apart
from collections_app.statements.gate import ForbiddenMail
from collections_app.statements.models import Statement, StatementVisit
from collections_app.statements.settled import settled_claims

_MEDICAID = frozenset({PayerClass.MEDICAID.value, PayerClass.MEDICAID_MCO.value})
_CLASSES = tuple(f"claim__coverage{rank}__payer__payer_class" for rank in (1, 2, 3))
#: Statements of the cycle: those that raise a level and start the wait for the next.
CYCLE_KINDS = (Statement.Kind.CYCLE, Statement.Kind.PLAN)


@dataclass(frozen=True, slots=True)
class VisitOwed:
    """What the patient owes of one claim (dollars, negative for a credit), and why it is not asked for, if it isn't."""

    claim_id: int
    owes: Decimal
    reason: SetApart | None = None
    first_statement_on: dt.date | None = None

    @property
    def asked(self) -> Decimal:
        return ZERO if self.reason else self.owes

    @property
    def apart(self) -> Decimal:
        return self.owes if self.reason else ZERO


@dataclass(frozen=True, slots=True)
class OwedAccount:
    """What the patient's side of one account owes, and the reasons of holds on the whole of it."""

    visits: Sequence[VisitOwed] = ()
    holds: frozenset[str] = frozenset()

    @property
    def asked(self) -> Decimal:
        return sum((one.asked for one in self.visits), ZERO)

    @property
    def apart(self) -> Decimal:
        return sum((one.apart for one in self.visits), ZERO)

    @property
    def claim_ids(self) -> frozenset[int]:
        """The visits that are asked for."""
        return frozenset(one.claim_id for one in self.visits if one.reason is None)

    @property
    def unbilled(self) -> frozenset[int]:
        """Those of them that were on no statement yet."""
        return frozenset(one.claim_id for one in self.visits if one.reason is None and one.first_statement_on is None)


def owed_by(account_ids: Collection[int], *, today: dt.date) -> dict[int, OwedAccount]:
    """By account. Five queries."""
    columns = ("account_id", "claim_id", "amount", "claim__first_statement_on", *_CLASSES)
    rows = list(Receivable.objects.filter(Among("account", account_ids), bucket="PATIENT").values_list(*columns))
    of_accounts, of_claims = _holds(account_ids, today)
    answers, settled = answers_so_far([row[1] for row in rows]), settled_claims(account_ids)
    visits: dict[int, list[VisitOwed]] = defaultdict(list)
    for account_id, claim_id, owes, first_on, *classes in rows:
        told = answers.get(claim_id)
        reason = set_apart(
            owes=owes,
            holds=of_accounts[account_id] | of_claims[claim_id],
            is_medicaid=not _MEDICAID.isdisjoint(classes),
            is_qmb=bool(told and told.is_qmb),
            is_settled=claim_id in settled,
        )
        visits[account_id].append(VisitOwed(claim_id, owes, reason, first_on))
    return {pk: OwedAccount(visits[pk], frozenset(of_accounts[pk])) for pk in account_ids}


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


@dataclass(frozen=True, slots=True)
class LastSent:
    """The last statement of the cycle that an account got, and when it was made: what was paid since is later."""

    sent: SentBefore
    made_at: dt.datetime | None


def last_statements(account_ids: Collection[int]) -> dict[int, LastSent]:
    """By account, of those that got one. Two queries."""
    rows = Statement.objects.filter(
        Among("account", account_ids), state=Statement.State.RELEASED, kind__in=CYCLE_KINDS
    ).order_by("made_on", "pk")
    columns = ("account_id", "pk", "made_on", "level", "made_at")
    newest = {account: rest for account, *rest in rows.values_list(*columns)}
    about: dict[int, set[int]] = defaultdict(set)
    told = StatementVisit.objects.filter(Among("statement", [rest[0] for rest in newest.values()]), amount__gt=0)
    for statement_id, claim_id in told.values_list("statement_id", "claim_id"):
        about[statement_id].add(claim_id)
    return {
        account: LastSent(SentBefore(on, level, frozenset(about[pk])), at)
        for account, (pk, on, level, at) in newest.items()
    }


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """Everything that decides about the statement of one account."""

    facts: CycleFacts
    owed: OwedAccount
    number: str = ""
    language: str = "en"
    zip_code: str = ""
    plan: PlanLine | None = None


def standings(
    account_ids: Collection[int], *, today: dt.date, forbidden: Mapping[int, ForbiddenMail]
) -> dict[int, AccountStanding]:
    """By account; `forbidden` are those that the contact gate stops. Two dozen queries."""
    owed, sent, plans = (
        owed_by(account_ids, today=today),
        last_statements(account_ids),
        plan_lines_for_statement(account_ids),
    )
    accounts = Account.objects.filter(Among("pk", account_ids)).select_related("guarantor")
    rows = {one.pk: one for one in accounts}
    people = {one.guarantor_id for one in rows.values()}
    homes, emails = mail_addresses(people, on=today), consented_addresses(people, channel=EMAIL, on=today)
    found = {}
    for pk, account in rows.items():
        person, own, last = account.guarantor, owed[pk], sent.get(pk)
        home, ruled = homes.get(account.guarantor_id), forbidden.get(pk)
        stops = {ruled.rule} & STOPPING if ruled else set()
        facts = CycleFacts(
            asked=own.asked,
            claim_ids=own.claim_ids,
            unbilled=own.unbilled,
            set_apart=own.apart,
            on_account=max(account.unapplied, ZERO),
            last=last.sent if last else None,
            holds=own.holds | stops,
            has_address=home is not None,
            is_returned=home is not None and home.is_bad,
            born_on=person.birth_on,
            has_plan=pk in plans,
            by_email=account.guarantor_id in emails,
            forbidden=ruled.words if ruled and not stops else "",
        )
        found[pk] = AccountStanding(
            facts, own, account.number, person.language, home.zip if home else "", plans.get(pk)
        )
    return found
