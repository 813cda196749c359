"""Disclosures of a patient's data to somebody outside.

PII: what was disclosed of whom to whom, and why.
"""

from django.conf import settings
from django.db import models

from claims.parties.models import Account


class Disclosure(models.Model):
    """One disclosure, as the accounting tells it: 45 CFR 164.528(b)(2). Withdrawn ones were entered by mistake."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="disclosures")
    disclosed_on = models.DateField()
    recipient = models.CharField(max_length=200)
    recipient_address = models.CharField(max_length=300, blank=True, help_text="if known")
    what = models.CharField(max_length=500, help_text="a brief description of what was disclosed")
    purpose = models.CharField(max_length=500)
    event_id = models.BigIntegerField(null=True, help_text="the audit event of the file that went out")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["account", "disclosed_on"], name="disclosure_by_account")]
        constraints = [
            models.CheckConstraint(
                name="a_disclosure_is_withdrawn_with_a_reason",
                condition=models.Q(withdrawn_at=None) | ~models.Q(withdrawn_because=""),
            )
        ]

    def __str__(self) -> str:
        return f"disclosure {self.pk}"
