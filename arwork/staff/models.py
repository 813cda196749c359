"""Who works here, what they may do, and the trail of what they did.

PII: User holds staff names and e-mail. ApiToken holds no patient data. AuditEvent holds no patient data beyond row
ids, RefusedSignIns addresses of networks for some minutes.
"""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from arwork.staff.session_store import SessionStore


class Role(models.TextChoices):
    COLLECTOR = "collector", "Collector"
    SUPERVISOR = "supervisor", "Supervisor"
    ADMIN = "admin", "Administrator"
    AUDITOR = "auditor", "Auditor"
    OWNER = "owner", "Owner"


class User(AbstractUser):
    """A member of staff. `access.py` says what a role may do, `parties.PracticeAccess` in which practices."""

    role = models.CharField(max_length=12, choices=Role, default=Role.COLLECTOR)
    # Set when somebody else chose the password: the next sign-in leads to a page that replaces it.
    must_change_password = models.BooleanField(default=False)
    # Until when such a password opens anything; None: the person chose it.
    password_expires_at = models.DateTimeField(null=True, blank=True)
    # Raised when the account closes: no session from before counts again, even if the account is opened again.
    session_epoch = models.PositiveIntegerField(default=0)
    # An account of a program: it has no password and works through the API alone, with tokens.
    is_service = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        constraints = [models.CheckConstraint(name="a_user_has_a_known_role", condition=models.Q(role__in=Role.values))]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Compared by Django at every request, on the row that is read anyway: password and epoch.
        salt = "arwork.staff.models.User.session"
        return salted_hmac(salt, f"{self.session_epoch}:{self.password}", secret=secret, algorithm="sha256").hexdigest()


class BrowserSession(AbstractBaseSession):
    """A session of one browser: Django's row, and whose it is and from where, so that people can see and end theirs.

    Deleting the row ends the session; see `session_store`.
    """

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, default="", blank=True)
    device = models.CharField(max_length=80, default="", blank=True)

    def __str__(self) -> str:
        return f"{self.device} since {self.began_at}"

    @classmethod
    def get_session_store_class(cls) -> "type[SessionStore]":
        """The store that reads it."""
        from arwork.staff.session_store import SessionStore  # which stands on this model

        return SessionStore


class EmergencyAccess(models.Model):
    """Somebody read a practice that is not theirs, for a reason and a while (45 CFR 164.312(a)(2)(ii)); reviewed after.

    `practice_id` as in `AuditEvent`: the books own the practices.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    practice_id = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="when it was to end, or was ended")
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["practice_id", "opened_at"])]
        constraints = [
            models.CheckConstraint(
                name="nobody_reviews_their_own_emergency", condition=~models.Q(reviewed_by=models.F("user"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.practice_id} until {self.ends_at:%Y-%m-%d %H:%M}"


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

    COUNT = 64

    number = models.PositiveSmallIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"strand {self.number}"


class AuditEvent(models.Model):
    """One thing that somebody did or saw. Append-only by trigger; chained by hash to the one before it.

    `address`, `session` (a digest, or the API token) and `request_id` say from where; `key_id` which key signed,
    empty in events of versions that signed none.
    """

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
    key_id = models.CharField(max_length=8, default="")
    address = models.CharField(max_length=45, default="")
    session = models.CharField(max_length=16, default="")
    request_id = models.CharField(max_length=64, default="")

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


class SeenRecord(models.Model):
    """One record that an event showed among others: a row of a list, of a search, of a file that was taken out.

    What was opened by itself stands in the event; this finds the lists on which somebody stood. Append-only by trigger.
    """

    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="seen")
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["subject", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id} in event {self.event_id}"


class AnsweredSignOn(models.Model):
    """A question to an identity provider that has its answer, kept until nobody may answer it again."""

    request_id = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.request_id


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
