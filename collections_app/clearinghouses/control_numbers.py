"""Control numbers of what leaves: each used once between a sender and a receiver, without gaps (X12.5, X12.6).

A number is taken in the transaction that keeps the file under it: what is rolled back gives its number back, and
whoever takes one at the same time waits for it.
"""

from collections_app.clearinghouses.models import ClearinghouseConnection, ControlNumber
from collections_app.clearinghouses.states import GS, ISA, ST


def next_number(connection: ClearinghouseConnection, kind: str, *, count: int = 1) -> int:
    """The first of the next `count` numbers of `kind` (`isa`, `gs`, `st`); within a transaction of the caller."""
    counted = {"sender_id": connection.sender_id, "receiver_id": connection.receiver_id, "kind": kind}
    ControlNumber.objects.bulk_create([ControlNumber(**counted)], ignore_conflicts=True)
    row = ControlNumber.objects.select_for_update(of=("self",)).get(**counted)
    row.last += count
    row.save(update_fields=["last"])
    return row.last - count + 1


def begin_after(connection: ClearinghouseConnection, *, last: int) -> None:
    """Go on after `last`, which another system used with this sender and receiver; never back."""
    for kind in (ISA, GS, ST):
        counted = {"sender_id": connection.sender_id, "receiver_id": connection.receiver_id, "kind": kind}
        ControlNumber.objects.bulk_create([ControlNumber(**counted)], ignore_conflicts=True)
        ControlNumber.objects.filter(**counted, last__lt=last).update(last=last)
