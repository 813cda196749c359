"""What the gate keeps: rules of one's own, in whose name accounts are worked, licences, and every verdict.

PII: ContactVerdict.why_anyway and VerdictReview.note may tell of people and are encrypted; each hangs on a contact.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.contacts.gate import Answer
from collections_app.contacts.models import Contact
from collections_app.contacts.rules import CONFIDENCE, NUMBERS, PROFILE_WORDS


def _choices(words: dict) -> list[tuple[str, str]]:
    return [(str(code), label) for code, label in words.items()]


class ContactRule(models.Model):
    """A rule of who may be contacted how often, when and on what terms, entered by the owner (`contacts/rules.py`).

    Under the code of a shipped rule it replaces that one while it is in force.
    """

    practice = models.ForeignKey(
        Practice, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: every practice"
    )
    code = models.CharField(max_length=40)
    jurisdiction = models.CharField(max_length=3, blank=True, help_text="a state, or NYC; empty: everywhere")
    profiles = models.CharField(max_length=40, blank=True, help_text="separated by spaces; empty: every placement")
    channels = models.CharField(max_length=40, blank=True, help_text="separated by spaces; empty: every channel")
    purposes = models.CharField(max_length=80, blank=True, help_text="separated by spaces; empty: every purpose")
    numbers = models.CharField(max_length=8, blank=True, choices=_choices(NUMBERS))
    unit = models.CharField(max_length=6, default="person", choices=[("person", "person"), ("debt", "debt")])
    most = models.PositiveSmallIntegerField(null=True, help_text="attempts in the window; empty: no count")
    window_days = models.PositiveSmallIntegerField(default=7)
    exclusions = models.CharField(max_length=60, blank=True, help_text="what is not counted, separated by spaces")
    wait_days = models.PositiveSmallIntegerField(null=True, help_text="from a conversation, which is day 1")
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    needs_consent = models.BooleanField(default=False)
    needs_licence = models.BooleanField(default=False)
    binds = models.BooleanField(default=True, help_text="false: the shipped rule of this code is not kept")
    confidence = models.CharField(max_length=6, choices=_choices(CONFIDENCE), default="low")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_contact_rule_ends_after_it_begins",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="a_contact_rule_says_something",
                condition=models.Q(binds=False)
                | models.Q(most__isnull=False)
                | models.Q(wait_days__isnull=False)
                | models.Q(opens__isnull=False)
                | models.Q(closes__isnull=False)
                | models.Q(needs_consent=True)
                | models.Q(needs_licence=True),
            ),
            models.CheckConstraint(name="a_contact_rule_counts_over_days", condition=models.Q(window_days__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.code} from {self.valid_from}"


class Placement(models.Model):
    """In whose name the accounts of a practice, or one of them, are worked, from a day on. The latest to begin holds,
    an account's before its practice's; where nobody says, the rules of every placement are kept."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: the whole practice"
    )
    profile = models.CharField(max_length=12, choices=_choices(PROFILE_WORDS))
    valid_from = models.DateField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_placement_is_of_a_known_profile",
                condition=models.Q(profile__in=[str(code) for code in PROFILE_WORDS]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.profile} from {self.valid_from}"


class Licence(models.Model):
    """A licence to collect in a state or city, by number, from a day to a day."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    jurisdiction = models.CharField(max_length=3)
    number = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_licence_ends_after_it_begins",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.number}"


class ContactVerdict(models.Model):
    """What the gate said when a contact was recorded, with the facts it needs to count it. Append-only by trigger.

    `why_anyway` is the reason typed where the gate had blocked it: then it is on the supervisors' list.
    """

    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="gate")
    answer = models.CharField(max_length=5, choices=[(str(one), str(one)) for one in Answer])
    reason = models.CharField(max_length=200, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=300, blank=True)
    until = models.DateTimeField(null=True, help_text="the first lawful minute, as things stood")
    number_kind = models.CharField(max_length=8, blank=True, help_text="home, cell, work; empty: not known")
    debts = models.JSONField(default=list, help_text="ids of the claims spoken of; none: all of the account")
    why_anyway = EncryptedTextField(max_length=300, blank=True)

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["id"], condition=models.Q(answer="block"), name="verdict_against_the_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.answer} {self.rule}".strip()


class VerdictReview(models.Model):
    """A supervisor looked at a contact that was made against the rule, and what followed from it."""

    verdict = models.OneToOneField(ContactVerdict, on_delete=models.PROTECT, related_name="review")
    note = EncryptedTextField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"review of verdict {self.verdict_id}"
