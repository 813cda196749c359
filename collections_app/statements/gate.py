"""What the contact gate says of statements by mail: asked before one is made, and again as it leaves."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from collections_app.contacts.asking import verdicts_for
from collections_app.contacts.gate import LETTER, Purpose
from collections_app.statements.cycle import APART_BY_HOLD

#: These set visits apart instead of stopping the whole statement: what is not disputed is billed.
_SETS_APART = frozenset(one.value for one in APART_BY_HOLD)


class ForbiddenMail(NamedTuple):
    """Why nobody may be written to now: the rule or hold, and words."""

    rule: str
    words: str


def forbidden_to_mail(account_ids: Collection[int], *, at: dt.datetime) -> dict[int, ForbiddenMail]:
    """By account; who may be written to is left out. As many queries as for one account."""
    found = verdicts_for(account_ids, channel=LETTER, purpose=Purpose.STATEMENT, at=at)
    return {
        pk: ForbiddenMail(one.rule, f"{one.reason[:1].upper()}{one.reason[1:]} ({one.source})")
        for pk, one in found.items()
        if one.is_blocked and one.rule not in _SETS_APART
    }
