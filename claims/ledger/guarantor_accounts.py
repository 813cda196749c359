"""The list of guarantor accounts with what each owes, and the money of one.

Credits and unapplied cash stand beside what is owed and are never netted into it (DESIGN 4).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from arwork.lib.paging import KeysetPage, Order, page_by_id
from arwork.lib.prefixes import begins
from claims.billing.models import Claim
from claims.ledger.models import Posting, Receivable
from claims.parties import selectors as parties
from claims.parties.models import Account

if TYPE_CHECKING:
    from arwork.staff.models import User

PAGE = 50
SORTS = {"name": "guarantor__search_name", "number": "number"}
SHOWN_CLAIMS = 200


@dataclass(frozen=True)
class AccountBalances:
    """What a guarantor account owes: its own share, what waits for payers and others, and credits, each by itself."""

    patient: Decimal = ZERO
    others: Decimal = ZERO
    credits: Decimal = ZERO

    @property
    def owed(self) -> Decimal:
        """All that somebody owes here; credits stand beside it, never netted."""
        return self.patient + self.others


def accounts(*, actor: "User", owing: str = "", text: str = "") -> QuerySet[Account]:
    """Accounts; `owing` is `patient`, `payer`, `credit` or `unapplied`, `text` begins the account number."""
    rows = parties.accounts(actor=actor).filter(merged_into=None)
    owed = Receivable.objects.filter(account=OuterRef("pk"))
    conditions = {
        "patient": Exists(owed.filter(bucket="PATIENT", amount__gt=0)),
        "payer": Exists(owed.filter(amount__gt=0).exclude(bucket="PATIENT")),
        "credit": Exists(owed.filter(amount__lt=0)),
        "unapplied": ~Q(unapplied=0),
    }
    if owing:
        rows = rows.filter(conditions[owing])
    if text:
        rows = rows.filter(begins("number", text.upper()))
    return rows


def accounts_page(
    rows: QuerySet[Account], *, sort: str = "name", after: int | None = None, before: int | None = None
) -> KeysetPage[tuple[Account, AccountBalances]]:
    """One page in the order `sort`, with what each owes. The cursor is an id, never a name. Raises `NotFound`."""
    column = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    order = Order(f"-{column}" if sort.startswith("-") else column)
    page = page_by_id(rows, order, size=PAGE, after=after, before=before)
    owing = balances_of_accounts([row.pk for row in page.rows])
    return page.with_rows([(row, owing[row.pk]) for row in page.rows])


def balances_of_accounts(account_ids: Sequence[int]) -> dict[int, AccountBalances]:
    """What each of some guarantor accounts owes. One query."""
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    rows = Receivable.objects.filter(account__in=account_ids).values_list("account_id", "bucket", "amount")
    for account_id, bucket, amount in rows:
        name = "credits" if amount < 0 else "patient" if bucket == "PATIENT" else "others"
        sums[account_id][name] += amount
    return {pk: AccountBalances(**sums[pk]) for pk in account_ids}


def claims_of_account(account: Account) -> tuple[list[Claim], bool]:
    """The claims of a guarantor account, the newest first, and whether settled ones were left out for want of room.

    Whoever has had hundreds of visits still sees every one that is owed for, however old.
    """
    rows = Claim.objects.filter(account=account).select_related("patient__person", "payer")
    owes = Exists(Receivable.objects.filter(claim=OuterRef("pk")))
    found = list(rows.order_by(owes.desc(), "-service_from", "-id")[: SHOWN_CLAIMS + 1])
    shown = sorted(found[:SHOWN_CLAIMS], key=lambda claim: (claim.service_from, claim.pk), reverse=True)
    return shown, len(found) > SHOWN_CLAIMS


def receipts_of_account(account: Account, *, limit: int = 50) -> list[Posting]:
    """Patient money of a guarantor account, the newest first: payments, what stayed unapplied, and what reversed
    them."""
    # Claims by their ids: "its own or of a claim of its" would read every posting there is.
    claims = Claim.objects.filter(account=account).values_list("pk", flat=True)
    mine = Q(account__in=parties.same_accounts(account.pk)) | Q(Among("claim", claims), kind="patient_payment")
    rows = Posting.objects.filter(mine, kind__in=("patient_payment", "unapplied", "refund"))
    return list(rows.select_related("claim", "created_by").order_by("-posted_on", "-id")[:limit])
