"""Where an account is in its strategy, on its page and beside the call: what was done, what comes next, what stops."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.web.pages import StaffRequest
from collections_app.strategies.selectors import strategy_of
from collections_app.strategies.steps import KIND_WORDS, StepKind

if TYPE_CHECKING:
    from claims.parties.models import Account

_OUTCOMES = {"done": "done", "skipped": "left out", "refused": "refused", "given_up": "given up"}


def strategy_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """None where the practice follows no strategy, or nothing of the account began."""
    today = clock.today()
    found = strategy_of(account, today=today)
    if found is None:
        return None
    following = found.following
    context = {
        "found": found,
        "following": following,
        "following_word": KIND_WORDS[following.step.kind].lower() if following else "",
        "is_due": bool(found.standing.due),
        "last_word": KIND_WORDS[StepKind(found.last.kind)] if found.last else "",
        "runs": [(one, KIND_WORDS[StepKind(one.kind)], _OUTCOMES[one.outcome]) for one in found.runs],
    }
    return "collections/strategies/panel.html", context
