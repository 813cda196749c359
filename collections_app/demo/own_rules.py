"""What the demo's practices decided about their work themselves, over what is shipped."""

import datetime as dt
from decimal import Decimal

from arwork.staff.models import Role, User
from claims.denials.denial_rules import DenialRuleDraft, add_rule
from claims.denials.models import DenialRule
from claims.practices.models import Practice
from collections_app.worklist.outcome_rules import OutcomeRuleDraft, add_outcome_rule

_SINCE = dt.timedelta(days=60)


def set_rules(until: dt.date, *, now: dt.datetime) -> None:
    """Coders look at what was bundled before anybody appeals it, since two months ago; one practice asks sooner what
    became of a claim in process, from now on. Once."""
    if DenialRule.objects.exists():
        return
    draft = DenialRuleDraft(
        group="CO",
        carc="97",
        category="coding",
        kind="soft",
        way="modifier",
        win_rate=Decimal("0.35"),
        valid_from=until - _SINCE,
        source="Coding meeting: a coder looks first",
    )
    owner = User.objects.get(username="owner", role=Role.OWNER)
    add_rule(draft, actor=owner, now=now)
    practice = Practice.objects.order_by("pk")[0]
    sooner = OutcomeRuleDraft(
        code="in_process", days=10, practice_id=practice.pk, valid_from=until, source="Team meeting: ask sooner"
    )
    add_outcome_rule(sooner, actor=owner, now=now)
