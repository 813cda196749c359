"""The accountability file of a payer: month by month how it answers, denies, pays and keeps us waiting, from our own
books, for the negotiation or the regulator.

A month is that of the payer's day: the day it paid, denied, or was called. Each figure says what it counts.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import F, Sum

from arwork.lib.dates import long_day
from arwork.lib.money import ZERO
from claims.denials.models import Denial, Underpayment
from claims.payers.models import Payer
from claims.remits.models import ProviderAdjustment, RemitClaim
from claims.remits.provider_adjustments import RECOUPMENT
from collections_app.late_payments.models import LatePayment
from collections_app.letters.dossiers import fact_box, rows_table
from collections_app.letters.rendering import render
from collections_app.payer_calls.models import PayerCall

MONTHS = 12
_REVERSAL = "22"  # CLP02
#: What stands in the columns, and what each counts.
COLUMNS = {
    "answered": ("Answered", "claims it answered, reversals left out"),
    "days": ("Days to pay", "median days from our first bill to the payment, of claims that it paid"),
    "denied": ("Denied first", "claims of which it first denied a line"),
    "overturned": ("Overturned", "denials that it paid after all, in full or in part"),
    "recovered": ("Recovered", "dollars of these"),
    "underpaid": ("Underpaid", "dollars below contract, on lines it paid"),
    "taken": ("Taken back", "dollars it kept back from other payments (PLB WO)"),
    "hold": ("Hold", "median minutes on hold, of our clocked calls that were answered"),
    "late": ("Paid late", "payments after the day the law gives it"),
    "interest": ("Interest owed", "dollars it owes for these"),
}


@dataclass(slots=True)
class PayerMonth:
    """The figures of one month: counts, dollars, days and minutes; None where nothing was there to be measured."""

    first_day: dt.date
    answered: int = 0
    days: float | None = None
    denied: int = 0
    overturned: int = 0
    recovered: Decimal = ZERO
    underpaid: Decimal = ZERO
    taken: Decimal = ZERO
    hold: float | None = None
    late: int = 0
    interest: Decimal = ZERO

    @property
    def denied_share(self) -> int | None:
        """Denied first, of what was answered, percent."""
        return round(100 * self.denied / self.answered) if self.answered else None


@dataclass(slots=True)
class _Gathered:
    waits: dict[dt.date, list[int]] = field(default_factory=lambda: defaultdict(list))
    holds: dict[dt.date, list[float]] = field(default_factory=lambda: defaultdict(list))


def payer_months(payer_id: int, *, practices: Collection[int], today: dt.date) -> list[PayerMonth]:
    """The last twelve months of one payer in these practices, the newest first. Seven queries."""
    months = {day: PayerMonth(day) for day in _first_days(today)}
    since, gathered = min(months), _Gathered()
    _answers(months, gathered, payer_id, practices, since)
    _denials(months, payer_id, practices, since)
    _money(months, payer_id, practices, since)
    calls = PayerCall.objects.filter(
        practice__in=practices, payer=payer_id, started_at__date__gte=since, is_whole=True, talk_seconds__gt=0
    )
    for at, held in calls.values_list("started_at", "hold_seconds"):
        gathered.holds[at.date().replace(day=1)].append(held / 60)
    for day, month in months.items():
        month.days = median(gathered.waits[day]) if gathered.waits[day] else None
        month.hold = median(gathered.holds[day]) if gathered.holds[day] else None
    return sorted(months.values(), key=lambda one: one.first_day, reverse=True)


def _first_days(today: dt.date) -> list[dt.date]:
    day, found = today.replace(day=1), []
    for _ in range(MONTHS):
        found.append(day)
        day = (day - dt.timedelta(days=1)).replace(day=1)
    return found


def _answers(
    months: dict[dt.date, PayerMonth], gathered: _Gathered, payer_id: int, practices: Collection[int], since: dt.date
) -> None:
    rows = RemitClaim.objects.filter(
        remittance__payer=payer_id, remittance__practice__in=practices, remittance__paid_on__gte=since,
        state=RemitClaim.State.POSTED, claim__isnull=False,
    ).exclude(status=_REVERSAL)  # fmt: skip
    for paid_on, paid, billed_on in rows.values_list("remittance__paid_on", "paid", "claim__first_billed_on"):
        if month := months.get(paid_on.replace(day=1)):
            month.answered += 1
            if paid > 0 and billed_on and billed_on <= paid_on:
                gathered.waits[month.first_day].append((paid_on - billed_on).days)


def _denials(months: dict[dt.date, PayerMonth], payer_id: int, practices: Collection[int], since: dt.date) -> None:
    ours = Denial.objects.filter(payer=payer_id, practice__in=practices)
    first: set[tuple[dt.date, int]] = set(
        ours.filter(initial_on__gte=since).values_list("initial_on", "claim_id").distinct()
    )
    for day, count in Counter(day.replace(day=1) for day, _ in first).items():
        if month := months.get(day):
            month.denied = count
    won = ours.filter(outcome__in=(Denial.Outcome.WON, Denial.Outcome.PART), decided_on__gte=since)
    for decided_on, recovered in won.values_list("decided_on", "recovered"):
        if decided_on and (month := months.get(decided_on.replace(day=1))):
            month.overturned += 1
            month.recovered += recovered


def _money(months: dict[dt.date, PayerMonth], payer_id: int, practices: Collection[int], since: dt.date) -> None:
    short = Underpayment.objects.filter(payer=payer_id, practice__in=practices, opened_on__gte=since)
    for day, amount in short.values_list("opened_on").annotate(sum=Sum("amount")).order_by():
        if month := months.get(day.replace(day=1)):
            month.underpaid += amount
    kept = ProviderAdjustment.objects.filter(
        remittance__payer=payer_id, remittance__practice__in=practices, remittance__paid_on__gte=since,
        account=RECOUPMENT, amount__gt=0, posted_at__isnull=False,
    )  # fmt: skip
    taken = kept.annotate(day=F("remittance__paid_on")).values_list("day").annotate(sum=Sum("amount"))
    for day, amount in taken.order_by():
        if month := months.get(day.replace(day=1)):
            month.taken += amount
    late = LatePayment.objects.filter(payer=payer_id, practice__in=practices, paid_on__gte=since).exclude(
        state=LatePayment.State.GONE
    )
    for day, interest, came in late.values_list("paid_on", "interest", "interest_paid"):
        if month := months.get(day.replace(day=1)):
            month.late += 1
            month.interest += interest - came


def payers_answering(practices: Collection[int], *, today: dt.date) -> list[tuple[int, str]]:
    """The payers that answered claims of these practices in the last twelve months, by name. One query."""
    since = min(_first_days(today))
    rows = Payer.objects.filter(
        pk__in=RemitClaim.objects.filter(
            remittance__practice__in=practices, remittance__paid_on__gte=since, remittance__payer__isnull=False
        ).values("remittance__payer")
    )
    return list(rows.order_by("name").values_list("pk", "name"))


def file_pdf(payer: str, months: Sequence[PayerMonth], *, practice: str, today: dt.date) -> bytes:
    """The file as PDF."""
    return render("dossier", file_data(payer, months, practice=practice, today=today), language="en", on=today)


def file_data(payer: str, months: Sequence[PayerMonth], *, practice: str, today: dt.date) -> dict[str, Any]:
    """What the template shows: no patient, no claim."""
    heads = ("Month", *(f"{label}>" for label, _ in COLUMNS.values()))
    rows = [(f"{one.first_day:%b %Y}", *(figure(one, name) for name in COLUMNS)) for one in months]
    explained = [(label, words) for label, words in COLUMNS.values()]
    return {
        "title": f"{payer}: how it paid",
        "author": practice,
        "footer": f"From the books of {practice}, {long_day(today)}",
        "words": {"page": "Page", "of": "of"},
        "elements": [
            fact_box(("Payer", payer), ("Of", practice), ("Made", long_day(today))),
            {"kind": "heading", "text": "The last twelve months"},
            rows_table(heads, rows),
            {"kind": "heading", "text": "What is counted"},
            rows_table(("Column", "Counts+"), explained),
        ],
    }


def figure(month: PayerMonth, name: str) -> str:
    """A figure of a month as it is shown: a dash where there is nothing."""
    found = getattr(month, name)
    if name == "denied" and month.denied_share is not None and found:
        return f"{found} ({month.denied_share} %)"
    if isinstance(found, Decimal):
        return f"{found:,.2f}" if found else "–"
    if isinstance(found, float):
        return f"{found:g}" if name == "days" else f"{found:.1f}"
    return f"{found:,}" if found else "–"
