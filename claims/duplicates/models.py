"""Mergers of claims and of people, with what taking them back needs; and people who may be one.

PII: the steps of mergers may hold rows of people and are encrypted; the reasons of a pair name what agrees, never what
it is.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField
from claims.billing.models import Claim
from claims.parties.models import Person
from claims.practices.models import Practice


class Merger(models.Model):
    """Who merged two of a practice, when, what moved, and who took it back."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    steps = EncryptedJSONField(help_text="the rows that moved, in order; see arwork.lib.merged_rows")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"merger {self.pk}"


class ClaimMerge(Merger):
    """Two claims were one bill: what moved from the one to the other, until it is taken back."""

    gone = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="mergers_away")
    kept = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="mergers")
    before = EncryptedJSONField(help_text="since when each bucket of the two owed, and the postings that moved")

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], name="a_claim_is_merged_once_at_a_time", condition=models.Q(undone_at__isnull=True)
            ),
            models.CheckConstraint(
                name="a_claim_is_not_merged_into_itself", condition=~models.Q(gone=models.F("kept"))
            ),
        ]


class PersonMerge(Merger):
    """Two people were one, and with them their accounts: what moved, until it is taken back."""

    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    unapplied = EncryptedJSONField(help_text="unapplied cash that moved: account it left, account it went to, dollars")

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], name="a_person_is_merged_once_at_a_time", condition=models.Q(undone_at__isnull=True)
            ),
            models.CheckConstraint(
                name="a_person_is_not_merged_into_themselves", condition=~models.Q(gone=models.F("kept"))
            ),
        ]


class PersonSearch(models.Model):
    """How far the people of a practice were compared with each other: who came since is compared next."""

    practice = models.OneToOneField(Practice, on_delete=models.CASCADE, related_name="+")
    looked_until = models.BigIntegerField(default=0, help_text="the id of the last person compared")

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"{self.practice_id} until {self.looked_until}"


class PersonPair(models.Model):
    """Two people of a practice who may be one, and what a person decided: never asked about again."""

    class State(models.TextChoices):
        OPEN = "open", "To be decided"
        APART = "apart", "Two people"
        MERGED = "merged", "One person"

    class Strength(models.IntegerChoices):
        LIKELY = 3, "likely"
        POSSIBLE = 2, "possible"
        FAINT = 1, "faint"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    one = models.ForeignKey(Person, db_index=False, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", help_text="the later row")
    strength = models.PositiveSmallIntegerField(choices=Strength)
    reasons = models.CharField(max_length=120, help_text="what agrees, as words")
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    found_on = models.DateField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="two_people_are_asked_about_once"),
            models.CheckConstraint(name="a_pair_is_in_order", condition=models.Q(one__lt=models.F("other"))),
        ]
        indexes = [models.Index(fields=["practice", "state", "-strength"], name="person_pair_by_state")]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"
