"""What bears on placing accounts, as the books and the cases show it: in sets, in a bounded number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, F, Q

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from claims.billing.buckets import PAYERS
from claims.billing.models import Claim
from claims.ledger.models import Receivable
from claims.parties.models import Account, PersonAddress
from claims.payers.models import PayerClass
from claims.remits.late_coverage import answers_so_far
from collections_app.agencies.gates import AgencyFacts, PlacingFacts
from collections_app.agencies.models import Agency, AgencyLicence, AgencyPlacement
from collections_app.agencies.states import PlacementState
from collections_app.assistance.selectors import eca_gates, open_applications
from collections_app.contacts.cautions import Caution
from collections_app.contacts.debt_facts import TIME_BARRED, debt_facts_of
from collections_app.contacts.models import Hold
from collections_app.contacts.person_facts import facts_of
from collections_app.contacts.selectors import holds_in_force
from collections_app.contacts.standings import standings_of
from collections_app.disputes.selectors import open_disputes
from collections_app.help_offers.selectors import offered_since
from collections_app.limits.figures import LimitBook
from collections_app.limits.selectors import limit_book
from collections_app.plans.selectors import plans_kept
from collections_app.promises.models import Promise
from collections_app.releases.selectors import open_requests
from collections_app.settlements.models import OPEN_STATES, Settlement
from collections_app.statements.models import Statement

#: Help that was offered longer ago counts no more: what somebody earns changes in a year.
OFFERED_WITHIN = dt.timedelta(days=366)
_MEDICAID = (PayerClass.MEDICAID, PayerClass.MEDICAID_MCO)
_COVERS = ("coverage1", "coverage2", "coverage3")


def agency_facts(agency: Agency, *, today: dt.date) -> AgencyFacts:
    """What is known of an agency on a day. One query."""
    licences = AgencyLicence.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), agency=agency)
    return AgencyFacts(
        name=agency.name,
        is_active=agency.is_active,
        minimum=agency.minimum,
        licences=frozenset(licences.filter(valid_from__lte=today).values_list("state", flat=True)),
        takes=frozenset(agency.states.split()),
        has_agreement=has_agreement(agency, today=today),
        needs_offers=agency.needs_offers,
        time_barred=agency.time_barred,
    )


def has_agreement(agency: Agency, *, today: dt.date) -> bool:
    """Whether a business associate agreement is in force (RULES 12.8)."""
    if agency.agreement_on is None or agency.agreement_on > today:
        return False
    return agency.agreement_until is None or agency.agreement_until >= today


@dataclass(slots=True)
class _Owed:
    """What an account owes and where, and when its patient was billed."""

    patient: Decimal = ZERO
    payers: Decimal = ZERO
    others: Decimal = ZERO
    claims: set[int] = field(default_factory=set)
    first: dt.date | None = None
    unbilled: int = 0


def account_facts(account_ids: Collection[int], *, today: dt.date, is_placed: bool = False) -> dict[int, PlacingFacts]:
    """By account; of one that is not there nothing. `is_placed` asks about accounts that are with an agency: what they
    owe stands in its bucket then. At most thirty-two queries, however many accounts, and those of the sources of holds,
    standings and debts."""
    bucket = "AGENCY" if is_placed else "PATIENT"
    rows = Account.objects.filter(Among("pk", account_ids)).only(
        "pk", "practice_id", "guarantor_id", "unapplied", "merged_into_id"
    )
    accounts = {row.pk: row for row in rows}
    people = {row.guarantor_id for row in accounts.values()}
    limits = limit_book()
    elsewhere = _billed_elsewhere(limits, {row.practice_id for row in accounts.values()}, today)
    owed = _owed(accounts, bucket, elsewhere)
    homes = _homes(people)
    told = facts_of(people, today)
    holds = _holds(accounts, today)
    in_full = _paid_in_full({one for owing in owed.values() for one in owing.claims})
    statements = dict(
        Statement.objects.filter(Among("account", accounts), state=Statement.State.RELEASED)
        .order_by().values_list("account_id").annotate(Count("pk"))
    )  # fmt: skip
    promised = set(
        Promise.objects.filter(
            Among("account", accounts), state__in=(Promise.State.OPEN, Promise.State.PARTLY)
        ).values_list("account_id", flat=True)
    )
    planned = plans_kept(accounts, today)
    standing = standings_of(accounts, today)
    debts = debt_facts_of(accounts, today)
    placed = {} if is_placed else _placed(accounts)
    offered = offered_since(accounts, today - OFFERED_WITHIN)
    applied, clocks = open_applications(accounts), eca_gates(accounts, today)
    disputed, requested = open_disputes(accounts), open_requests(accounts)
    settling = set(
        Settlement.objects.filter(Among("account", accounts), state__in=OPEN_STATES).values_list(
            "account_id", flat=True
        )
    )
    found = {}
    for pk, account in accounts.items():
        state, has_address = homes.get(account.guarantor_id, ("", False))
        owing, person = owed[pk], told.get(account.guarantor_id)
        wait, source = _wait(limits, account.practice_id, state, today)
        found[pk] = PlacingFacts(
            account_id=pk,
            owed=owing.patient,
            state=state,
            wait_days=wait,
            wait_source=source,
            statements=statements.get(pk, 0),
            statements_needed=0
            if account.practice_id in elsewhere
            else limits.value("agency_statements", on=today, practice_id=account.practice_id),
            first_statement_on=owing.first,
            unbilled=owing.unbilled,
            eca=clocks.get(pk, ""),
            offered=frozenset(offered.get(pk, ())),
            holds=tuple(holds[pk].items()),
            standing=standing.get(pk, ""),
            is_promised=pk in promised,
            is_planned=pk in planned,
            has_application=pk in applied,
            has_dispute=pk in disputed,
            has_request=pk in requested,
            has_settlement=pk in settling,
            is_minor=bool(person and person.is_minor),
            is_estate=bool(person and person.is_estate),
            paid_in_full_by=next((in_full[one] for one in sorted(owing.claims) if one in in_full), ""),
            at_payers=owing.payers,
            at_others=owing.others,
            unapplied=account.unapplied,
            is_time_barred=any(isinstance(one, Caution) and one.rule == TIME_BARRED for one in debts.get(pk, ())),
            has_address=has_address,
            placed_with=placed.get(pk, ""),
            is_merged=account.merged_into_id is not None,
        )
    return found


def _billed_elsewhere(limits: LimitBook, practices: Collection[int], today: dt.date) -> dict[int, int]:
    """Practices whose statements somebody else sends, and how many days after the balance the first one goes."""
    rows = {pk: limits.pick("first_statement_days", on=today, practice_id=pk) for pk in practices}
    return {pk: row.value for pk, row in rows.items() if row is not None}


def _owed(accounts: Mapping[int, Account], bucket: str, elsewhere: Mapping[int, int]) -> dict[int, _Owed]:
    found: dict[int, _Owed] = defaultdict(_Owed)
    rows = Receivable.objects.filter(Among("account", accounts), amount__gt=0)
    for account_id, claim_id, owing, amount, since_on, told in rows.values_list(
        "account_id", "claim_id", "bucket", "amount", "since_on", "claim__first_statement_on"
    ):
        one, first = found[account_id], told
        practice_id = accounts[account_id].practice_id
        if first is None and practice_id in elsewhere:
            first = since_on + dt.timedelta(days=elsewhere[practice_id])
        if owing == bucket:
            one.patient += amount
            one.claims.add(claim_id)
            one.unbilled += first is None
            one.first = max(filter(None, (one.first, first)), default=None)
        elif owing in PAYERS:
            one.payers += amount
        elif owing == "OTHER":
            one.others += amount
    return found


def _homes(people: Collection[int]) -> dict[int, tuple[str, bool]]:
    """The state in which each lives, and whether a letter gets there. Of several current addresses the latest good
    one."""
    found: dict[int, tuple[str, bool]] = {}
    rows = PersonAddress.objects.filter(Among("person", people), is_current=True).order_by("is_bad", "-pk")
    for person_id, state, is_bad in rows.values_list("person_id", "state", "is_bad"):
        found.setdefault(person_id, (state, not is_bad))
    return found


def _holds(accounts: Mapping[int, Account], today: dt.date) -> dict[int, dict[str, str]]:
    """Holds in force of each account, of any of its claims and of who answers for it: code and words."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    in_force = Hold.objects.filter(holds_in_force(today)).order_by("pk")
    rows = [
        *in_force.filter(Among("account", accounts)).values_list("account_id", "reason"),
        *in_force.filter(Among("person__accounts", accounts), person__isnull=False)
        .exclude(account_id=F("person__accounts"))
        .values_list("person__accounts", "reason"),
    ]
    for account_id, reason in rows:
        found[account_id][reason] = Hold.Reason(reason).label
    return found


def _paid_in_full(claim_ids: Collection[int]) -> dict[int, str]:
    """Why nothing of a claim may be asked of its patient, by claim (RULES 11.3)."""
    found = {}
    medicaid = Q()
    for one in _COVERS:
        medicaid |= Q(**{f"{one}__payer__payer_class__in": _MEDICAID})
    for pk in Claim.objects.filter(medicaid, Among("pk", claim_ids)).values_list("pk", flat=True):
        found[pk] = "Medicaid's payment is payment in full"
    for pk, answer in answers_so_far(claim_ids).items():
        if answer.is_qmb:
            found[pk] = "A payer calls the patient a Qualified Medicare Beneficiary"
    return found


def _placed(accounts: Collection[int]) -> dict[int, str]:
    rows = AgencyPlacement.objects.filter(Among("account", accounts), state=PlacementState.PLACED)
    return dict(rows.values_list("account_id", "agency__name"))


def _wait(limits: LimitBook, practice_id: int, state: str, today: dt.date) -> tuple[int, str]:
    """How many days have to pass since the first statement, and who says so: the longest of the state and of the
    practice."""
    rows = [
        row
        for scope in {state, ""}
        if (row := limits.pick("agency_wait_days", on=today, practice_id=practice_id, scope=scope)) is not None
    ]
    if not rows:
        raise LookupError(f"no limit 'agency_wait_days' holds on {today}")
    longest = max(rows, key=lambda row: (row.value, bool(row.scope)))
    return longest.value, longest.source
