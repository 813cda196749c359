"""Outgoing claims of the demo that still wait for somebody: corrections of denied claims, and one to the next payer.

What was rejected and sent anew is told where batches are.
"""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress

from django.db import transaction

from arwork.lib import events
from arwork.lib.errors import DomainError
from arwork.staff.access import practice_ids
from claims.billing.models import Claim
from claims.denials.models import Denial
from collections_app.demo.setting import collectors
from collections_app.outgoing_claims import services
from collections_app.outgoing_claims.models import OutgoingClaim

#: So many of each wait; so many claims are tried for them.
CORRECTED, NEXT = 4, 2
_TRIED = 5
_NOON = dt.time(17)
_MODIFIER = {"lines.1.modifiers": "25"}


def draft_some(until: dt.date) -> None:
    """Once, on the last day: drafts of collectors, one of them edited already."""
    if OutgoingClaim.objects.exclude(purpose=OutgoingClaim.Purpose.NEW).exists():
        return
    now = dt.datetime.combine(until, _NOON, tzinfo=dt.UTC)
    open_claims = Claim.objects.filter(state=Claim.State.OPEN, merged_into=None, outgoing_claims=None).exclude(icn="")
    denied = Denial.objects.filter(state=Denial.State.OPEN, kind="soft").values("claim")
    corrected = open_claims.filter(pk__in=denied).order_by("pk")
    crossed = open_claims.filter(responsible="PAYER2", coverage2__isnull=False).order_by("pk")
    with events.quiet():
        drafts = _drafts(corrected[: CORRECTED * _TRIED], "corrected", CORRECTED, until, now)
        for row in drafts[:1]:
            if row.owner:
                with suppress(DomainError), transaction.atomic():
                    services.change(row.pk, entered=_MODIFIER, edition=row.edition, actor=row.owner, now=now)
        _drafts(crossed[: NEXT * _TRIED], "next_payer", NEXT, until, now)


def _drafts(claims: Iterable[Claim], purpose: str, most: int, until: dt.date, now: dt.datetime) -> list[OutgoingClaim]:
    people = collectors()
    made: list[OutgoingClaim] = []
    for claim in claims:
        actor = next((one for one in people if claim.practice_id in practice_ids(one)), None)
        if actor is None or len(made) == most:
            continue
        denials = list(Denial.objects.filter(claim=claim, state="open").values_list("pk", flat=True))
        with suppress(DomainError), transaction.atomic():
            made.append(
                services.draft_claim(claim.pk, purpose=purpose, actor=actor, today=until, now=now, denial_ids=denials)
            )
    return made
