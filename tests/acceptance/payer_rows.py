"""Rows of the payer desk that no slice makes for others, for tests that need one of every kind."""

from typing import TYPE_CHECKING

from claims.billing.models import Claim
from collections_app.claim_edits.models import EditRule, FirstCheck
from collections_app.payer_calls.models import PortalLogin
from collections_app.status_requests.models import AskingWay, ClaimQuestion, CoverageQuestion
from tests.cast import NOW, TODAY

if TYPE_CHECKING:
    from arwork.staff.models import User


def payer_rows_of(claim: Claim, actor: "User", *, words: str) -> dict[str, int]:
    """A portal log-in, an edit, a way to ask a payer, a first check, and questions about a claim and its patient's
    coverage: the ids that addresses name."""
    ours = {"practice_id": claim.practice_id, "payer_id": claim.payer_id}
    login = PortalLogin.objects.create(
        **ours, name=words, address="portal.example.com", owner=words, changed_at=NOW, changed_by=actor
    )
    way = AskingWay.objects.create(payer_id=claim.payer_id, changed_at=NOW, changed_by=actor)
    edit = EditRule.objects.create(
        practice_id=claim.practice_id, level="warn", words=words, valid_from=TODAY, source=words
    )
    FirstCheck.objects.get_or_create(
        claim=claim, sequence="P", defaults={
            **ours, "form": "P", "leaving_on": TODAY, "checked_at": NOW, "stops": 1, "warnings": 0, "found": "npi",
        },
    )  # fmt: skip
    ClaimQuestion.objects.create(
        **ours, claim=claim, way="file", trace=f"T{claim.pk}", because="due", amount=claim.charge, asked_on=TODAY,
        asked_by=actor,
    )  # fmt: skip
    of_patient = {
        **ours, "patient": claim.patient, "claim": claim, "way": "file", "state": "answered", "service_on": TODAY,
        "asked_on": TODAY, "asked_by": actor,
    }  # fmt: skip
    CoverageQuestion.objects.create(**of_patient, purpose="person", trace=f"P{claim.pk}")
    found = CoverageQuestion.objects.create(**of_patient, purpose="discovery", trace=f"C{claim.pk}", finding="found")
    return {
        "login_id": login.pk, "way_id": way.pk, "edit_rule_id": edit.pk, "coverage_question_id": found.pk,
    }  # fmt: skip
