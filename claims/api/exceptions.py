"""Remittance exceptions: what waits for a person, and settling it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from arwork.api.endpoints import StaffApiRequest, endpoint
from arwork.api.fields import IdField
from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability
from claims.api.shared import Listing, MoneyOut, Shown, cleaned
from claims.remits import exceptions, selectors

WAYS = ("match", "create", "accept", "dismiss", "retry")


class ExceptionsAsked(serializers.Serializer):
    """The filters of the list; all are optional."""

    code = serializers.CharField(required=False, max_length=30)
    remittance = IdField(required=False)


class ExceptionOut(serializers.Serializer):
    """One thing that could not be posted by itself, and why."""

    id = serializers.IntegerField()
    practice = serializers.IntegerField(source="practice_id")
    remittance = serializers.IntegerField(source="remittance_id")
    trace = serializers.CharField(source="remittance.trace")
    claim = serializers.IntegerField(source="remit_claim.claim_id", allow_null=True, default=None)
    code = serializers.CharField()
    detail = serializers.CharField()
    amount = MoneyOut()
    state = serializers.CharField()
    opened_at = serializers.DateTimeField()
    resolution = serializers.CharField()


class ResolutionIn(serializers.Serializer):
    """How to settle it. `match` needs `claim`, `dismiss` needs `reason`, a provider adjustment needs `account`."""

    how = serializers.ChoiceField(WAYS)
    claim = IdField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")
    account = serializers.CharField(required=False, allow_blank=True, max_length=20, default="")


@extend_schema(parameters=[ExceptionsAsked], summary="Open exceptions, the newest first")
class Exceptions(Listing):
    """What waits in the caller's practices."""

    capability = Capability.SEE_CLAIMS
    serializer_class = ExceptionOut
    subject, kind = "remit_exceptions", "remit_exception"

    def shows(self, row: Any) -> Shown:
        """The exception, and the claim that its payment has found."""
        return [*super().shows(row), ("claim", row["claim"])]

    def rows(self) -> Any:
        asked = self.asked(ExceptionsAsked)
        return selectors.open_exceptions(
            self.request.user, code=asked.get("code", ""), remittance_id=asked.get("remittance")
        )


@extend_schema(responses=ExceptionOut, summary="One exception, open or settled")
@endpoint("GET", capability=Capability.SEE_CLAIMS)
def exception(request: StaffApiRequest, exception_id: int) -> Response:
    """One exception; that it was opened is recorded."""
    found = selectors.exception(request.user, exception_id)
    audit.record_read(
        request.user, "remit_exception", found.pk, practice_id=found.practice_id, now=clock.now(),
        seen={"claim": [pk for pk in [found.remit_claim and found.remit_claim.claim_id] if pk]},
    )  # fmt: skip
    return Response(ExceptionOut(found).data)


@extend_schema(request=ResolutionIn, responses=ExceptionOut, summary="Settle an exception")
@endpoint("POST", capability=Capability.RESOLVE_EXCEPTIONS)
def resolve(request: StaffApiRequest, exception_id: int) -> Response:
    """Carry out a decision; `state` in the answer says whether it still waits."""
    given = cleaned(ResolutionIn, request.data)
    when: dict[str, Any] = {"actor": request.user, "today": clock.today(), "now": clock.now()}
    how = given["how"]
    if how == "match":
        if "claim" not in given:
            raise DomainError("Name the claim to match.", field="claim")
        exceptions.match_exception(exception_id, claim_id=given["claim"], **when)
    elif how == "create":
        exceptions.create_claim(exception_id, **when)
    elif how == "accept":
        exceptions.accept_exception(exception_id, account=given["account"], **when)
    elif how == "dismiss":
        exceptions.dismiss_exception(exception_id, reason=given["reason"], **when)
    else:
        exceptions.retry_exception(exception_id, **when)
    return Response(ExceptionOut(selectors.exception(request.user, exception_id)).data)
