"""Calls to payers with their clock, and who has which log-in. PII: none of patients; representatives by first name."""

from django.conf import settings
from django.db import models

from claims.payers.models import Payer
from claims.practices.models import Practice
from collections_app.payer_calls.call_clock import Stage

PERSON = settings.AUTH_USER_MODEL


class PayerCall(models.Model):
    """One call of one person to one payer for one practice: running until it has ended."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(PERSON, db_index=False, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    local_hour = models.PositiveSmallIntegerField(help_text="in which it began, where the payer answers")
    stage = models.CharField(max_length=5, choices=[(one.value, one.value) for one in Stage], default=Stage.HOLD.value)
    staged_at = models.DateTimeField(help_text="since when it is in this stage")
    hold_seconds = models.PositiveIntegerField(default=0)
    talk_seconds = models.PositiveIntegerField(default=0)
    is_whole = models.BooleanField(default=True, help_text="no stage was forgotten: it counts in figures")
    ended_at = models.DateTimeField(null=True)
    claims = models.PositiveSmallIntegerField(default=0, help_text="logged in it")
    spoken_to = models.CharField(max_length=80, blank=True, help_text="the payer's representative")
    reference = models.CharField(max_length=50, blank=True, help_text="the payer's call reference")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "payer", "started_at"], name="payer_call_by_payer")]
        constraints = [
            models.UniqueConstraint(
                fields=["by"], condition=models.Q(ended_at=None), name="a_person_is_on_one_call_at_a_time"
            ),
            models.CheckConstraint(
                name="a_call_that_ended_says_when",
                condition=models.Q(stage=Stage.ENDED.value, ended_at__isnull=False)
                | (~models.Q(stage=Stage.ENDED.value) & models.Q(ended_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_call_begins_in_an_hour_of_the_day", condition=models.Q(local_hour__range=(0, 23))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer_id} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """Its clock still runs."""
        return self.ended_at is None


class PortalLogin(models.Model):
    """How a practice gets into one portal of a payer: the address, whose log-in it is, whose phone gets the code, what
    can be done there. Never the password."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=200)
    owner = models.CharField(max_length=80, help_text="whose log-in it is")
    code_goes_to = models.CharField(max_length=80, blank=True, help_text="whose phone or mailbox gets the code")
    can_do = models.CharField(max_length=200, blank=True, help_text="deeds, separated by spaces")
    note = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "payer", "name"], name="a_portal_stands_once_per_payer")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def can_do_words(self) -> str:
        """`claim status, appeals`."""
        return ", ".join(PORTAL_DEEDS[one] for one in self.can_do.split() if one in PORTAL_DEEDS)


#: What a portal may be good for.
PORTAL_DEEDS = {
    "status": "claim status", "eligibility": "eligibility", "remittances": "remittances", "appeals": "appeals",
    "records": "sending records", "corrected": "corrected claims", "authorizations": "authorizations",
    "messages": "messages to the payer",
}  # fmt: skip
