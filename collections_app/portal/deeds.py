"""What a patient did on their page, kept once and told on the account's timeline and in the trail."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from arwork.staff import audit
from claims.parties.models import Account
from claims.parties.selectors import same_accounts
from collections_app.portal.models import PortalDeed

BY = "the patient"


def keep_deed(
    account: Account, kind: str, *, now: dt.datetime, words: str = "", claim_id: int | None = None, **also: Any
) -> PortalDeed:
    """Keep a deed, in the caller's transaction. `words` tell it on the timeline; `also` are ids for the trail."""
    deed = PortalDeed.objects.create(
        practice_id=account.practice_id, account=account, person_id=account.guarantor_id, claim_id=claim_id,
        kind=kind, facts=words[:400], at=now,
    )  # fmt: skip
    facts = {"account": account.pk, "claim": claim_id, **also}
    audit.record(None, f"patient_{kind}", "account", account.pk, practice_id=account.practice_id, after=facts, now=now)
    return deed


def deeds_on(account_id: int) -> QuerySet[PortalDeed]:
    """What was done on the page of an account, the oldest first."""
    return PortalDeed.objects.filter(account__in=same_accounts(account_id)).order_by("pk")
