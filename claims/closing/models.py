"""What is kept of a month that closes: points accepted with a reason, frozen reports; the accounts of a practice's own
chart, and what was exported to it.

PII: none; figures by payer, account and class.
"""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from arwork.lib.money import MoneyField
from claims.ledger.models import Period
from claims.practices.models import Practice


class AcceptedPoint(models.Model):
    """An open point of a month that somebody accepted as it was then: `count` and `amount` are what was accepted."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    ends_on = models.DateField()
    code = models.CharField(max_length=30)
    count = models.PositiveIntegerField()
    amount = MoneyField(default=0)
    why = models.CharField(max_length=300)
    accepted_at = models.DateTimeField()
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["practice", "ends_on", "code"], name="a_point_of_a_month_is_accepted_once"),
            models.CheckConstraint(name="whoever_accepts_a_point_says_why", condition=~models.Q(why="")),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.ends_on}"


class FrozenReport(models.Model):
    """A report as it was when its month closed: canonical JSON, the same as CSV, and the digest of the JSON."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="reports")
    name = models.CharField(max_length=30)
    title = models.CharField(max_length=80)
    body = models.TextField(help_text="canonical JSON")
    csv = models.TextField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["period", "name"], name="a_report_of_a_period_is_frozen_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:8]}"


class GlAccount(models.Model):
    """Where a ledger account of a practice goes in its general ledger, from a day on."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    account = models.CharField(max_length=20, help_text="of the ledger's chart")
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "account", "valid_from"], name="a_ledger_account_is_mapped_once_from_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.number}"


class GlExport(models.Model):
    """A journal that was exported: what it said, to tell what a later export of the month changes."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    ends_on = models.DateField()
    lines = models.JSONField(encoder=DjangoJSONEncoder)
    sha256 = models.CharField(max_length=64)
    total = MoneyField()
    exported_at = models.DateTimeField()
    exported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["practice", "ends_on"], name="gl_export_by_month")]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.ends_on}"
