"""Webhooks, and what was or is to be sent to each.

PII: none. Ids of claims, accounts, items and promises only; an address and a name that an administrator chose.
"""

import uuid

from django.db import models
from django.db.models.functions import Now

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.staff.models import User


def new_key() -> str:
    """What a receiver tells deliveries apart by."""
    return f"msg_{uuid.uuid4().hex}"


class Webhook(models.Model):
    """Where the programs of one practice are told what happened. `practice_id` as in `AuditEvent`."""

    class OffBecause(models.TextChoices):
        PERSON = "person", "switched off"
        FAILING = "failing", "switched off: it failed for three days"
        HELD = "held", "held: a backup was restored"
        ENDED = "ended", "ended"

    practice_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    events = models.JSONField(help_text="names of what it is told")
    secret = EncryptedTextField(max_length=60, blank=True, help_text="shown once, when it was opened")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    first_failed_at = models.DateTimeField(null=True, help_text="since when nothing has arrived")
    wakes_at = models.DateTimeField(
        null=True, help_text="not sent to before: a worker is at it, or it did not answer just now"
    )
    off_at = models.DateTimeField(null=True)
    off_because = models.CharField(max_length=7, choices=OffBecause, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_webhook_that_is_off_says_why",
                condition=models.Q(off_at=None, off_because="")
                | models.Q(off_at__isnull=False, off_because__in=("person", "failing", "held", "ended")),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ended(self) -> bool:
        return self.off_because == self.OffBecause.ENDED


class WebhookDelivery(models.Model):
    """One thing that happened, as it is told to one webhook: the outbox and the log in one.

    `happened_at` is by the database's clock, the other moments by the worker's.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    key = models.CharField(max_length=40, unique=True, default=new_key, help_text="the same at each attempt")
    event = models.CharField(max_length=20)
    data = models.JSONField(help_text="lists of ids")
    happened_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, help_text="not before")
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="what was answered last")
    message = models.CharField(max_length=120, blank=True, help_text="why it did not arrive")

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(state="waiting"), name="waiting_delivery_by_next_try"
            ),
            models.Index(fields=["happened_at"]),
        ]

    def __str__(self) -> str:
        return self.key
