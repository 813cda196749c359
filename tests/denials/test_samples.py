"""Every public 835 is triaged: each adjustment of each line gets a verdict, the sums tie to what the payer sent.

The oracle adds up the CAS of the file itself (`truths.json`), which no code of ours made.
"""

import json
from collections import defaultdict
from decimal import Decimal

import pytest

from arwork.lib.money import ZERO
from claims.denials.models import Denial
from claims.denials.payment_standings import payment_standings
from claims.denials.routing import UNCATEGORIZED, categories_by_carc
from claims.denials.triage import PaymentStatus, answer_status, sums_by_verdict, triage
from claims.remits.explain import explained
from claims.remits.models import RemitClaim
from tests.edi.x12files import SHARED
from tests.remits.test_public_files import take_file

FILES = sorted((SHARED / "835").glob("*")) if SHARED.exists() else []
TRUTHS = json.loads((SHARED / "truths.json").read_text()) if SHARED.exists() else {}
pytestmark = [
    pytest.mark.skipif(not FILES, reason="the public sample files are not here"),
    pytest.mark.django_db,
]


def rows_of_file(path, number: int) -> list[RemitClaim]:
    before = set(RemitClaim.objects.values_list("pk", flat=True))
    take_file(path, sha=f"{number:064d}")
    rows = RemitClaim.objects.exclude(pk__in=before).select_related("remittance__payer")
    return list(rows.order_by("pk"))


def test_every_adjustment_of_every_public_remittance_has_a_verdict_and_the_sums_tie() -> None:
    seen = tied = 0
    for number, path in enumerate(FILES, 1):
        truth = TRUTHS[f"835/{path.name}"]["transactions"]
        rows = rows_of_file(path, number)
        ours: dict[str, Decimal] = defaultdict(lambda: ZERO)
        repeats = False
        for told in explained(rows):
            per_line = [one.cuts for one in told.lines] or [told.cuts]
            for cuts, line in zip(per_line, told.lines or [None], strict=True):
                found = triage(cuts)
                assert sum((one.amount for one in found), ZERO) == sum((one.amount for one in cuts), ZERO), path.name
                paid = line.paid if line else told.row.paid
                assert answer_status(paid, sums_by_verdict(found)) in PaymentStatus
                for one in found:
                    ours[one.group] += one.amount
                    seen += 1
            repeats |= bool(told.adjustments and told.lines)  # a claim level that only repeats its lines counts once
        if not repeats and len({row.remittance_id for row in rows}) == len(truth):
            theirs: dict[str, Decimal] = defaultdict(lambda: ZERO)
            for one in truth:
                for group, amount in one["cas"].items():
                    theirs[group] += Decimal(amount)
            assert {of: amount for of, amount in ours.items() if amount} == {
                of: amount for of, amount in theirs.items() if amount
            }, path.name
            tied += 1
    assert (len(FILES) >= 25, seen >= 140, tied >= 15) == (True, True, True), (len(FILES), seen, tied)

    # What nobody knows is work without a category, and no claim falls out.
    denials = list(Denial.objects.all())
    assert denials
    for row in denials:
        assert row.cure
        assert row.root_cause
        if row.carc not in categories_by_carc() and not row.rarcs:
            assert row.category == UNCATEGORIZED
    claims = {row.claim_id for row in RemitClaim.objects.exclude(claim=None)}
    found = payment_standings(claims)
    assert found.keys() == claims
    assert {str(one.status) for one in found.values()} >= {"paid", "denied"}
