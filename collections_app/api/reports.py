"""The aging report as JSON: the figures of the page, with its tie-out."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from arwork.api.endpoints import StaffApiRequest, endpoint
from arwork.lib import clock
from arwork.lib.dates import EARLIEST
from arwork.lib.errors import DomainError
from arwork.staff.access import Capability, practice_ids
from claims.api.shared import MoneyOut, cleaned
from collections_app.aging import summaries
from collections_app.aging.buckets import Basis
from collections_app.aging.table_columns import AgingBy


class AgingAsked(serializers.Serializer):
    """What to age: rows, basis and day; all are optional. Without a day, today."""

    by = serializers.ChoiceField([one.value for one in AgingBy], default=AgingBy.PAYER.value)
    basis = serializers.ChoiceField([one.value for one in Basis], default=Basis.DOS.value)
    as_of = serializers.DateField(required=False)
    split = serializers.BooleanField(default=False, help_text="121+ in its three parts")


class AgingColumnOut(serializers.Serializer):
    """One column; `code` is its key in the rows."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class AgingRowOut(serializers.Serializer):
    """One row: dollars by column, all debits, and credits by themselves."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    amounts = serializers.DictField(child=MoneyOut())
    debits = MoneyOut()
    credits = MoneyOut()


class AgingTieOut(serializers.Serializer):
    """What the table adds up to beside the ledger's control total."""

    debits = MoneyOut()
    credits = MoneyOut()
    unapplied = MoneyOut()
    control = MoneyOut()
    difference = MoneyOut()
    is_tied = serializers.BooleanField()


class AgingOut(serializers.Serializer):
    """Who owes how much since when. `computed_at` is null when the figures come straight from the books."""

    by = serializers.CharField()
    basis = serializers.CharField()
    as_of = serializers.DateField()
    computed_at = serializers.DateTimeField(allow_null=True)
    is_behind = serializers.BooleanField()
    columns = AgingColumnOut(many=True)
    rows = AgingRowOut(many=True)
    totals = AgingRowOut()
    tie_out = AgingTieOut()


@extend_schema(parameters=[AgingAsked], responses=AgingOut, summary="Aging of the receivable")
@endpoint("GET", capability=Capability.SEE_REPORTS)
def aging(request: StaffApiRequest) -> Response:
    """The aging of the caller's practices as of a day, with its tie-out to the ledger."""
    asked, today = cleaned(AgingAsked, request.query_params), clock.today()
    as_of = asked.get("as_of") or today
    if as_of > today:
        raise DomainError("That day has not come yet. Choose today or an earlier one.", field="as_of")
    if as_of < EARLIEST:
        raise DomainError(f"No books reach back before {EARLIEST.year}.", field="as_of")
    found = summaries.figures(
        practice_ids=practice_ids(request.user),
        basis=Basis(asked["basis"]),
        as_of=as_of,
        today=today,
        by=AgingBy(asked["by"]),
        split_oldest=asked["split"],
    )
    table = found.table
    rows = [
        {
            "key": row.key,
            "label": row.label,
            "amounts": {column.code: str(row.cell(column.code).amount) for column in table.columns},
            "debits": str(row.debits.amount),
            "credits": str(row.credits.amount),
        }
        for row in [*table.rows, table.totals]
    ]
    body = {
        "by": asked["by"],
        "basis": asked["basis"],
        "as_of": as_of.isoformat(),
        "computed_at": found.computed_at,
        "is_behind": found.is_behind,
        "columns": AgingColumnOut(table.columns, many=True).data,
        "rows": rows[:-1],
        "totals": rows[-1],
        "tie_out": AgingTieOut(found.tie_out).data,
    }
    return Response(body)
