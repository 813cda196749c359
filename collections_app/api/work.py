"""Work items: list them, take the next, record an outcome, undo it."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from arwork.api.endpoints import StaffApiRequest, endpoint
from arwork.lib import clock
from arwork.lib.ids import LARGEST
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability
from claims.adjustments.classes import CLASSES
from claims.api.shared import MoneyOut, cleaned
from collections_app.worklist import list_filters, lists, selectors, services, skips, why
from collections_app.worklist.selectors import items_shown

if TYPE_CHECKING:
    from collections_app.worklist.models import WorkItem


class ItemsAsked(serializers.Serializer):
    """`q` says the filters as the list page does: `kind:denied age:>90 owner:me`. `after` is the `next` before."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=list_filters.LONGEST_FILTER, default="")
    after = serializers.CharField(required=False, max_length=60, default="")


class ItemOut(serializers.Serializer):
    """One open piece of work, with its next action and date."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    practice = serializers.IntegerField(source="practice_id")
    claim = serializers.IntegerField(source="claim_id", allow_null=True)
    account = serializers.IntegerField(source="account_id", allow_null=True)
    payer = serializers.IntegerField(source="payer_id", allow_null=True)
    state = serializers.CharField()
    amount = MoneyOut()
    expected = MoneyOut()
    lane = serializers.IntegerField()
    deadline_on = serializers.DateField(allow_null=True)
    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    next_action = serializers.CharField()
    next_on = serializers.DateField(allow_null=True)
    because = serializers.CharField()
    touches = serializers.IntegerField()


class ItemsOut(serializers.Serializer):
    """A page of items in the order of work; `next` is null on the last."""

    next = serializers.CharField(allow_null=True)
    results = ItemOut(many=True)


class SkipIn(serializers.Serializer):
    """Why an item is given back; `words` are needed with the reason `other`."""

    reason = serializers.ChoiceField(skips.REASONS)
    words = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class TakenOut(serializers.Serializer):
    """The item that was leased to the caller, and why it is next; both null when nothing can be worked now."""

    item = ItemOut(allow_null=True)
    why = serializers.CharField(allow_null=True)


class OutcomeIn(serializers.Serializer):
    """What came of working an item. What an outcome needs beyond a note, the error names in `field`.

    `seen_touches` is the item's `touches` as the caller read it: what was logged since makes this one a conflict (409),
    and the same outcome sent twice within a minute is recorded once. Without it nothing is compared.
    """

    disposition = serializers.CharField(max_length=24)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    next_on = serializers.DateField(required=False)
    next_action = serializers.CharField(required=False, max_length=24)
    reference = serializers.CharField(required=False, max_length=50)
    spoke_to = serializers.CharField(required=False, max_length=80)
    they_called = serializers.BooleanField(required=False, help_text="The patient called us.")
    why_anyway = serializers.CharField(
        required=False, max_length=300, help_text="Why a patient was called whom the rules protected then."
    )
    none_given = serializers.BooleanField(required=False, help_text="The payer gave neither a name nor a reference.")
    trace = serializers.CharField(required=False, max_length=50)
    books_to = serializers.ChoiceField(list(CLASSES), required=False)
    amount = serializers.DecimalField(required=False, max_digits=14, decimal_places=2)
    promised_on = serializers.DateField(required=False)
    callback_on = serializers.DateField(required=False)
    callback_at = serializers.DateTimeField(required=False)
    until_on = serializers.DateField(required=False)
    rep_date = serializers.DateField(required=False)
    reason = serializers.CharField(required=False, max_length=300)
    decided_on = serializers.DateField(required=False)
    given_up = serializers.CharField(required=False, max_length=200)
    document = serializers.CharField(required=False, max_length=80)
    phone = serializers.CharField(required=False, max_length=20)
    happened_on = serializers.DateField(required=False)
    method = serializers.CharField(required=False, max_length=8)
    minutes = serializers.IntegerField(required=False, min_value=0, max_value=600)
    seen_touches = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST)


class ActionOut(serializers.Serializer):
    """What was recorded, and what comes next."""

    id = serializers.IntegerField()
    item = serializers.IntegerField(source="item_id")
    at = serializers.DateTimeField()
    disposition = serializers.CharField()
    next_action = serializers.CharField()
    next_on = serializers.DateField(allow_null=True)
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True)


@extend_schema(
    operation_id="items_list", parameters=[ItemsAsked], responses=ItemsOut, summary="Open items in the order of work"
)
@endpoint("GET", capability=Capability.SEE_CLAIMS)
def items(request: StaffApiRequest) -> Response:
    """Open items of the caller's practices that pass the filters."""
    asked = cleaned(ItemsAsked, request.query_params)
    rows = lists.items(actor=request.user, filters=list_filters.parse(asked["q"]), today=clock.today())
    page = lists.items_page(rows, after=asked["after"])
    audit_reads.record_listed(request.user, "work_items", page.rows, shows=items_shown, now=clock.now())
    return Response({"next": page.next_cursor, "results": ItemOut(page.rows, many=True).data})


@extend_schema(responses=ItemOut, summary="One item")
@endpoint("GET", capability=Capability.SEE_CLAIMS)
def item(request: StaffApiRequest, item_id: int) -> Response:
    """One item, open or closed; that it was opened is recorded."""
    found = selectors.access_item(request.user, item_id)
    _note_read(request, found)
    return Response(ItemOut(found).data)


@extend_schema(request=None, responses=TakenOut, summary="Lease the best item that can be worked now")
@endpoint("POST", capability=Capability.WORK_ITEMS)
def take_next(request: StaffApiRequest) -> Response:
    """The item the caller holds already, else the next one, leased for fifteen minutes."""
    today, now = clock.today(), clock.now()
    return answer_taken(request, services.take_next(actor=request.user, now=now, today=today), now=now, today=today)


def answer_taken(request: StaffApiRequest, taken: "WorkItem | None", *, now: dt.datetime, today: dt.date) -> Response:
    """What was leased to the caller, and why; that it was read is recorded."""
    if taken is None:
        return Response({"item": None, "why": None})
    _note_read(request, taken)
    score, _ = why.reasons_of(taken, today=today, now=now)
    return Response({"item": ItemOut(taken).data, "why": score.why})


@extend_schema(request=SkipIn, responses={204: None}, summary="Give an item back without an outcome, with a reason")
@endpoint("POST", capability=Capability.WORK_ITEMS)
def release_item(request: StaffApiRequest, item_id: int) -> Response:
    """End the caller's lease on an item; nothing happens where there is none."""
    selectors.access_item(request.user, item_id)
    skips.skip_item(
        actor=request.user, item_id=item_id, now=clock.now(), today=clock.today(), **cleaned(SkipIn, request.data)
    )
    return Response(status=204)


@extend_schema(request=OutcomeIn, responses={201: ActionOut}, summary="Record an outcome and give the item back")
@endpoint("POST", capability=Capability.WORK_ITEMS)
def record_outcome(request: StaffApiRequest, item_id: int) -> Response:
    """Record what came of working an item; the answer says what comes next and when."""
    given: dict[str, Any] = cleaned(OutcomeIn, request.data)
    action = services.record_outcome(actor=request.user, item_id=item_id, now=clock.now(), today=clock.today(), **given)
    return Response(ActionOut(action).data, status=201)


@extend_schema(request=None, responses={201: ActionOut}, summary="Take an outcome back, within ten minutes")
@endpoint("POST", capability=Capability.WORK_ITEMS)
def undo_action(request: StaffApiRequest, action_id: int) -> Response:
    """The item is as it was, and the caller's again."""
    action = services.undo_action(actor=request.user, action_id=action_id, now=clock.now(), today=clock.today())
    return Response(ActionOut(action).data, status=201)


def _note_read(request: StaffApiRequest, found: "WorkItem") -> None:
    seen = {kind: [pk] for kind, pk in items_shown(found) if pk}
    audit.record_read(request.user, "work_item", found.pk, practice_id=found.practice_id, now=clock.now(), seen=seen)
