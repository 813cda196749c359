"""Claims opened from remittances alone: whichever payer's answer is read first, the books end as in the natural order.

The stories and the oracle are those of `test_payers_in_any_order`; no bill is ever read, and no practice is known.
"""

import io
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.edi import services
from claims.ledger.verify import verify
from claims.practices.models import Practice
from claims.remits.models import RemitException
from tests.acceptance.test_payers_in_any_order import PAYERS, Answer, Told, Undo, bill, dealt, remittance, stories
from tests.balances import balance_of
from tests.edi_intake.conftest import NOW, TODAY
from tests.edi_intake.writing import NPI, TIN

#: Shrinking a story of the database takes minutes and tells no more.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


def _owed(line: ClaimLine) -> list[Decimal]:
    return [getattr(line, bucket.lower()) for bucket in BUCKETS]


def books_after(contents: list[bytes]) -> dict[str, int]:
    """What each bucket owes, in cents, after the remittances in this order."""
    found: dict[str, int] = {}
    try:
        with transaction.atomic():
            Practice.objects.create(pk=90_003, name="Harbor Clinic", npi=NPI, tin=TIN)
            for number, content in enumerate(contents):
                services.take_in(
                    io.BytesIO(content), name=f"{number}", via="command", today=TODAY, now=NOW, create_missing=True
                )
                assert not [line for line in ClaimLine.objects.all() if min(_owed(line)) < 0]  # no credit at any time
            claim = Claim.objects.get()
            found = {bucket: int(amount * 100) for bucket, amount in balance_of(claim.pk).items() if amount}
            waiting = RemitException.objects.filter(state="open")
            assert [(one.code, one.detail) for one in waiting] == []
            assert [one for one in verify([claim.practice_id]) if not one.holds] == []
            raise Undo
    except Undo:
        return found


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=NO_SHRINKING)
@given(story=stories(), order=st.randoms(use_true_random=False), with_bills=st.booleans())
def test_answers_in_any_order_end_in_the_same_books(story: Told, order: object, with_bills: bool) -> None:
    """`with_bills`: the bills come as well, before or after."""
    contents = [remittance(story, rank) for rank in range(len(story.payers))]
    contents += [bill(story, rank) for rank in range(len(story.payers)) if with_bills]
    order.shuffle(contents)  # type: ignore[attr-defined]
    assert books_after(contents) == dealt(story)


def test_what_a_bill_gave_a_later_payer_steps_back_with_the_answer_that_left_it(db: None) -> None:
    """The second payer's answer, its bill that names the third payer, then the first payer's answer."""
    left = (Answer(paid=508, off=1408, left=7081),)
    second = (Answer(paid=575, off=152, left=6354, prior=1821, repeated=95),)
    third = (Answer(paid=6354, prior=2643),)
    story = Told("P", (8997,), (left, second, third), PAYERS, mentions=True)
    contents = [remittance(story, 1), bill(story, 1), bill(story, 2), remittance(story, 0), remittance(story, 2)]
    assert books_after(contents) == dealt(story)
