"""What is to be minded about a debt when somebody is contacted: too old to sue for, not validated yet. Pure."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to mind from a day on: said with contacts for the purposes in `warns`, and no contact is made for those
    in `blocks`. `claim_id` is the claim it is about; None: the account as a whole."""

    rule: str
    words: str
    source: str
    from_on: dt.date
    warns: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    claim_id: int | None = None

    def speaks_for(self, debts: Collection[int], day: dt.date) -> bool:
        """Whether it bears on a contact of a day about these claims; none named is all of the account."""
        return self.from_on <= day and (self.claim_id is None or not debts or self.claim_id in debts)
