"""People and who answers for whom: persons, accounts, patients, coverages.

PII: Person, PersonAlias, PersonPhone, PersonAddress, PersonEmail and FileSuggestion identify people; Patient, Coverage
and CoverageAlias tie them to care and insurance (45 CFR 160.103). `match_key` columns are keyed digests, not readable.
Birth dates, phones, streets, e-mail addresses and member ids are encrypted; names, city, state and ZIP are not: lists
are sorted and searched by the former, and the state and the ZIP say when somebody may be called.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedDateField, EncryptedTextField, IndexPart
from arwork.lib.money import MoneyField
from claims.payers.models import Payer, Plan
from claims.practices.models import Practice

#: What of a member id may be typed to find it; the fewest are four.
MEMBER_ID_PREFIXES = (4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16)
ENDING = 4  # the last digits of a phone by which it is found
MEMBER_ID_STEPS = (17, 44)  # where in the column their digests stand
#: Where what is known of somebody comes from; what another source than the claim says, a person has confirmed.
FROM_CLAIM = "claim"


class Person(models.Model):
    """A human being (or an estate) known to one practice."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    last = models.CharField(max_length=60)
    first = models.CharField(max_length=35, blank=True)
    middle = models.CharField(max_length=25, blank=True)
    suffix = models.CharField(max_length=10, blank=True)
    birth_on = EncryptedDateField(null=True, prefixes=(4, 8))
    sex = models.CharField(max_length=1, blank=True)
    language = models.CharField(max_length=8, blank=True)
    search_name = models.CharField(max_length=100, db_index=True, help_text="LAST FIRST, upper case")
    turned_name = models.CharField(max_length=100, blank=True, help_text="FIRST LAST, upper case")
    match_key = models.CharField(max_length=32, blank=True, help_text="blank when entered by hand")
    merged_into = models.ForeignKey(
        "self", null=True, db_index=False, on_delete=models.PROTECT, related_name="merged", help_text="the same person"
    )

    class Meta:
        app_label = "claims"
        indexes = [
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="person_merged_into"
            ),
            models.Index("practice", IndexPart("birth_on", 1, 8), name="person_by_birth"),
            models.Index(fields=["turned_name"], opclasses=["varchar_pattern_ops"], name="person_by_first_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "match_key"],
                condition=~models.Q(match_key=""),
                name="a_person_is_known_once_per_practice",
            )
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.last, self.first) if part)


class PersonAlias(models.Model):
    """Another name (or day of birth) by which files and people know somebody whose name was corrected.

    A bill under it belongs to the same person, and a search for it finds them.
    """

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="aliases")
    match_key = models.CharField(max_length=32)
    search_name = models.CharField(max_length=100, help_text="LAST FIRST, upper case")
    turned_name = models.CharField(max_length=100, help_text="FIRST LAST, upper case")

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["practice", "match_key"], name="an_alias_is_of_one_person_per_practice")
        ]
        indexes = [
            models.Index(fields=["search_name"], opclasses=["varchar_pattern_ops"], name="alias_by_last_name"),
            models.Index(fields=["turned_name"], opclasses=["varchar_pattern_ops"], name="alias_by_first_name"),
        ]

    def __str__(self) -> str:
        return f"alias of {self.person_id}"


class NameGram(models.Model):
    """A word that some name has, under a group of three of its letters; under none: the word itself (`name_index`)."""

    gram = models.CharField(max_length=3, blank=True)
    word = models.CharField(max_length=40)

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["gram", "word"], name="a_word_of_names_has_a_group_once")]

    def __str__(self) -> str:
        return f"{self.gram}: {self.word}"


class PersonPhone(models.Model):
    """A number with what is known of it; a number found by skip tracing has no consent (RULES 10.2)."""

    person = models.ForeignKey(Person, db_index=False, on_delete=models.CASCADE, related_name="phones")
    number = EncryptedTextField(max_length=16, exact=True, help_text="E.164")
    ending = EncryptedTextField(max_length=16, blank=True, exact=True, help_text="its last four digits")
    kind = models.CharField(max_length=8, default="unknown")
    source = models.CharField(max_length=20, default="claim")
    is_wrong = models.BooleanField(default=False)
    is_preferred = models.BooleanField(default=False, db_default=False, help_text="asked to be called here")

    class Meta:
        app_label = "claims"
        indexes = [
            models.Index(IndexPart("number", 1, 16), name="phone_by_number"),
            models.Index(IndexPart("ending", 1, 16), name="phone_by_ending"),
        ]
        constraints = [models.UniqueConstraint("person", IndexPart("number", 1, 16), name="a_person_has_a_number_once")]

    def __str__(self) -> str:
        return f"phone {self.pk}"


class PersonAddress(models.Model):
    """Where a person lives; its ZIP gives the candidate time zone."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    line1 = EncryptedTextField(max_length=80)
    line2 = EncryptedTextField(max_length=80, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip = models.CharField(max_length=10, blank=True)
    source = models.CharField(max_length=20, default="claim")
    is_current = models.BooleanField(default=True)
    is_bad = models.BooleanField(default=False, db_default=False, help_text="mail came back from it")

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"address {self.pk}"


class PersonEmail(models.Model):
    """An e-mail address with its own consent."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="emails")
    address = EncryptedTextField(max_length=254)
    source = models.CharField(max_length=20, default="staff", db_default="staff")
    is_wrong = models.BooleanField(default=False, db_default=False)

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"e-mail {self.pk}"


class Account(models.Model):
    """The guarantor's receivable at one practice, across patients and visits."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=38)
    guarantor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts")
    guarantor_from = models.DateField(null=True, help_text="since when, where a person changed who answers")
    match_key = models.CharField(max_length=32)
    unapplied = MoneyField(default=0, help_text="Patient money not yet applied to a line.")
    opened_on = models.DateField()
    merged_into = models.ForeignKey(
        "self",
        null=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="merged",
        help_text="the account that answers now",
    )

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["practice", "number"], name="an_account_number_is_used_once"),
            models.UniqueConstraint(fields=["practice", "match_key"], name="a_guarantor_has_one_account_per_practice"),
        ]
        indexes = [
            models.Index(
                fields=["practice", "number"],
                opclasses=["int8_ops", "varchar_pattern_ops"],
                name="account_by_number_prefix",
            ),
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="account_merged_into"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Patient(models.Model):
    """Who was treated, and the account that answers for the patient's share."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="patients")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="patients")
    match_key = models.CharField(max_length=32)
    medical_record = models.CharField(max_length=50, blank=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["practice", "match_key"], name="a_patient_is_known_once_per_practice")
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class Coverage(models.Model):
    """A patient's policy with a payer: order in `rank` (1 primary, 2 secondary, 3 tertiary).

    No bill has named one whose source is a remittance: the payer answered, or another one sent the claim on to it.
    """

    class Source(models.TextChoices):
        CLAIM = "claim", "from the claim"
        REMITTANCE = "remittance", "learned from a remittance"
        PERSON = "person", "entered by hand"

    patient = models.ForeignKey(Patient, db_index=False, on_delete=models.CASCADE, related_name="coverages")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=1)
    member_id = EncryptedTextField(max_length=80, blank=True, exact=True, prefixes=MEMBER_ID_PREFIXES)
    group_number = models.CharField(max_length=50, blank=True)
    group_name = models.CharField(max_length=60, blank=True)
    filing_code = models.CharField(max_length=2, blank=True, help_text="SBR09")
    relationship = models.CharField(max_length=2, blank=True, help_text="SBR02 / PAT01; 18 is self")
    subscriber = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(
        max_length=10, choices=Source, default=Source.CLAIM, db_default=Source.CLAIM, help_text="who says so"
    )
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(
                "patient", "payer", IndexPart("member_id", 1, 16), "rank", name="a_coverage_is_recorded_once"
            )
        ]
        indexes = [
            models.Index(IndexPart("member_id", 1, 16), name="coverage_by_member"),
            models.Index(IndexPart("member_id", *MEMBER_ID_STEPS), name="coverage_by_member_prefix"),
        ]

    def __str__(self) -> str:
        return f"coverage {self.pk}"


class CoverageAlias(models.Model):
    """A rank and member id under which bills may still name a coverage that was corrected: they mean the same one."""

    coverage = models.ForeignKey(Coverage, on_delete=models.CASCADE, related_name="aliases")
    rank = models.PositiveSmallIntegerField()
    member_id = EncryptedTextField(max_length=80, blank=True, exact=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(
                "coverage", "rank", IndexPart("member_id", 1, 16), name="an_alias_of_a_coverage_is_kept_once"
            )
        ]

    def __str__(self) -> str:
        return f"alias of coverage {self.coverage_id}"


class FileSuggestion(models.Model):
    """What a file says of somebody otherwise than a person confirmed: offered, taken or left, never taken by itself."""

    class State(models.TextChoices):
        OPEN = "open", "Offered"
        TAKEN = "taken", "Taken"
        LEFT = "left", "Ours kept"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="suggestions")
    address = models.ForeignKey(PersonAddress, on_delete=models.CASCADE, related_name="+")
    file_source = models.CharField(max_length=80, help_text="the bill that says so; see Submission.source")
    told_on = models.DateField(help_text="the day of the bill")
    state = models.CharField(max_length=5, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["address"], name="an_address_is_suggested_once")]

    def __str__(self) -> str:
        return f"suggestion {self.pk}"
