"""Help that was offered, hardship that was told, and where people were sent for more.

What was offered and answered is append-only by trigger: it is the proof that a practice told of every way to pay less
or later before it went further (RULES 11.6, 13.9).

PII: HelpOffer.said, Hardship.words and .documents, Referral.words and .outcome tell of people and their circumstances;
all are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.letters.models import Letter

PERSON = settings.AUTH_USER_MODEL


class HelpOffer(models.Model):
    """One way to be helped, as it was offered to somebody, and what they said. Append-only by trigger."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        THINKS = "thinks", "Thinks it over"
        NOT_SAID = "not_said", "Did not say"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="help_offers")
    code = models.CharField(max_length=12, help_text="the way to be helped (`options.WAYS`)")
    answer = models.CharField(max_length=8, choices=Answer)
    language = models.CharField(max_length=2, default="en", help_text="in which it was said")
    said = EncryptedTextField(max_length=300, blank=True, help_text="what they said, where that matters")
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+", help_text="empty: the house"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["account", "on"], name="help_offer_by_account"),
            models.Index(fields=["practice", "on"], name="help_offer_by_practice"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.answer}"


class Hardship(models.Model):
    """Why somebody can't pay now, as they told it. While it pauses, nothing is asked of the account."""

    class Kind(models.TextChoices):
        JOB = "job", "Lost work or income"
        ILLNESS = "illness", "Illness or disability"
        DEATH = "death", "Death in the family"
        FAMILY = "family", "Separation, or care of somebody"
        DISASTER = "disaster", "Disaster, fire or flood"
        HOUSING = "housing", "Losing the home"
        LOW_INCOME = "low_income", "Income does not reach"
        OTHER = "other", "Something else"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="hardships")
    kind = models.CharField(max_length=10, choices=Kind)
    words = EncryptedTextField(max_length=1_000, help_text="as they told it")
    documents = EncryptedTextField(max_length=300, blank=True, help_text="what they showed or will send")
    until_on = models.DateField(null=True, help_text="how long they expect it to last")
    paused_until_on = models.DateField(help_text="nothing is asked of the account until this day, inclusive")
    noted_on = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(PERSON, db_index=False, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["account", "ended_on"], name="hardship_by_account")]
        constraints = [
            models.CheckConstraint(
                name="a_hardship_pauses_from_its_day_on",
                condition=models.Q(paused_until_on__gte=models.F("noted_on")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class ReferralPlace(models.Model):
    """Where a practice sends people for more help than it can give. PII: none."""

    class Kind(models.TextChoices):
        COUNSELOR = "counselor", "Credit counselor"
        FOUNDATION = "foundation", "Foundation"
        MEDICAID = "medicaid", "Medicaid office"
        CHARITY = "charity", "Charity"
        OTHER = "other", "Other"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    phone = models.CharField(max_length=20, blank=True)
    website = models.CharField(max_length=120, blank=True)
    helps_with = models.CharField(max_length=200)
    states = models.CharField(max_length=120, blank=True, help_text="two letters each, by spaces; empty: everywhere")
    is_active = models.BooleanField(default=True)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["practice", "name"], name="a_place_stands_once_in_a_directory"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state_list(self) -> list[str]:
        """The states it is for; none: everywhere."""
        return self.states.upper().split()


class Referral(models.Model):
    """Somebody was sent to a place for help, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open", "Waits"
        DONE = "done", "Done"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="referrals")
    place = models.ForeignKey(ReferralPlace, on_delete=models.PROTECT, related_name="referrals")
    words = EncryptedTextField(max_length=500, blank=True)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=120)
    next_on = models.DateField()
    outcome = EncryptedTextField(max_length=500, blank=True)
    referred_on = models.DateField()
    referred_at = models.DateTimeField()
    referred_by = models.ForeignKey(PERSON, db_index=False, on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField(null=True)
    letter = models.ForeignKey(Letter, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["practice", "state", "next_on"], name="referral_waiting"),
            models.Index(fields=["account", "-id"], name="referral_by_account"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_referral_that_is_done_says_when",
                condition=models.Q(state="open", done_on=None) | models.Q(state="done", done_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.state}"
