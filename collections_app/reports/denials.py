"""Denials of a period: how much was denied, by whom and why, and what became of it (RULES 6).

A denial counts once, on the day it was first given, however often the payer repeats it. What was denied is still open,
overturned, accepted or reversed by the payer: the four add up to it. Accepted is what people gave up, by writing it off
or as right; of a denial that was given up in part, that part.

The rate by claims is claims denied of claims remitted (HFMA AR-5); the rate by dollars is dollars denied of what those
claims charged, each claim once however often it was answered, so that both rates stand on the same claims.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, TruncMonth

from arwork.lib.money import ZERO, MoneyField
from claims.denials.models import Denial
from claims.denials.routing import category_label
from claims.payers.code_words import adjustment_words
from claims.remits.era import ADJUDICATED_STATUSES
from claims.remits.models import RemitClaim
from collections_app.reports.denial_breakdowns import DenialOutcome, DenialQuery, DenialsBy

_STATES = {
    DenialOutcome.OPEN: Denial.State.OPEN,
    DenialOutcome.OVERTURNED: Denial.State.RECOVERED,
    DenialOutcome.ACCEPTED: Denial.State.ACCEPTED,
    DenialOutcome.REVERSED: Denial.State.REVERSED,
}
_FIGURES: dict[str, Any] = {
    "claims": Count("claim", distinct=True),
    "sum_denied": Sum("amount"),
    "sum_recovered": Sum("recovered"),
    **{f"sum_{part.value}": Sum("amount", filter=Q(state=state)) for part, state in _STATES.items()},
    "sum_partly": Sum("written_off", filter=Q(state=Denial.State.OPEN)),
}
_CODE = Coalesce("line__code", Value(""))
_KEYS: dict[DenialsBy, Any] = {
    DenialsBy.PAYER: F("payer_id"),
    DenialsBy.REASON: Concat("group", Value("-"), "carc"),
    DenialsBy.CATEGORY: F("category"),
    DenialsBy.PROCEDURE: Case(When(line__code="", then="line__revenue_code"), default=_CODE, output_field=CharField()),
    DenialsBy.PROVIDER: F("claim__rendering_npi"),
    DenialsBy.PRACTICE: F("practice_id"),
    DenialsBy.MONTH: TruncMonth("initial_on"),
}
_NAMES: dict[DenialsBy, Any] = {
    DenialsBy.PAYER: Max("payer__name"),
    DenialsBy.PROVIDER: Max("claim__rendering_name"),
    DenialsBy.PRACTICE: Max("practice__name"),
}
#: Whose answers the rates of a row are of, where the cut divides answers as well. Payers sign remittances with other
#: ids than claims bear, so the first payer's answers are those of the claim's payer.
_ANSWER_KEYS: dict[DenialsBy, Any] = {
    DenialsBy.PAYER: Case(
        When(bucket="PAYER1", claim__payer__isnull=False, then="claim__payer"), default="remittance__payer"
    ),
    DenialsBy.PRACTICE: F("remittance__practice"),
    DenialsBy.MONTH: TruncMonth("remittance__paid_on"),
}


@dataclass(frozen=True)
class DenialRow:
    """One row. Dollars; `remitted` and `charged` are the answers that the rates are of, None where there are none.

    Payers, practices and months are rated by their own answers, other rows by all of them.
    """

    key: str
    label: str
    claims: int = 0
    denied: Decimal = ZERO
    open: Decimal = ZERO
    overturned: Decimal = ZERO
    accepted: Decimal = ZERO
    reversed: Decimal = ZERO
    recovered: Decimal = ZERO
    remitted: int | None = None
    charged: Decimal | None = None

    @property
    def claim_rate(self) -> Decimal | None:
        """Claims denied of claims remitted, between 0 and 1."""
        return Decimal(self.claims) / self.remitted if self.remitted else None

    @property
    def dollar_rate(self) -> Decimal | None:
        """Dollars denied of dollars charged on those claims, between 0 and 1."""
        return self.denied / self.charged if self.charged else None

    @property
    def won(self) -> Decimal | None:
        """Dollars overturned of dollars decided (overturned or accepted), between 0 and 1."""
        decided = self.overturned + self.accepted
        return self.overturned / decided if decided else None


@dataclass(frozen=True)
class DenialReport:
    """The rows, most dollars first (months in their order), and all of them together."""

    rows: Sequence[DenialRow]
    totals: DenialRow


def denial_report(asked: DenialQuery) -> DenialReport:
    """The report, in four queries whatever its size: rows and totals, and the answers that both are rated by."""
    names = {"name": _NAMES[asked.by]} if asked.by in _NAMES else {}
    grouped = denials(asked).annotate(key=_KEYS[asked.by]).order_by().values("key").annotate(**names, **_FIGURES)
    of_all = _answers(asked, Value("")).get("")
    of_rows = _answers(asked, _ANSWER_KEYS[asked.by]) if asked.by in _ANSWER_KEYS else None
    found = [_row(asked.by, figures) for figures in grouped]
    rows = [_rated(row, of_all if of_rows is None else of_rows.get(row.key)) for row in found]
    if asked.by is DenialsBy.MONTH:
        rows.sort(key=lambda row: row.key)
    else:
        rows.sort(key=lambda row: (-row.denied, row.label))
    totals = _row(asked.by, {"key": "", "name": "All", **denials(asked).aggregate(**_FIGURES)})
    return DenialReport(rows, _rated(replace(totals, label="All"), of_all))


def denials(asked: DenialQuery, *, part: DenialOutcome = DenialOutcome.ALL, key: str | None = None) -> QuerySet[Any]:
    """The denials behind a figure: of the row with `key` where one is given, of what became of them by `part`."""
    found = Denial.objects.filter(
        practice__in=asked.practice_ids,
        initial_on__gte=asked.since,
        initial_on__lte=asked.until,
    )
    found = found.filter(_part(part)).annotate(counted=_counted(part))
    narrower = {"payer": asked.payer_id, "category": asked.category}
    found = found.filter(**{name: value for name, value in narrower.items() if value})
    if asked.reason:
        found = found.alias(reason=_KEYS[DenialsBy.REASON]).filter(reason=asked.reason)
    if key is None:
        return found
    found = found.alias(key=_KEYS[asked.by])
    if key:
        return found.filter(key=asked.by.value_of(key))
    return found.filter(
        Q(key__isnull=True) | (Q() if asked.by in (DenialsBy.PAYER, DenialsBy.PRACTICE, DenialsBy.MONTH) else Q(key=""))
    )


def _part(part: DenialOutcome) -> Q:
    """The denials that a part is made of; one that was given up in part is of two."""
    if part not in _STATES:
        return Q()
    partly = Q(state=Denial.State.OPEN, written_off__gt=0) if part is DenialOutcome.ACCEPTED else Q(pk__in=[])
    return Q(state=_STATES[part]) | partly


def _counted(part: DenialOutcome) -> Any:
    """What of a denial a part counts, in dollars."""
    if part is DenialOutcome.OPEN:
        return ExpressionWrapper(F("amount") - F("written_off"), output_field=MoneyField())
    if part is DenialOutcome.ACCEPTED:
        partly = When(state=Denial.State.OPEN, then=F("written_off"))
        return Case(partly, default=F("amount"), output_field=MoneyField())
    return F("amount")


def listed(found: QuerySet[Any]) -> QuerySet[Any]:
    """Denials with what a list of them shows, most dollars first."""
    return found.select_related("claim__account", "line", "payer").order_by("-counted", "pk")


def total_of(found: QuerySet[Any]) -> Decimal:
    """Dollars that the part counts of all of `found`."""
    return found.aggregate(total=Sum("counted"))["total"] or ZERO


def label_of(asked: DenialQuery, key: str) -> str:
    """The row with `key` in words; names only what stands behind denials of the asked practices."""
    name = _NAMES.get(asked.by)
    known = denials(asked, key=key).aggregate(name=name)["name"] if name else ""
    return _label(asked.by, key, known or "") if known or name is None else "Nothing"


def payer_name(asked: DenialQuery) -> str:
    """The payer that the report is narrowed to; unnamed where no denial of it is shown."""
    return denials(asked).aggregate(name=Max("payer__name"))["name"] or "One payer"


def _row(by: DenialsBy, figures: Mapping[str, Any]) -> DenialRow:
    key = by.key_of(figures["key"])
    names = ("denied", "recovered", *(part.value for part in _STATES))
    amounts: dict[str, Any] = {name: figures[f"sum_{name}"] or ZERO for name in names}
    partly = figures["sum_partly"] or ZERO  # given up, while the rest of the denial is open
    amounts["open"] -= partly
    amounts["accepted"] += partly
    return DenialRow(key, _label(by, key, figures.get("name") or ""), claims=figures["claims"], **amounts)


def _label(by: DenialsBy, key: str, name: str) -> str:
    if by is DenialsBy.REASON:
        group, _, carc = key.partition("-")
        words = adjustment_words(group, carc)
        return words[:1].upper() + words[1:]
    if by is DenialsBy.CATEGORY:
        return category_label(key)
    if by is DenialsBy.MONTH:
        return key
    if by is DenialsBy.PROVIDER and name and key:
        return f"{name}, NPI {key}"
    return name or key or {DenialsBy.PAYER: "No payer", DenialsBy.PROCEDURE: "Whole claim"}.get(by, "Not said")


def _rated(row: DenialRow, answers: Sequence[Any] | None) -> DenialRow:
    remitted, charged = answers or (None, None)
    return replace(row, remitted=remitted, charged=charged)


def _answers(asked: DenialQuery, key: Any) -> dict[str, Sequence[Any]]:
    """Claims remitted in the period and what they charged, by key; an answer that was reversed is none.

    A claim that was answered twice under a key is one claim there, with the charge of its first answer: the same
    claims stand beneath both rates (RULES 6).
    """
    rows = _standing_answers(asked).annotate(key=key)
    before = _standing_answers(asked).alias(key=key).filter(claim=OuterRef("claim"), pk__lt=OuterRef("pk"))
    is_first = ~Exists(before.filter(key=OuterRef("key")))
    found = (
        rows.order_by()
        .values("key")
        .annotate(claims=Count("claim", distinct=True), charged=Sum("charge", filter=is_first))
    )
    return {asked.by.key_of(one): figures for one, *figures in found.values_list("key", "claims", "charged")}


def _standing_answers(asked: DenialQuery) -> QuerySet[RemitClaim]:
    reversals = RemitClaim.objects.filter(reverses=OuterRef("pk"))  # as a join it costs five times as much
    rows = RemitClaim.objects.filter(
        ~Exists(reversals),
        remittance__practice__in=asked.practice_ids, remittance__paid_on__gte=asked.since,
        remittance__paid_on__lte=asked.until, state=RemitClaim.State.POSTED, status__in=ADJUDICATED_STATUSES,
    )  # fmt: skip
    if asked.payer_id:
        rows = rows.alias(payer=_ANSWER_KEYS[DenialsBy.PAYER]).filter(payer=asked.payer_id)
    return rows
