"""A case and a referral as rows, for tests that need one of every kind."""

from typing import TYPE_CHECKING

from collections_app.contacts.models import Hold
from collections_app.legal.models import CourtCase, LawFirm, LegalReferral, ReferredVisit
from tests.cast import NOW, TODAY

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.billing.models import Claim


def court_rows(claim: "Claim", actor: "User", *, words: str = "Call the clerk") -> dict[str, int | str]:
    """An estate, a law firm and a referral that waits, none of them anybody's: the ids an address may name."""
    account = claim.account
    hold = Hold.objects.create(
        practice_id=claim.practice_id, account=account, person=account.guarantor, reason="deceased",
        facts={"estate_contact": words}, from_on=TODAY, placed_at=NOW, placed_by=actor,
    )  # fmt: skip
    case = CourtCase.objects.create(
        practice_id=claim.practice_id, person=account.guarantor, account=account, hold=hold, kind="estate",
        next_action=words, next_on=TODAY, opened_at=NOW,
    )  # fmt: skip
    firm = LawFirm.objects.create(
        practice_id=claim.practice_id,
        name="Holt and Reyes",
        states="NY",
        fee_percent=25,
        entered_by=actor,
        entered_at=NOW,
    )
    referral = LegalReferral.objects.create(
        practice_id=claim.practice_id, account=account, firm=firm, next_action=words, next_on=TODAY, amount=5,
        reason=words, scra="not_active", scra_checked_on=TODAY, asked_by=actor, asked_on=TODAY, asked_at=NOW,
    )  # fmt: skip
    ReferredVisit.objects.create(referral=referral, claim=claim, amount=5)
    return {"court_case_id": case.pk, "legal_referral_id": referral.pk, "law_firm_id": firm.pk, "deed": "step"}
