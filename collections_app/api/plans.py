"""Payment plans for programs: listed by where they stand, read only."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from arwork.api.endpoints import StaffApiRequest, endpoint
from arwork.lib import clock
from arwork.lib.ids import LARGEST
from arwork.staff import audit_reads
from arwork.staff.access import Capability
from claims.api.shared import MoneyOut, cleaned
from collections_app.plans import lists
from collections_app.plans.selectors import plans_shown

PER_PAGE = 100


class PlansAsked(serializers.Serializer):
    """Where the plans stand; `after` is the `next` before."""

    tab = serializers.ChoiceField(list(lists.TABS.items()), required=False, default=lists.CURRENT)
    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=LARGEST)


class PlanOut(serializers.Serializer):
    """One payment plan. `state` is proposed, current, broken, paid or cancelled."""

    id = serializers.IntegerField()
    practice = serializers.IntegerField(source="practice_id")
    account = serializers.IntegerField(source="account_id")
    state = serializers.CharField()
    agreed_on = serializers.DateField(allow_null=True)
    next_due_on = serializers.DateField(allow_null=True)
    next_amount = MoneyOut()
    late_since = serializers.DateField(allow_null=True)
    late_amount = MoneyOut()
    received = MoneyOut()
    remaining = MoneyOut()


class PlansOut(serializers.Serializer):
    """A page of plans by their id; `next` is null on the last."""

    next = serializers.IntegerField(allow_null=True)
    results = PlanOut(many=True)


@extend_schema(operation_id="plans_list", parameters=[PlansAsked], responses=PlansOut, summary="Payment plans")
@endpoint("GET", capability=Capability.SEE_CLAIMS)
def plans(request: StaffApiRequest) -> Response:
    """The plans of the caller's practices that stand there."""
    asked = cleaned(PlansAsked, request.query_params)
    rows = lists.plans_seen(request.user, tab=asked["tab"], today=clock.today()).filter(pk__gt=asked["after"])
    found = list(rows.order_by("pk")[: PER_PAGE + 1])
    page = found[:PER_PAGE]
    audit_reads.record_listed(request.user, "plans", page, shows=plans_shown, now=clock.now())
    following = page[-1].pk if len(found) > PER_PAGE else None
    return Response({"next": following, "results": PlanOut(page, many=True).data})
