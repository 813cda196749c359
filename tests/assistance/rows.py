"""An application and a policy as rows, for tests that need one of every kind."""

from typing import TYPE_CHECKING

from collections_app.assistance.models import AssistanceApplication, AssistanceEvent, AssistanceRule
from collections_app.contacts.models import Hold
from tests.cast import NOW, TODAY

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.parties.models import Account


def assistance_of_cedar(account: "Account", actor: "User", *, words: str = "QUILLFEATHER") -> dict[str, int]:
    """The ids of an open application whose hold is lifted (the account is worked on), and of a policy."""
    hold = Hold.objects.create(
        practice_id=account.practice_id, account=account, reason="assistance", from_on=TODAY, placed_at=NOW,
        lifted_at=NOW, note=words,
    )  # fmt: skip
    one = AssistanceApplication.objects.create(
        practice_id=account.practice_id, account=account, channel="desk", received_on=TODAY, made_at=NOW, hold=hold,
        words=words, household={"people": 3, "income": [], "assets": None}, owner=actor, next_action=words,
    )  # fmt: skip
    AssistanceEvent.objects.create(application=one, code="applied", words=words, on=TODAY, at=NOW, by=actor)
    rule = AssistanceRule.objects.create(
        practice_id=account.practice_id, is_501r=False, bands=[[200, 100]], agb_percent=100, valid_days=180,
        earlier_days=240, reply_days=30, appeal_days=60, valid_from=TODAY, source="Board", entered_by=actor,
    )  # fmt: skip
    return {"application_id": one.pk, "assistance_policy_id": rule.pk}
