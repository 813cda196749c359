"""Claims that were sent, drafted again, made ready, and put into batches."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from arwork.staff.models import User
from claims.billing.models import Claim, Submission
from collections_app.claim_batches import making, sending
from collections_app.claim_batches.models import ClaimBatch
from collections_app.clearinghouses.models import ClearinghouseConnection
from collections_app.outgoing_claims import services as outgoing
from collections_app.outgoing_claims.content import kept, text_of
from collections_app.outgoing_claims.models import OutgoingClaim
from tests.cast import NOW, TODAY
from tests.edi_intake.writing import Sent, write_837

LATER = NOW + dt.timedelta(hours=1)


class Story:
    """What happens to claims on their way out."""

    def __init__(self, take_in: Callable[..., Any], sol: User, connection: ClearinghouseConnection) -> None:
        self.take_in, self.sol, self.connection = take_in, sol, connection

    def ready(self, *claims: Sent, control: int = 900) -> list[OutgoingClaim]:
        """The claims, sent once by another system, drafted as new claims and ready to leave."""
        self.take_in(write_837(list(claims), control=control))
        rows = [self.drafted(one.number) for one in claims]
        OutgoingClaim.objects.filter(pk__in=[one.pk for one in rows]).update(
            state="ready", ready_at=NOW, ready_by=self.sol
        )
        return rows

    def drafted(self, number: str) -> OutgoingClaim:
        claim = Claim.objects.get(number=number)
        return outgoing.draft_claim(claim.pk, purpose="new", actor=self.sol, today=TODAY, now=NOW)

    def spoiled(self, row: OutgoingClaim, tag: str, n: int, value: str) -> None:
        """Write something wrong into a claim that is ready."""
        text = text_of(row)
        spoil = tuple((*e[:n], value, *e[n + 1 :]) if e[0] == tag else e for e in text.claim)
        row.content = kept(type(text)(text.form, text.billing, text.subscriber, text.patient, spoil))
        row.save(update_fields=["content"])

    def made(self) -> ClaimBatch:
        return making.make_batch(self.connection.pk, actor=self.sol, today=TODAY, now=NOW)

    def checked(self) -> ClaimBatch:
        batch = self.made()
        making.check_batch(batch.pk, clock=lambda: LATER)
        batch.refresh_from_db()
        return batch

    def sent(self) -> ClaimBatch:
        batch = self.checked()
        assert batch.state == "checked", batch.problem
        return sending.say_uploaded(batch.pk, actor=self.sol, today=TODAY, now=LATER)


def states(rows: Sequence[OutgoingClaim]) -> list[str]:
    found = OutgoingClaim.objects.in_bulk([one.pk for one in rows])
    return [found[one.pk].state for one in rows]


def submitted(row: OutgoingClaim) -> Submission:
    row.refresh_from_db()
    assert row.submission is not None
    return row.submission
