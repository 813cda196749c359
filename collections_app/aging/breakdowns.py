"""The ways to cut the receivables: what the key of a row is, in SQL and in Python, and what people call it.

One definition serves the live figure, the summary and the past, so a cell and the rows behind it can't disagree.
A dollar that no payer owes has a row of its own: `patient` (patient and agency) or `other`.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q
from django.db.models.expressions import Combinable

from arwork.lib.conditions import condition_column
from arwork.lib.ids import id_of
from claims.billing.buckets import CHOICES, PATIENT_SIDE
from claims.payers.models import Payer, PayerClass, Plan
from claims.practices.models import Practice
from collections_app.aging.table_columns import AgingBy

PATIENT = "patient"
OTHER = "other"
NO_PAYER = {PATIENT: "Patients", OTHER: "Other parties, no payer named"}
_NO_PLAN = "-"


def group(by: AgingBy) -> dict[str, Combinable]:
    """Columns to GROUP BY; `key_of` makes the key of a row from their values.

    Names are those of `Receivable` and of `AgingSummary` alike.
    """
    is_patient = condition_column(Q(bucket__in=PATIENT_SIDE))
    match by:
        case AgingBy.PRACTICE:
            return {"g0": F("practice_id")}
        case AgingBy.RESPONSIBILITY:
            return {"g0": F("bucket")}
        case AgingBy.PLAN:
            return {"g0": F("payer_id"), "g1": is_patient, "g2": F("plan_id")}
        case AgingBy.PAYER | AgingBy.PAYER_CLASS:
            return {"g0": F("payer_id"), "g1": is_patient}


class AgingCut:
    """Keys and labels of one way to cut; asks for names once."""

    def __init__(self, by: AgingBy) -> None:
        self.by = by
        self.classes: dict[int, str] = (
            dict(Payer.objects.values_list("id", "payer_class")) if by == AgingBy.PAYER_CLASS else {}
        )

    def key_of(self, *values: Any) -> str:
        """The key of the row for the values of `group`."""
        if self.by in (AgingBy.PRACTICE, AgingBy.RESPONSIBILITY):
            return str(values[0])
        payer, is_patient = values[:2]
        if payer is None:
            return PATIENT if is_patient else OTHER
        if self.by == AgingBy.PAYER_CLASS:
            return self.classes[payer]
        if self.by == AgingBy.PLAN:
            return f"{payer}.{values[2] or _NO_PLAN}"
        return str(payer)

    def key_for(self, *, practice_id: int, payer_id: int | None, plan_id: int | None, bucket: str) -> str:
        """The same key for a row that was not read by `group`."""
        match self.by:
            case AgingBy.PRACTICE:
                return self.key_of(practice_id)
            case AgingBy.RESPONSIBILITY:
                return self.key_of(bucket)
        return self.key_of(payer_id, bucket in PATIENT_SIDE, plan_id)

    def where(self, key: str) -> Q:
        """The receivables of one row. An unknown key finds nothing."""
        if self.by == AgingBy.RESPONSIBILITY:
            return Q(bucket=key)
        if self.by == AgingBy.PRACTICE:
            return Q(practice=id_of(key) or 0)
        if key in NO_PAYER:
            side = Q(bucket__in=PATIENT_SIDE)
            return Q(payer=None) & (side if key == PATIENT else ~side)
        if self.by == AgingBy.PAYER_CLASS:
            return Q(payer__in=[payer for payer, name in self.classes.items() if name == key])
        if self.by == AgingBy.PLAN:
            payer, _, plan = key.partition(".")
            plan_id = None if plan == _NO_PLAN else id_of(plan) or 0
            return Q(payer=id_of(payer) or 0, plan=plan_id)
        return Q(payer=id_of(key) or 0)

    def labels(self, keys: Iterable[str]) -> dict[str, str]:
        """What people call the rows."""
        wanted = set(keys)
        if self.by == AgingBy.RESPONSIBILITY:
            return dict(CHOICES)
        if self.by == AgingBy.PRACTICE:
            return _names(Practice, wanted)
        if self.by == AgingBy.PAYER_CLASS:
            return {code: str(label) for code, label in PayerClass.choices} | NO_PAYER
        if self.by == AgingBy.PLAN:
            return self._plan_labels(wanted) | NO_PAYER
        return _names(Payer, wanted) | NO_PAYER

    def _plan_labels(self, keys: set[str]) -> dict[str, str]:
        pairs = {key: key.partition(".")[::2] for key in keys if "." in key}
        payers = _names(Payer, {payer for payer, _ in pairs.values()})
        plans = _names(Plan, {plan for _, plan in pairs.values()})
        return {
            key: f"{payers.get(payer, payer)}, {plans.get(plan, 'no plan')}" for key, (payer, plan) in pairs.items()
        }


def _names(model: Any, ids: Iterable[str]) -> dict[str, str]:
    numbers = sorted(pk for one in ids if (pk := id_of(one)))
    return {str(pk): name for pk, name in model.objects.filter(pk__in=numbers).values_list("pk", "name")}
