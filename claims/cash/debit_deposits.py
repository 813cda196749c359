"""What the bank collects by debits, noted as deposits to be found on its statement."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from claims.cash.models import DebitDeposit


def note_debits(practice_id: int, sums: Mapping[tuple[dt.date, str], tuple[int, Decimal]]) -> list[DebitDeposit]:
    """Note what settled: count and dollars by day and file. The same day and file again adds to what is there, unless
    the bank's line was found for it already: then it is a deposit of its own. The caller holds the transaction."""
    found = []
    for (day, reference), (count, amount) in sorted(sums.items()):
        row = DebitDeposit.objects.select_for_update(of=("self",)).filter(
            practice=practice_id, settled_on=day, reference=reference, bank_match=None
        ).first()  # fmt: skip
        if row is not None:
            row.count, row.amount = row.count + count, row.amount + amount
            row.save(update_fields=["count", "amount"])
        else:
            same = DebitDeposit.objects.filter(practice=practice_id, settled_on=day, reference__startswith=reference)
            name = f"{reference} ({same.count() + 1})" if same.exists() else reference
            row = DebitDeposit.objects.create(
                practice_id=practice_id, settled_on=day, reference=name, count=count, amount=amount
            )
        found.append(row)
    return found
