"""Letters: one page that leads to everything that goes to patients in writing, with what waits at each place."""

from django.http import HttpResponseBase

from arwork.staff.access import Capability
from arwork.web.hub import HubPlace, hub
from arwork.web.pages import StaffRequest, page
from collections_app.web import deliveries, letterheads, statements

GROUPS: tuple[tuple[str, tuple[HubPlace, ...]], ...] = (
    ("Letters", (HubPlace("letter_list", "All letters", "What was written to whom, as it was, with its proof"),)),
    ("Statements", (statements.PLACE,)),
    ("Mail and messages", deliveries.PLACES),
    (
        "What letters say",
        (
            HubPlace("letter_texts", "Texts", "The words of every kind of letter, with their dates"),
            letterheads.PLACE,
        ),
    ),
)


@page(Capability.SEE_CLAIMS)
def letters(request: StaffRequest) -> HttpResponseBase:
    """The places that this role may open, with what waits there."""
    return hub(request, "Letters", GROUPS)
