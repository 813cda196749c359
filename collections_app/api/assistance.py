"""Applications for assistance for programs: listed by where they stand, read only; never what people told."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from arwork.api.endpoints import StaffApiRequest, endpoint
from arwork.lib import clock
from arwork.lib.ids import LARGEST
from arwork.staff import audit_reads
from arwork.staff.access import Capability
from claims.api.shared import MoneyOut, cleaned
from collections_app.assistance import lists
from collections_app.assistance.selectors import applications_shown

PER_PAGE = 100


class AssistanceAsked(serializers.Serializer):
    """Where the applications stand; `after` is the `next` before."""

    tab = serializers.ChoiceField(list(lists.TABS.items()), required=False, default=lists.DECIDE)
    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=LARGEST)


class AssistanceOut(serializers.Serializer):
    """One application. `state` is incomplete, ready, waiting, approved, denied or withdrawn."""

    id = serializers.IntegerField()
    practice = serializers.IntegerField(source="practice_id")
    account = serializers.IntegerField(source="account_id")
    state = serializers.CharField()
    received_on = serializers.DateField()
    next_on = serializers.DateField(allow_null=True)
    decided_on = serializers.DateField(allow_null=True)
    discount = serializers.IntegerField(allow_null=True, help_text="percent taken off")
    covered = MoneyOut()
    valid_until = serializers.DateField(allow_null=True)


class AssistancePageOut(serializers.Serializer):
    """A page of applications by their id; `next` is null on the last."""

    next = serializers.IntegerField(allow_null=True)
    results = AssistanceOut(many=True)


@extend_schema(
    operation_id="assistance_list", parameters=[AssistanceAsked], responses=AssistancePageOut,
    summary="Applications for financial assistance",
)  # fmt: skip
@endpoint("GET", capability=Capability.SEE_CLAIMS)
def assistance(request: StaffApiRequest) -> Response:
    """The applications of the caller's practices that stand there."""
    asked = cleaned(AssistanceAsked, request.query_params)
    rows = lists.applications_seen(request.user, tab=asked["tab"], today=clock.today()).filter(pk__gt=asked["after"])
    found = list(rows.order_by("pk")[: PER_PAGE + 1])
    page = found[:PER_PAGE]
    audit_reads.record_listed(request.user, "assistance", page, shows=applications_shown, now=clock.now())
    following = page[-1].pk if len(found) > PER_PAGE else None
    return Response({"next": following, "results": AssistanceOut(page, many=True).data})
