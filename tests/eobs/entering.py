"""EOBs as a test enters them: what stands in the cells, by claim and line."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from arwork.lib.money import money
from arwork.staff.models import User
from claims.billing.models import Claim
from claims.eobs import drafts, posting
from claims.eobs.drafts import CheckFacts
from claims.eobs.entry_rules import EntryReading, TypedAdjustment, TypedClaim, TypedEntry, TypedLine
from claims.eobs.models import Eob
from tests.cast import NOW, TODAY, make_payer
from tests.remits.era import PAID_ON

Cells = Mapping[str, str]


def check(amount: str, *, trace: str = "40017", **facts: Any) -> CheckFacts:
    """A check of the first payer of the tests."""
    given = {
        "payer_id": make_payer().pk, "method": "CHK" if money(amount) else "NON", "trace": trace,
        "amount": money(amount), "paid_on": PAID_ON, "received_on": PAID_ON + dt.timedelta(days=3),
    }  # fmt: skip
    return CheckFacts(**{**given, **facts})


def typed(*claims: tuple[Claim, Sequence[Cells]], provider: Sequence[tuple[str, str]] = (), **facts: Any) -> TypedEntry:
    """An entry: each claim with the cells of its lines in their order."""
    read = []
    for claim, cells in claims:
        lines = [line.pk for line in claim.lines.order_by("number")]
        rows = tuple(TypedLine(pk, **cell) for pk, cell in zip(lines, cells, strict=True))
        read.append(TypedClaim(claim.pk, lines=rows, **facts))
    return TypedEntry(tuple(read), tuple(TypedAdjustment(code, "", amount) for code, amount in provider))


def entered(actor: User, entry: TypedEntry, amount: str, **facts: Any) -> tuple[Eob, EntryReading]:
    """A draft with all of it saved."""
    claims = Claim.objects.filter(pk__in=[one.claim for one in entry.claims])
    practice_id = claims[0].practice_id if claims else actor.practices.get().pk
    eob = drafts.open_eob(practice_id, check(amount, **facts), actor=actor, now=NOW, today=TODAY)
    return drafts.save_entry(eob.pk, entry, version=1, proposing=True, actor=actor, now=NOW, today=TODAY)


def post(actor: User, entry: TypedEntry, amount: str, **facts: Any) -> Eob:
    """An EOB entered and posted."""
    eob, _ = entered(actor, entry, amount, **facts)
    return posting.post_eob(eob.pk, version=eob.version, actor=actor, today=TODAY, now=NOW)
