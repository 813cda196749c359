"""Questions about disputes: of other slices, of the account, of the lists."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db.models import QuerySet

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from claims.billing.models import Claim, ClaimLine
from claims.ledger.models import Receivable
from collections_app.contacts.models import Hold
from collections_app.contacts.selectors import holds_in_force
from collections_app.disputes.models import BillingDispute, DisputeEvent, GuestQuestion
from collections_app.disputes.states import STANDING


def open_disputes(account_ids: Collection[int]) -> dict[int, list[BillingDispute]]:
    """The disputes that are not answered, by account, the oldest first. One query."""
    found: dict[int, list[BillingDispute]] = defaultdict(list)
    rows = BillingDispute.objects.filter(Among("account", account_ids), state__in=STANDING)
    for one in rows.select_related("claim", "owner").order_by("pk"):
        found[one.account_id].append(one)
    return dict(found)


def amount_disputed(claim_ids: Collection[int]) -> dict[int, Decimal]:
    """How many dollars of what the patient owes are disputed, by claim; two disputes of one visit dispute no more than
    is owed on it. A dispute of the whole account disputes what it owes on each claim. Three queries."""
    owing = Receivable.objects.filter(Among("claim", claim_ids), bucket="PATIENT", amount__gt=0)
    owed = {
        claim: (account, amount) for claim, account, amount in owing.values_list("claim_id", "account_id", "amount")
    }
    rows = BillingDispute.objects.filter(state__in=STANDING)
    said: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for claim, amount in rows.filter(Among("claim", list(owed))).values_list("claim_id", "amount"):
        said[claim] += amount
    accounts = sorted({account for account, _ in owed.values()})
    whole = set(rows.filter(Among("account", accounts), claim=None).values_list("account_id", flat=True))
    found = {
        claim: amount if account in whole else min(said[claim], amount)
        for claim, (account, amount) in owed.items()
        if account in whole or claim in said
    }
    return {claim: amount for claim, amount in found.items() if amount}


def disputes_of(account_id: int) -> QuerySet[BillingDispute]:
    """Every dispute of an account, the latest first."""
    return BillingDispute.objects.filter(account=account_id).select_related("claim", "owner").order_by("-pk")


def events_of(found: BillingDispute) -> QuerySet[DisputeEvent]:
    """What happened to a case, the latest first."""
    return DisputeEvent.objects.filter(dispute=found).select_related("by", "question").order_by("-pk")


def questions_of(found: BillingDispute) -> QuerySet[GuestQuestion]:
    """Whom we asked about a case, the latest first."""
    rows = GuestQuestion.objects.filter(dispute=found).select_related("asked_by", "brought")
    return rows.prefetch_related("documents").order_by("-pk")


def visits_to_dispute(account_id: int) -> list[tuple[int, str]]:
    """The visits of an account that a patient may dispute, those that owe first: id, and words for a form. Two
    queries."""
    owed = dict(
        Receivable.objects.filter(account=account_id, bucket="PATIENT", amount__gt=0).values_list("claim_id", "amount")
    )
    claims = Claim.objects.filter(account=account_id, merged_into=None).exclude(state=Claim.State.VOID)
    rows = sorted(claims.order_by("-service_from", "-pk")[:200], key=lambda one: one.pk not in owed)
    return [(one.pk, _visit_words(one, owed.get(one.pk))) for one in rows]


def lines_of_visit(claim_id: int) -> list[tuple[int, str]]:
    """The services of a visit: number, and words for a form. One query."""
    rows = ClaimLine.objects.filter(claim=claim_id).exclude(number=0).order_by("number")
    return [(one.number, f"{one.code or 'no code'}, ${one.charge:,.2f}") for one in rows]


def _visit_words(claim: Claim, owed: Decimal | None) -> str:
    day = claim.service_from
    told = f"{day:%b} {day.day}, {day.year}, claim {claim.number}"
    return f"{told}: ${owed:,.2f} owed" if owed else told


def holds_without_case(account_id: int, *, today: dt.date) -> list[Hold]:
    """Holds of a dispute that nobody opened a case for: placed at the desk, before there is a story to keep."""
    rows = Hold.objects.filter(
        holds_in_force(today), account=account_id, reason__in=(Hold.Reason.DISPUTE, Hold.Reason.NSA)
    )
    known = BillingDispute.objects.filter(account=account_id, state__in=STANDING).values("hold")
    return list(rows.exclude(pk__in=known).select_related("claim").order_by("pk"))
