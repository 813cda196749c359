"""What people record of a credit beside its money: the cause they found, and the days of the 60-day clock.

The money of a credit, since when it stands and what caused it by the rules are computed from the postings, never kept.
`began_id` is the posting with which the credit began: what was recorded of an earlier credit in the same place does not
speak for a later one. `CreditChange` is the history, append-only.

PII: none but free text of staff (reasons), which is refused where it looks like patient data.
"""

from django.conf import settings
from django.db import models

from claims.billing.models import Claim
from claims.credits.causes import CAUSES
from claims.parties.models import Account
from claims.practices.models import Practice
from claims.remits.models import Remittance


class CreditReview(models.Model):
    """What was recorded of one credit."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="credit_reviews")
    bucket = models.CharField(max_length=8, blank=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="credit_reviews")
    remittance = models.ForeignKey(Remittance, null=True, on_delete=models.PROTECT, related_name="credit_reviews")
    began_id = models.BigIntegerField(help_text="the posting with which the credit began")
    cause = models.CharField(max_length=20, choices=[("", "As the rules say"), *CAUSES], blank=True)
    identified_on = models.DateField(null=True, help_text="somebody knowingly received or retained it")
    investigation_started_on = models.DateField(null=True)
    investigation_ended_on = models.DateField(null=True)
    reported_on = models.DateField(null=True)
    report_method = models.CharField(max_length=60, blank=True, help_text="refund form, claim adjustment, CMS-838, ...")

    class Meta:
        app_label = "claims"
        constraints = [
            models.CheckConstraint(
                name="a_credit_lies_in_one_place",
                condition=models.Q(claim__isnull=False, account=None, remittance=None) & ~models.Q(bucket="")
                | models.Q(claim=None, account__isnull=False, remittance=None, bucket="")
                | models.Q(claim=None, account=None, remittance__isnull=False, bucket=""),
            ),
            models.UniqueConstraint(
                fields=["claim", "bucket", "began_id"],
                condition=models.Q(claim__isnull=False),
                name="a_credit_of_a_claim_is_reviewed_once",
            ),
            models.UniqueConstraint(
                fields=["account", "began_id"],
                condition=models.Q(account__isnull=False),
                name="a_credit_of_an_account_is_reviewed_once",
            ),
            models.UniqueConstraint(
                fields=["remittance", "began_id"],
                condition=models.Q(remittance__isnull=False),
                name="a_credit_of_a_deposit_is_reviewed_once",
            ),
            models.CheckConstraint(
                name="an_investigation_follows_the_finding",
                condition=models.Q(investigation_started_on=None, investigation_ended_on=None)
                | models.Q(investigation_started_on__gte=models.F("identified_on"), investigation_ended_on=None)
                | models.Q(
                    investigation_started_on__gte=models.F("identified_on"),
                    investigation_ended_on__gte=models.F("investigation_started_on"),
                ),
            ),
            models.CheckConstraint(
                name="what_is_reported_says_how",
                condition=models.Q(reported_on=None) | ~models.Q(report_method=""),
            ),
        ]

    def __str__(self) -> str:
        return f"credit review {self.pk}"


class CreditChange(models.Model):
    """One thing that somebody recorded of a credit: what it was before, what after, and why. Append-only."""

    review = models.ForeignKey(CreditReview, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200, help_text="in words")
    reason = models.CharField(max_length=300)

    class Meta:
        app_label = "claims"
        constraints = [
            models.CheckConstraint(name="a_change_of_a_credit_says_why", condition=~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.what}"
