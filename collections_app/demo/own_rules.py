"""What the demo's practices decided about their work themselves, over what is shipped."""

import datetime as dt
from decimal import Decimal

from arwork.staff.models import Role, User
from claims.denials.denial_rules import DenialRuleDraft, add_rule
from claims.denials.models import DenialRule

_SINCE = dt.timedelta(days=60)


def set_rules(until: dt.date, *, now: dt.datetime) -> None:
    """Coders look at what was bundled before anybody appeals it, since two months ago. Once."""
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
    add_rule(draft, actor=User.objects.get(username="owner", role=Role.OWNER), now=now)
