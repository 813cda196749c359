"""Approvals: what waits for a second person, and proposing a write-off.

There is no endpoint to decide: a program of one's own must not be the second person to oneself.
"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from arwork.api.endpoints import StaffApiRequest, endpoint
from arwork.api.fields import IdField
from arwork.lib import clock
from arwork.staff.access import Capability
from claims.adjustments import services as adjustments
from claims.adjustments.classes import CLASSES
from claims.adjustments.standing import Target
from claims.api.shared import Listing, MoneyOut, Shown, cleaned
from claims.approvals import selectors
from claims.approvals.kinds import kind_words
from claims.billing.buckets import BUCKETS


class ApprovalsAsked(serializers.Serializer):
    """`state` is `waiting` (the default) or how a question ended; `kind` narrows it."""

    state = serializers.ChoiceField(["waiting", *(value for value, _ in selectors.ENDED)], default="waiting")
    kind = serializers.CharField(required=False, allow_blank=True, max_length=20, default="")


class ApprovalOut(serializers.Serializer):
    """One question to a second person, and its answer."""

    id = serializers.IntegerField()
    practice = serializers.IntegerField(source="practice_id")
    kind = serializers.CharField()
    subject = serializers.CharField()
    subject_id = serializers.IntegerField()
    claim = serializers.IntegerField(source="claim_id", allow_null=True)
    account = serializers.IntegerField(source="account_id", allow_null=True)
    amount = MoneyOut()
    books_to = serializers.CharField()
    reason = serializers.CharField()
    asked_by = serializers.IntegerField(source="asked_by_id")
    asked_at = serializers.DateTimeField()
    escalates_on = serializers.DateField()
    state = serializers.CharField()
    decided_by = serializers.IntegerField(source="decided_by_id", allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()


class WriteOffIn(serializers.Serializer):
    """What is to be written off of a claim: of one bucket, and of one `line` where that is named."""

    bucket = serializers.ChoiceField(BUCKETS)
    books_to = serializers.ChoiceField(list(CLASSES))
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    reason = serializers.CharField(max_length=300)
    line = IdField(required=False)


class WriteOffOut(serializers.Serializer):
    """A write-off: posted, or waiting for the approval that it names."""

    id = serializers.IntegerField()
    claim = serializers.IntegerField(source="claim_id")
    bucket = serializers.CharField()
    books_to = serializers.CharField()
    amount = MoneyOut()
    state = serializers.CharField()
    approval = serializers.IntegerField(source="approval_id", allow_null=True)


@extend_schema(parameters=[ApprovalsAsked], summary="Questions to a second person, the newest first")
class Approvals(Listing):
    """What waits for a second person in the caller's practices, or was decided."""

    capability = Capability.SEE_CLAIMS
    serializer_class = ApprovalOut
    subject, kind = "approvals", "approval"

    def shows(self, row: Any) -> Shown:
        """The question, with the claim and the account that it is about."""
        return [*super().shows(row), ("claim", row["claim"]), ("account", row["account"])]

    def rows(self) -> Any:
        asked = self.asked(ApprovalsAsked)
        found = selectors.requests_seen_by(self.request.user).filter(state=asked["state"])
        return found.filter(kind=asked["kind"]) if asked["kind"] in kind_words() else found


@extend_schema(request=WriteOffIn, responses={201: WriteOffOut}, summary="Propose a write-off on a claim")
@endpoint("POST", capability=Capability.WORK_ITEMS)
def write_off(request: StaffApiRequest, claim_id: int) -> Response:
    """Posted at once within what the caller settles alone, else it waits for somebody else's approval."""
    given = cleaned(WriteOffIn, request.data)
    made = adjustments.propose(
        Target(given["bucket"], given["amount"], claim_id=claim_id, line_id=given.get("line")),
        books_to=given["books_to"],
        reason=given["reason"],
        actor=request.user,
        today=clock.today(),
        now=clock.now(),
    )
    return Response(WriteOffOut(made).data, status=201)
