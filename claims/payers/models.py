"""Payers, their plans and identifiers, effective-dated rules, contracts and the directory.

PII: PayerMerge.steps keeps rows that gave way (coverages with their member ids) and is encrypted; nothing else, for
PayerContact holds business phones and addresses.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField
from arwork.lib.money import MoneyField
from claims.practices.models import Practice


class PayerClass(models.TextChoices):
    MEDICARE = "medicare", "Medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage", "Medicare Advantage"
    MEDICAID = "medicaid", "Medicaid"
    MEDICAID_MCO = "medicaid_mco", "Medicaid managed care"
    COMMERCIAL = "commercial", "Commercial"
    BCBS = "bcbs", "Blue Cross Blue Shield"
    TRICARE = "tricare", "TRICARE"
    VA = "va", "Veterans Affairs"
    WORKERS_COMP = "workers_comp", "Workers' compensation"
    AUTO_LIABILITY = "auto_liability", "Auto / liability"
    SELF_PAY = "self_pay", "Self-pay"
    OTHER = "other", "Other"


class Product(models.TextChoices):
    HMO = "hmo", "HMO"
    PPO = "ppo", "PPO"
    POS = "pos", "POS"
    EPO = "epo", "EPO"
    INDEMNITY = "indemnity", "Indemnity"
    MEDICARE = "medicare", "Medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage", "Medicare Advantage"
    MEDICAID = "medicaid", "Medicaid"
    MEDICAID_MCO = "medicaid_mco", "Medicaid managed care"
    TRICARE = "tricare", "TRICARE"
    WORKERS_COMP = "workers_comp", "Workers' compensation"
    AUTO_LIABILITY = "auto_liability", "Auto / liability"
    OTHER = "other", "Other"


class Funding(models.TextChoices):
    INSURED = "insured", "Insured"
    SELF_FUNDED = "self_funded", "Self-funded (ERISA)"
    GOVERNMENT = "government", "Government"
    UNKNOWN = "unknown", "Not known"


class Payer(models.Model):
    """Who insures. Rows opened by an import stay unconfirmed until an admin has looked at them."""

    name = models.CharField(max_length=120)
    payer_class = models.CharField(max_length=20, choices=PayerClass, default=PayerClass.OTHER)
    state = models.CharField(max_length=2, blank=True)
    is_confirmed = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    claims_per_call = models.PositiveSmallIntegerField(default=5)
    notes = models.TextField(blank=True)

    class Meta:
        app_label = "claims"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PayerIdentifier(models.Model):
    """A value that names a payer in files: qualifier PI, XV, 2U, TIN (TRN03 / N104 FI) or NAME (upper case)."""

    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="identifiers")
    qualifier = models.CharField(max_length=4)
    value = models.CharField(max_length=80)

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["qualifier", "value"], name="an_identifier_names_one_payer")]

    def __str__(self) -> str:
        return f"{self.qualifier} {self.value}"


class Plan(models.Model):
    """A product of a payer with its funding; self-funded plans are outside state prompt-pay law."""

    payer = models.ForeignKey(Payer, db_index=False, on_delete=models.PROTECT, related_name="plans")
    name = models.CharField(max_length=120)
    product = models.CharField(max_length=20, choices=Product, default=Product.OTHER)
    funding = models.CharField(max_length=12, choices=Funding, default=Funding.UNKNOWN)
    is_active = models.BooleanField(default=True)

    class Meta:
        app_label = "claims"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["payer", "name"], name="a_plan_name_is_used_once_per_payer")]

    def __str__(self) -> str:
        return self.name


class PayerRule(models.Model):
    """One effective-dated figure; the most specific row (plan, payer, class, practice, state) on a day applies.

    `value` is days, or hundredths of a percent or dollars, as `deadlines.KINDS` says for `kind`.
    """

    kind = models.CharField(max_length=30)
    value = models.IntegerField()
    basis = models.CharField(max_length=24, blank=True)
    payer_class = models.CharField(max_length=20, choices=PayerClass, blank=True)
    payer = models.ForeignKey(Payer, null=True, blank=True, on_delete=models.CASCADE, related_name="rules")
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.CASCADE, related_name="rules")
    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=2, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=12, default="unverified")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        app_label = "claims"
        ordering = ["kind", "payer_class", "valid_from"]
        indexes = [models.Index(fields=["kind", "valid_from"])]
        constraints = [
            models.CheckConstraint(
                name="a_payer_rule_ends_after_it_begins",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} = {self.value}"


class Contract(models.Model):
    """What one practice and one payer agreed to; its fee items say what a service is worth."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="contracts")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="contracts")
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    percent_of_charge = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True, help_text="For codes without a fee."
    )

    class Meta:
        app_label = "claims"
        ordering = ["payer__name", "-valid_from"]

    def __str__(self) -> str:
        return self.name


class PayerMerge(models.Model):
    """One merger of two payers, with what taking it back needs: every row that moved, every row that gave way."""

    gone = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    steps = EncryptedJSONField(help_text="what was done, in order; see payer_merge.Step")
    before = models.JSONField(help_text="how the two payers stood: notes, is_active, is_confirmed")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], name="a_payer_is_merged_once_at_a_time", condition=models.Q(undone_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"


#: What a fee may name: nothing (anywhere), facility, non-facility, or a place of service of two digits. A list, for a
#: pattern would need a function that only this application brings to SQLite.
PLACES = ["", "F", "N", *(f"{place:02}" for place in range(100))]


class FeeItem(models.Model):
    """The allowed amount of one code (and modifier, and place of service) under a contract, per unit."""

    contract = models.ForeignKey(Contract, db_index=False, on_delete=models.CASCADE, related_name="fees")
    code = models.CharField(max_length=12)
    modifier = models.CharField(max_length=2, blank=True)
    place = models.CharField(
        max_length=2, blank=True, help_text="a place of service, F facility, N non-facility; empty applies anywhere"
    )
    allowed = MoneyField()

    class Meta:
        app_label = "claims"
        ordering = ["code", "modifier", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "code", "modifier", "place"], name="a_code_has_one_fee_per_place"
            ),
            models.CheckConstraint(
                condition=models.Q(place__in=PLACES),
                name="a_fee_applies_anywhere_or_at_a_place",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.code, self.modifier, self.place) if part)


class PayerContact(models.Model):
    """A line of the directory: a phone with opening hours, a portal, a fax or a postal address."""

    class Kind(models.TextChoices):
        PHONE = "phone", "Phone"
        FAX = "fax", "Fax"
        PORTAL = "portal", "Portal"
        ADDRESS = "address", "Address"
        EMAIL = "email", "E-mail"

    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=8, choices=Kind)
    purpose = models.CharField(max_length=40, default="claims")
    value = models.CharField(max_length=200)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    weekdays = models.CharField(max_length=7, default="12345", help_text="1 is Monday")
    time_zone = models.CharField(max_length=40, default="America/New_York")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "claims"
        ordering = ["payer_id", "kind", "purpose"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
