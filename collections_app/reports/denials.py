"""Denials of a period: how much was refused, by whom and why, and what became of it (RULES 6).

A denial counts once, on the day it was first given, however often the payer repeats it. What was denied is still open,
overturned, accepted or reversed by the payer: the four add up to it.

The rate by claims is claims denied of claims remitted (HFMA AR-5); the rate by dollars is dollars denied of the charges
on those remittances, so that both parts are of the same answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Concat, TruncMonth

from arwork.lib.money import ZERO
from claims.denials.models import Denial
from claims.denials.routing import category_label
from claims.payers.code_words import adjustment_words
from claims.remits.era import ADJUDICATED
from claims.remits.models import RemitClaim
from collections_app.reports.denial_breakdowns import Asked, By, Part

_STATES = {
    Part.OPEN: Denial.State.OPEN,
    Part.OVERTURNED: Denial.State.RECOVERED,
    Part.ACCEPTED: Denial.State.ACCEPTED,
    Part.REVERSED: Denial.State.REVERSED,
}
_FIGURES: dict[str, Any] = {
    "claims": Count("claim", distinct=True),
    "sum_denied": Sum("amount"),
    "sum_recovered": Sum("recovered"),
    **{f"sum_{part.value}": Sum("amount", filter=Q(state=state)) for part, state in _STATES.items()},
}
_CODE = Coalesce("line__code", Value(""))
_KEYS: dict[By, Any] = {
    By.PAYER: F("payer_id"),
    By.REASON: Concat("group", Value("-"), "carc"),
    By.CATEGORY: F("category"),
    By.PROCEDURE: Case(When(line__code="", then="line__revenue_code"), default=_CODE, output_field=CharField()),
    By.PROVIDER: F("claim__rendering_npi"),
    By.PRACTICE: F("practice_id"),
    By.MONTH: TruncMonth("initial_on"),
}
_NAMES: dict[By, Any] = {
    By.PAYER: Max("payer__name"),
    By.PROVIDER: Max("claim__rendering_name"),
    By.PRACTICE: Max("practice__name"),
}
#: Whose answers the rates of a row are of, where the cut divides answers as well. Payers sign remittances with other
#: ids than claims bear, so the first payer's answers are those of the claim's payer.
_ANSWER_KEYS: dict[By, Any] = {
    By.PAYER: Case(When(bucket="PAYER1", claim__payer__isnull=False, then="claim__payer"), default="remittance__payer"),
    By.PRACTICE: F("remittance__practice"),
    By.MONTH: TruncMonth("remittance__paid_on"),
}


@dataclass(frozen=True)
class Row:
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
class Report:
    """The rows, most dollars first (months in their order), and all of them together."""

    rows: Sequence[Row]
    totals: Row


def report(asked: Asked) -> Report:
    """The report, in four queries whatever its size: rows and totals, and the answers that both are rated by."""
    names = {"name": _NAMES[asked.by]} if asked.by in _NAMES else {}
    grouped = denials(asked).annotate(key=_KEYS[asked.by]).order_by().values("key").annotate(**names, **_FIGURES)
    of_all = _answers(asked, Value("")).get("")
    of_rows = _answers(asked, _ANSWER_KEYS[asked.by]) if asked.by in _ANSWER_KEYS else None
    found = [_row(asked.by, figures) for figures in grouped]
    rows = [_rated(row, of_all if of_rows is None else of_rows.get(row.key)) for row in found]
    if asked.by is By.MONTH:
        rows.sort(key=lambda row: row.key)
    else:
        rows.sort(key=lambda row: (-row.denied, row.label))
    totals = _row(asked.by, {"key": "", "name": "All", **denials(asked).aggregate(**_FIGURES)})
    return Report(rows, _rated(replace(totals, label="All"), of_all))


def denials(asked: Asked, *, part: Part = Part.ALL, key: str | None = None) -> QuerySet[Denial]:
    """The denials behind a figure: of the row with `key` where one is given, of what became of them by `part`."""
    found = Denial.objects.filter(
        practice__in=asked.practice_ids,
        initial_on__gte=asked.since,
        initial_on__lte=asked.until,
        **({"state": _STATES[part]} if part in _STATES else {}),
    )
    narrower = {"payer": asked.payer_id, "category": asked.category}
    found = found.filter(**{name: value for name, value in narrower.items() if value})
    if asked.reason:
        found = found.alias(reason=_KEYS[By.REASON]).filter(reason=asked.reason)
    if key is None:
        return found
    found = found.alias(key=_KEYS[asked.by])
    if key:
        return found.filter(key=asked.by.value_of(key))
    return found.filter(Q(key__isnull=True) | (Q() if asked.by in (By.PAYER, By.PRACTICE, By.MONTH) else Q(key="")))


def listed(found: QuerySet[Denial]) -> QuerySet[Denial]:
    """Denials with what a list of them shows, most dollars first."""
    return found.select_related("claim__account", "line", "payer").order_by("-amount", "pk")


def total_of(found: QuerySet[Denial]) -> Decimal:
    """Dollars denied by all of `found`."""
    return found.aggregate(total=Sum("amount"))["total"] or ZERO


def label_of(asked: Asked, key: str) -> str:
    """The row with `key` in words; names only what stands behind denials of the asked practices."""
    name = _NAMES.get(asked.by)
    known = denials(asked, key=key).aggregate(name=name)["name"] if name else ""
    return _label(asked.by, key, known or "") if known or name is None else "Nothing"


def payer_name(asked: Asked) -> str:
    """The payer that the report is narrowed to; unnamed where no denial of it is shown."""
    return denials(asked).aggregate(name=Max("payer__name"))["name"] or "One payer"


def _row(by: By, figures: Mapping[str, Any]) -> Row:
    key = by.key_of(figures["key"])
    names = ("denied", "recovered", *(part.value for part in _STATES))
    amounts: dict[str, Any] = {name: figures[f"sum_{name}"] or ZERO for name in names}
    return Row(key, _label(by, key, figures.get("name") or ""), claims=figures["claims"], **amounts)


def _label(by: By, key: str, name: str) -> str:
    if by is By.REASON:
        group, _, carc = key.partition("-")
        words = adjustment_words(group, carc)
        return words[:1].upper() + words[1:]
    if by is By.CATEGORY:
        return category_label(key)
    if by is By.MONTH:
        return key
    if by is By.PROVIDER and name and key:
        return f"{name}, NPI {key}"
    return name or key or {By.PAYER: "No payer", By.PROCEDURE: "Whole claim"}.get(by, "Not said")


def _rated(row: Row, answers: Sequence[Any] | None) -> Row:
    remitted, charged = answers or (None, None)
    return replace(row, remitted=remitted, charged=charged)


def _answers(asked: Asked, key: Any) -> dict[str, Sequence[Any]]:
    """Claims remitted in the period and what they charged, by key; an answer that was taken back is none."""
    taken_back = RemitClaim.objects.filter(reverses=OuterRef("pk"))  # as a join it costs five times as much
    rows = RemitClaim.objects.filter(
        ~Exists(taken_back),
        remittance__practice__in=asked.practice_ids, remittance__paid_on__gte=asked.since,
        remittance__paid_on__lte=asked.until, state=RemitClaim.State.POSTED, status__in=ADJUDICATED,
    )  # fmt: skip
    if asked.payer_id:
        rows = rows.alias(payer=_ANSWER_KEYS[By.PAYER]).filter(payer=asked.payer_id)
    grouped = rows.annotate(key=key).order_by().values("key")
    found = grouped.annotate(claims=Count("claim", distinct=True), charged=Sum("charge"))
    return {asked.by.key_of(one): figures for one, *figures in found.values_list("key", "claims", "charged")}
