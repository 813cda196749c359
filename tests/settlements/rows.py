"""A settlement and a referral as rows, for tests that need one of every kind."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from collections_app.help_offers.models import HelpOffer, Referral, ReferralPlace
from collections_app.settlements.models import Settlement, SettlementEvent, SettlementPayment, SettlementVisit
from tests.cast import NOW, TODAY

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.billing.models import Claim

DUE = TODAY + dt.timedelta(days=11)


def settlement_of(claim: "Claim", actor: "User", *, words: str) -> dict[str, int]:
    """4.00 offered for 5.00 of a claim, and a counselor whom its account was sent to: the ids that addresses name."""
    ours = {"practice_id": claim.practice_id, "account_id": claim.account_id}
    found = Settlement.objects.create(
        **ours, state="offered", owed=Decimal(5), offer=Decimal(4), reason=words, grace_days=5, owner=actor,
        offered_on=TODAY, offered_at=NOW, offered_by=actor, expires_on=DUE,
    )  # fmt: skip
    SettlementVisit.objects.create(settlement=found, claim=claim, owed=Decimal(5), share=Decimal(4))
    SettlementPayment.objects.create(settlement=found, number=1, due_on=DUE, amount=Decimal(4))
    SettlementEvent.objects.create(settlement=found, code="offered", words=words, on=TODAY, at=NOW, by=actor)
    HelpOffer.objects.create(**ours, code="plan", answer="accepted", said=words, on=TODAY, at=NOW, by=actor)
    place = ReferralPlace.objects.create(
        practice_id=claim.practice_id, name="County Counselors", kind="counselor", helps_with="budgets"
    )
    referral = Referral.objects.create(
        **ours, place=place, words=words, next_action=words, next_on=DUE, owner=actor, referred_on=TODAY,
        referred_at=NOW, referred_by=actor,
    )  # fmt: skip
    return {"settlement_id": found.pk, "referral_id": referral.pk, "place_id": place.pk}
