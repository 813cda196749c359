"""Worklists: those of the caller and those published to it, with live figures; the next item of one."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from arwork.api.endpoints import StaffApiRequest, endpoint
from arwork.lib import clock
from arwork.staff.access import Capability
from claims.api.shared import MoneyOut
from collections_app.api.work import TakenOut, answer_taken
from collections_app.worklist import saved_lists
from collections_app.worklist.list_filters import BadFilter


class WorklistOut(serializers.Serializer):
    """A filter under a name, and what is on it at this minute (null: its filter means nothing any more).

    `practices`: those it is published to the caller for.
    """

    id = serializers.IntegerField(source="found.kept.pk")
    name = serializers.CharField(source="found.kept.name")
    q = serializers.CharField(source="found.kept.query")
    own = serializers.BooleanField(source="found.is_own")
    practices = serializers.ListField(child=serializers.IntegerField(), source="found.practices")
    items = serializers.IntegerField(source="total.items", allow_null=True, default=None)
    due = serializers.IntegerField(source="total.due", allow_null=True, default=None)
    amount = MoneyOut(source="total.amount", allow_null=True, default=None)
    hours = serializers.DecimalField(
        source="total.hours", max_digits=8, decimal_places=1, allow_null=True, default=None
    )


class WorklistsOut(serializers.Serializer):
    """All worklists of the caller, by name."""

    results = WorklistOut(many=True)


@extend_schema(operation_id="worklists_list", responses=WorklistsOut, summary="Worklists with live figures")
@endpoint("GET", capability=Capability.SEE_CLAIMS)
def worklists(request: StaffApiRequest) -> Response:
    """The caller's own worklists and those published to it."""
    today = clock.today()
    rows: list[dict[str, Any]] = []
    for one in saved_lists.kept_lists(actor=request.user):
        try:
            total = saved_lists.list_total(actor=request.user, found=one, today=today)
        except BadFilter:
            total = None
        rows.append({"found": one, "total": total})
    return Response({"results": WorklistOut(rows, many=True).data})


@extend_schema(request=None, responses=TakenOut, summary="Lease the best item of a worklist that can be worked now")
@endpoint("POST", capability=Capability.WORK_ITEMS)
def take_next(request: StaffApiRequest, list_id: int) -> Response:
    """The item the caller holds already, else the next one of the worklist, leased for fifteen minutes."""
    today, now = clock.today(), clock.now()
    taken = saved_lists.take_next_of(actor=request.user, list_id=list_id, now=now, today=today)
    return answer_taken(request, taken, now=now, today=today)
