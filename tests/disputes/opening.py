"""A dispute about a visit, and a question about it, for tests that need one of each."""

import datetime as dt
from typing import Any

from arwork.staff.models import User
from claims.billing.models import Claim
from collections_app.disputes import asking, services
from collections_app.disputes.models import BillingDispute
from tests.cast import NOW, TODAY

DAY = dt.timedelta(days=1)


def disputed(
    claim: Claim, actor: User | None, *, words: str = "I was not there that day.", **given: Any
) -> BillingDispute:
    """A dispute about a visit, of today unless said otherwise."""
    today = given.pop("today", TODAY)
    kind = given.pop("kind", "service")
    amount = given.pop("amount", None)
    return services.open_dispute(
        claim.account_id, claim.pk, kind=kind, words=words, amount=amount, actor=actor, today=today, now=NOW,
        entered=services.Entered(**given),
    )  # fmt: skip


def asked_about(found: BillingDispute, actor: User, **given: Any) -> asking.MadeQuestion:
    """A question about it, to a coder, answered within a week."""
    told = {
        "role": "coder", "name": "Cora Coder", "words": "Was the second test done that day?", "due_on": TODAY + 7 * DAY,
        "facts": ("day", "line-1"),
    }  # fmt: skip
    return asking.ask(found.pk, asking.Asked(**(told | given)), actor=actor, today=TODAY, now=NOW)


def dispute_of(claim: Claim, actor: User, *, words: str) -> dict[str, int]:
    """The ids that addresses name."""
    found = disputed(claim, actor, words=words)
    made = asked_about(found, actor, name=words, words=f"{words}, was it so?", facts=("day", "said", "patient"))
    return {"billing_dispute_id": found.pk, "guest_question_id": made.question.pk}
