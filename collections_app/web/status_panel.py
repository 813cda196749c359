"""What payers said of a claim and of the coverage behind it, as its page and the desk show it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.status_requests import selectors
from collections_app.web.coverage_requests import shown_reply
from collections_app.web.status_requests import shown_answer

if TYPE_CHECKING:
    from claims.billing.models import Claim


def status_panel(request: StaffRequest, claim: "Claim") -> tuple[str, Mapping[str, Any]] | None:
    """The last answers and the buttons to ask; None where nothing was asked and nobody can be."""
    story = selectors.story_of(claim)
    may_work = may(request.user, Capability.WORK_ITEMS)
    may_ask = may_work and selectors.is_status_asked(claim)
    may_ask_coverage = may_work and selectors.is_coverage_asked(claim)
    if not (story.questions or story.answers or story.coverages or may_ask or may_ask_coverage):
        return None
    waiting = [one for one in story.questions if one.state in ("ready", "asked")]
    return "collections/status_requests/panel.html", {
        "claim": claim,
        "answers": [shown_answer(one) for one in story.answers],
        "waiting": waiting,
        "failed": next((one for one in story.questions[:1] if one.state == "failed"), None),
        "coverages": [(one, shown_reply(reply)) for one, reply in story.coverages],
        "may_ask": may_ask and not waiting,
        "may_ask_coverage": may_ask_coverage,
        "is_denied_for_coverage": story.is_denied_for_coverage,
    }
