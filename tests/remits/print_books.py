"""Run as a process of its own: the books and remittances of the database it was started on, without row ids."""

import json
import sys

import django


def remitted() -> dict[str, list[object]]:
    """What remittances left behind: postings with their keys, exceptions, denials, states."""
    from claims.denials.models import Denial
    from claims.edi.models import EdiTransaction
    from claims.remits.models import RemitClaim, RemitException, RemitLine, Remittance
    from tests.edi_intake.books import balances, rows
    from tests.edi_intake.books import everything as intake

    claim = ("remittance__trace", "position", "claim__number", "bucket", "state", "matched_by", "reverses__position")
    line = ("remit_claim__position", "position", "line__number", "paid", "adjustments")
    exception = ("remit_claim__position", "code", "detail", "amount", "state", "resolution")
    return balances() | {
        "postings": intake()["postings"],
        "remittances": rows(Remittance, ("trace", "key", "state", "claim_count", "total_paid", "is_balanced")),
        "remit claims": rows(RemitClaim, claim),
        "remit lines": rows(RemitLine, line),
        "exceptions": rows(RemitException, exception),
        "denials": rows(Denial, ("claim__number", "line__number", "carc", "amount", "state", "initial_on")),
        "transactions": rows(EdiTransaction, ("position", "kind", "status", "done")),
    }


if __name__ == "__main__":
    django.setup()
    json.dump(remitted(), sys.stdout)
