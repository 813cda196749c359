"""Who works here, what they may do, and the trail of what they did.

PII: User holds staff names and e-mail. AuditEvent holds no patient data beyond row ids.
"""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    COLLECTOR = "collector", "Collector"
    SUPERVISOR = "supervisor", "Supervisor"
    ADMIN = "admin", "Administrator"
    AUDITOR = "auditor", "Auditor"


class User(AbstractUser):
    """A member of staff. What a role may do is in `access.py`; which practices, in `parties.PracticeAccess`."""

    role = models.CharField(max_length=12, choices=Role, default=Role.COLLECTOR)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                name="a_user_has_a_known_role", condition=models.Q(role__in=Role.values)
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class AuditEvent(models.Model):
    """One thing that somebody did or saw. Append-only by trigger, chained by hash to the event before it."""

    at = models.DateTimeField()
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    practice_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id", "at"]),
            models.Index(fields=["actor", "at"]),
            models.Index(fields=["practice_id", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject} {self.subject_id}"
