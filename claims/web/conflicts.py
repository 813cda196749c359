"""A claim of a file whose number stands for another claim: both side by side, and what a person decides."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from claims.edi import claim_number_conflicts
from claims.edi.claims_837 import ConflictChoice
from claims.edi.selectors import file_seen_by

if TYPE_CHECKING:
    from django.http import HttpResponseBase


@page(Capability.RESOLVE_EXCEPTIONS)
def conflict(request: StaffRequest, file_id: int, position: int, segment: int) -> "HttpResponseBase":
    """The claim of the file beside the claim in the books."""
    compared = claim_number_conflicts.compare_conflict(
        file_id, position=position, segment=segment, actor=request.user, today=clock.today(), now=clock.now()
    )
    context = {"compared": compared, "position": position, "segment": segment}
    return TemplateResponse(request, "claims/imports/conflict.html", context)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def settle_conflict(request: StaffRequest, file_id: int, position: int, segment: int) -> "HttpResponseBase":
    """Take the claim in as decided, and go on with the next one of the file."""
    try:
        choice = ConflictChoice(request.POST.get("choice", ""))
    except ValueError:
        raise DomainError("Say what the claim is: one of its own, or a correction.", field="choice") from None
    taken = claim_number_conflicts.settle_conflict(
        file_id,
        position=position,
        segment=segment,
        choice=choice,
        actor=request.user,
        today=clock.today(),
        now=clock.now(),
    )
    done = "is in as a claim of its own" if choice == ConflictChoice.SEPARATE else "is corrected to what the file says"
    messages.success(request, f"Claim {taken.number} {done}.")
    for row in file_seen_by(request.user, file_id).transactions:
        for following in claim_number_conflicts.open_conflicts(row):
            return redirect("import_conflict", file_id=file_id, position=row.position, segment=following)
    return redirect("import_file", file_id=file_id)
