"""What a person told us about when, where and through whom they may be reached; each is kept after it ended.

PII: PersonFact and Representative tell of a person's circumstances and name whoever speaks for them. Free text, names
and ways to reach a representative are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from claims.documents.models import Document
from claims.parties.models import Person, PersonAddress
from claims.practices.models import Practice


class PersonFact(models.Model):
    """One thing that is so about a person from a day on, until it is ended (RULES 10.2, 11.8, 12.7)."""

    class Kind(models.TextChoices):
        QUIET = "quiet", "Not at these hours"
        NOT_AT_WORK = "not_work", "Not at work"
        PLACE = "place", "Not at a place"
        CONFIDENTIAL = "confid", "Confidential communications"
        MINOR = "minor", "Minor"
        ESTATE = "estate", "Estate"
        SCRA = "scra", "On active duty (SCRA)"
        DISABILITY = "disabil", "Disability"
        INCARCERATED = "jail", "Incarcerated"
        HOSPICE = "hospice", "In hospice"
        SAFETY = "safety", "At risk at home"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=8, choices=Kind)
    words = EncryptedTextField(max_length=300, blank=True)
    starts = models.TimeField(null=True, help_text="of hours by the person's clock; past midnight where it is later")
    ends = models.TimeField(null=True)
    weekdays = models.CharField(max_length=7, blank=True, help_text="1 is Monday; empty: every day")
    address = models.ForeignKey(
        PersonAddress, null=True, on_delete=models.PROTECT, related_name="+", help_text="the only one to write to"
    )
    is_written = models.BooleanField(default=False, help_text="asked for in writing")
    told_by = EncryptedTextField(max_length=120, blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, help_text="last day; empty: until it is ended")
    source = models.CharField(max_length=100, blank=True, help_text="the rule that ends it, where one does")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_because = EncryptedTextField(max_length=300, blank=True)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_fact_of_a_person_ends_after_it_begins",
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")),
            ),
            models.CheckConstraint(
                name="quiet_hours_say_from_when_to_when",
                condition=~models.Q(kind="quiet") | models.Q(starts__isnull=False, ends__isnull=False),
            ),
            models.CheckConstraint(
                name="a_fact_is_ended_by_somebody",
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} since {self.from_on}"


class Representative(models.Model):
    """Who may speak for a person, by which authority (45 CFR 164.502(g), 12 CFR 1006.6(a))."""

    class Kind(models.TextChoices):
        SPOUSE = "spouse", "Spouse"
        PARENT = "parent", "Parent of a minor"
        GUARDIAN = "guardian", "Guardian"
        EXECUTOR = "executor", "Executor or administrator"
        ATTORNEY = "attorney", "Attorney"
        AGENT = "agent", "Agent (power of attorney)"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="representatives")
    kind = models.CharField(max_length=8, choices=Kind)
    name = EncryptedTextField(max_length=120)
    phone = EncryptedTextField(max_length=30, blank=True)
    address = EncryptedTextField(max_length=200, blank=True)
    authority = EncryptedTextField(max_length=200, blank=True, help_text="such as: letters testamentary, Kings County")
    proof = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField(null=True, help_text="last day; empty: until it is ended")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="an_authority_ends_after_it_begins",
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} since {self.from_on}"
