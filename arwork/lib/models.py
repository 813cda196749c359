"""What was announced and has not reached every subscriber yet: rows come and go.

PII: none. Ids of claims, accounts and remittance exceptions only.
"""

from django.db import models
from django.db.models.functions import Now


class Announcement(models.Model):
    """One announcement, or a portion of a large one, kept until every subscriber has taken it.

    `made_at` and `next_try_at` are by different clocks, the database's and the worker's: only minutes count.
    """

    reason = models.CharField(max_length=20, help_text="the word for why: remit, payment, ack, ...")
    claims = models.JSONField(default=list, help_text="ids")
    accounts = models.JSONField(default=list, help_text="ids")
    exceptions = models.JSONField(default=list, help_text="ids of those that belong to no claim")
    made_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, help_text="how often a delivery was begun or failed")
    next_try_at = models.DateTimeField(null=True, help_text="not before; while it is delivered, when it is given up")
    message = models.CharField(max_length=120, blank=True, help_text="the kind of the last error")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["next_try_at"], name="announcement_by_next_try")]

    def __str__(self) -> str:
        return f"{self.reason} {self.pk}"
