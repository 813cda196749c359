"""The worklist that somebody works through: `n` takes the next item from it until it is done or left."""

from typing import TypedDict

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.web.pages import StaffRequest
from collections_app.worklist import saved_lists

WORKING = "working_list"


class WorkingList(TypedDict):
    """As the session keeps it and the desk shows it."""

    id: int
    name: str


def begin(request: StaffRequest, kept: saved_lists.KeptList) -> None:
    """From now on the next item comes from this worklist."""
    request.session[WORKING] = WorkingList(id=kept.kept.pk, name=kept.kept.name)


def leave(request: StaffRequest) -> None:
    """From now on the next item comes from the whole queue again."""
    request.session.pop(WORKING, None)


def take_from_list(request: StaffRequest) -> HttpResponseBase | None:
    """Lead to the next item of the worklist that is worked through, or back to the worklists once nothing of it can be
    worked; None when none is."""
    working: WorkingList | None = request.session.get(WORKING)
    if working is None:
        return None
    try:
        item = saved_lists.take_next_of(actor=request.user, list_id=working["id"], now=clock.now(), today=clock.today())
    except DomainError as error:
        leave(request)
        messages.warning(request, f"{working['name']}: {error.message}")
        return redirect("worklists")
    if item is not None:
        return redirect("desk_item", item.pk)
    leave(request)
    messages.success(request, f"Nothing more of {working['name']} can be worked now.")
    return redirect("worklists")
