"""Who works here, what they may do, and the trail of what they did.

PII: User holds staff names and e-mail. ApiToken holds no patient data. AuditEvent holds no patient data beyond row
ids, RefusedSignIns addresses of networks for some minutes.
"""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    COLLECTOR = "collector", "Collector"
    SUPERVISOR = "supervisor", "Supervisor"
    ADMIN = "admin", "Administrator"
    AUDITOR = "auditor", "Auditor"


class User(AbstractUser):
    """A member of staff. `access.py` says what a role may do, `parties.PracticeAccess` in which practices."""

    role = models.CharField(max_length=12, choices=Role, default=Role.COLLECTOR)
    # Set when somebody else chose the password: the next sign-in leads to a page that replaces it.
    must_change_password = models.BooleanField(default=False)
    # An account of a program: it has no password and works through the API alone, with tokens.
    is_service = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        constraints = [models.CheckConstraint(name="a_user_has_a_known_role", condition=models.Q(role__in=Role.values))]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class ApiToken(models.Model):
    """Lets a program act for `owner` through the API: never more than the owner's role, until `expires_at`.

    Only a digest of the token is kept; the token itself is shown once.
    """

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of a random token")
    beginning = models.CharField(max_length=12, help_text="what it begins with, to tell tokens apart")
    capabilities = models.JSONField(help_text="of those that the owner's role holds")
    practice_id = models.BigIntegerField(null=True, help_text="the only practice; none: all of the owner's")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_token_expires_after_it_was_opened", condition=models.Q(expires_at__gt=models.F("opened_at"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.beginning}…"


class AuditStrand(models.Model):
    """One of the parallel chains of the trail: a row that exists only to be locked by whoever extends it.

    A single chain would make every audited transaction wait for the slowest one, say an import. A writer
    takes the first strand that nobody holds; see `audit.py`.
    """

    number = models.PositiveSmallIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"strand {self.number}"


class AuditEvent(models.Model):
    """One thing that somebody did or saw. Append-only by trigger; chained by hash to the one before it."""

    at = models.DateTimeField()
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    practice_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    strand = models.PositiveSmallIntegerField()
    position = models.PositiveBigIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id", "at"]),
            models.Index(fields=["actor", "at"]),
            models.Index(fields=["practice_id", "at"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["strand", "position"], name="a_strand_has_one_event_at_each_position")
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject} {self.subject_id}"


class RefusedSignIns(models.Model):
    """How often a sign-in was refused for an account (0: a name that nobody has) from an address, in one window."""

    user_id = models.BigIntegerField()
    address = models.CharField(max_length=45)
    began_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0, help_text="of these, the trail knows")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "address"], name="refusals_are_counted_by_name_and_address")
        ]

    def __str__(self) -> str:
        return f"{self.count} for {self.user_id} from {self.address}"
