"""Own edits, imported code lists, and what the first check of each claim found.

PII: FirstCheck says of a claim which edits it failed, by their names; EditRule.words is free text of admins about no
patient; nothing else holds any.
"""

from django.conf import settings
from django.db import models

from claims.billing.models import Claim, Submission
from claims.payers.models import Payer, PayerClass
from claims.practices.models import Practice


class EditRule(models.Model):
    """A practice's own edit, in one practice or all, from a day of service on; see `edit_rules.EditRow`."""

    class Level(models.TextChoices):
        STOP = "stop", "stops the claim"
        WARN = "warn", "warns"

    practice = models.ForeignKey(
        Practice, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: every practice"
    )
    payer = models.ForeignKey(Payer, null=True, on_delete=models.PROTECT, related_name="+")
    payer_class = models.CharField(max_length=20, choices=PayerClass, blank=True)
    form = models.CharField(max_length=1, blank=True, help_text="P, I or D")
    codes = models.CharField(max_length=200, blank=True, help_text="of services: 99213, 992*, 70010-79999")
    modifier = models.CharField(max_length=2, blank=True)
    without_modifier = models.CharField(max_length=2, blank=True)
    place = models.CharField(max_length=2, blank=True)
    diagnosis = models.CharField(max_length=200, blank=True, help_text="of diagnoses: E11*, Z00-Z99")
    sex = models.CharField(max_length=1, blank=True)
    units_over = models.PositiveIntegerField(null=True)
    age_under = models.PositiveSmallIntegerField(null=True)
    age_over = models.PositiveSmallIntegerField(null=True)
    lacks = models.CharField(max_length=20, blank=True, help_text="see edit_rules.LACKS")
    member_id = models.CharField(max_length=200, blank=True, help_text="masks: 9 a digit, A a letter, N either")
    level = models.CharField(max_length=4, choices=Level)
    words = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="an_edit_ends_after_it_begins",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
            models.CheckConstraint(name="an_edit_says_what_to_do", condition=~models.Q(words="")),
        ]

    def __str__(self) -> str:
        return f"edit {self.pk}"


class CodeList(models.Model):
    """One edition of a list of codes that an admin took in, with the days of service that it decides."""

    class System(models.TextChoices):
        ICD10CM = "icd10cm", "ICD-10-CM diagnoses"
        HCPCS = "hcpcs", "HCPCS level II"
        MODIFIER = "modifier", "Modifiers"

    system = models.CharField(max_length=8, choices=System)
    name = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField()
    count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="of the file")
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_code_list_ends_after_it_begins", condition=models.Q(valid_to__gte=models.F("valid_from"))
            ),
            models.UniqueConstraint(
                fields=["system", "valid_from", "sha256"], name="a_code_list_is_taken_in_once_for_its_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListedCode(models.Model):
    """A code of a list with the days on which it itself can be billed; open ends are those of the list."""

    code_list = models.ForeignKey(CodeList, db_index=False, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=7)
    words = models.CharField(max_length=300)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["code_list", "code"], name="a_code_stands_once_in_a_list"),
        ]

    def __str__(self) -> str:
        return self.code


class FirstCheck(models.Model):
    """What the edits found when a claim was first to leave for a payer. It comes once, and is never made again."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, db_index=False, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(
        Submission, null=True, db_index=False, on_delete=models.PROTECT, related_name="+",
        help_text="the one that was read; empty where the claim was checked here before it left",
    )  # fmt: skip
    sequence = models.CharField(max_length=1)
    form = models.CharField(max_length=1)
    leaving_on = models.DateField(help_text="the day on which it was to leave")
    checked_at = models.DateTimeField()
    stops = models.PositiveSmallIntegerField()
    warnings = models.PositiveSmallIntegerField()
    found = models.CharField(max_length=400, blank=True, help_text="names of the edits, space separated")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["claim", "sequence"], name="a_claim_is_first_checked_once_for_each_payer"),
        ]
        indexes = [models.Index(fields=["practice", "leaving_on"], name="first_check_by_day")]

    def __str__(self) -> str:
        return f"first check {self.pk}"
