"""Claims, their lines, every submission of them with what it billed, what came back, and what may be one bill twice.

PII: Claim, ClaimLine and BilledLine hold dates of service, diagnoses and procedures of a patient;
Claim.responsible_because is free text of staff.
"""

from django.conf import settings
from django.db import models

from arwork.lib.money import MoneyField
from claims.billing.buckets import BUCKETS, CHOICES
from claims.parties.models import Account, Coverage, Patient
from claims.payers.models import Payer, Plan
from claims.practices.models import Practice


class Claim(models.Model):
    """One bill for services under one patient control number (837 CLM01)."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        VOID = "void", "Void"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="claims")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="claims")
    coverage1 = models.ForeignKey(Coverage, null=True, on_delete=models.PROTECT, related_name="+")
    coverage2 = models.ForeignKey(Coverage, null=True, on_delete=models.PROTECT, related_name="+")
    coverage3 = models.ForeignKey(Coverage, null=True, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(
        Payer, null=True, db_index=False, on_delete=models.PROTECT, related_name="+", help_text="the primary payer"
    )
    plan = models.ForeignKey(Plan, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=38, help_text="patient control number, CLM01")
    tail = models.CharField(max_length=38, blank=True, help_text="its letters and digits from the last to the first")
    form = models.CharField(max_length=1, default="P", help_text="P professional, I institutional, D dental")
    facility_code = models.CharField(max_length=4, blank=True)
    frequency = models.CharField(max_length=1, default="1")
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    origin = models.CharField(max_length=8, default="837", help_text="837, 835 or csv")
    service_from = models.DateField()
    service_to = models.DateField()
    charge = MoneyField()
    balance = MoneyField(default=0)
    responsible = models.CharField(
        max_length=8, choices=CHOICES, default=BUCKETS[0], help_text="who owes next, from the ledger"
    )
    responsible_set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    responsible_set_on = models.DateField(null=True)
    responsible_because = models.CharField(max_length=200, blank=True, help_text="why a person set who owes next")
    awaiting_correction_since = models.DateField(null=True, help_text="reversed, correction not yet here")
    icn = models.CharField(max_length=50, blank=True, help_text="payer claim control number, CLP07")
    prior_auth = models.CharField(max_length=50, blank=True)
    medical_record = models.CharField(max_length=50, blank=True)
    diagnoses = models.CharField(max_length=255, blank=True, help_text="codes, space separated")
    billing_npi = models.CharField(max_length=10, blank=True)
    rendering_npi = models.CharField(max_length=10, blank=True)
    rendering_name = models.CharField(max_length=80, blank=True)
    accident_on = models.DateField(null=True)
    is_revised = models.BooleanField(
        default=False, help_text="its submissions did not all bill the same: what each did is kept (BilledLine)"
    )
    patient_paid = MoneyField(null=True, help_text="AMT*F5: what the patient had paid when it was sent, as it says")
    opened_on = models.DateField()
    first_billed_on = models.DateField(null=True)
    last_billed_on = models.DateField(null=True)
    first_statement_on = models.DateField(null=True, help_text="when its patient was first billed, where that is known")
    merged_into = models.ForeignKey(
        "self",
        null=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="merged",
        help_text="the same bill under another number: its money and papers stand there",
    )

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["practice", "number"], name="a_control_number_is_used_once_per_practice"),
            models.CheckConstraint(name="a_claim_has_a_known_bucket", condition=models.Q(responsible__in=BUCKETS)),
        ]
        indexes = [
            models.Index(fields=["icn"], opclasses=["varchar_pattern_ops"], name="claim_by_icn_prefix"),
            models.Index(
                fields=["practice", "tail"], opclasses=["int8_ops", "varchar_pattern_ops"], name="claim_by_number_end"
            ),
            models.Index(fields=["practice", "charge"], name="claim_by_charge"),
            models.Index(fields=["payer", "practice"], name="claim_by_payer"),
            models.Index(fields=["practice", "-service_from", "-id"], name="claim_by_service"),
            models.Index(fields=["-service_from", "-id"], name="claim_by_service_of_all"),
            models.Index(
                fields=["practice", "number"],
                opclasses=["int8_ops", "varchar_pattern_ops"],
                name="claim_by_number_prefix",
            ),
            models.Index(
                fields=["account"],
                condition=models.Q(awaiting_correction_since__isnull=False),
                name="claim_awaiting_correction",
            ),
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="claim_merged_into"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ClaimLine(models.Model):
    """One service line with what each bucket owes of it. Number 0 is the claim level itself."""

    claim = models.ForeignKey(Claim, db_index=False, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField()
    control = models.CharField(max_length=50, blank=True, help_text="REF*6R")
    code = models.CharField(max_length=12, blank=True)
    modifiers = models.CharField(max_length=11, blank=True, help_text="up to four, space separated")
    revenue_code = models.CharField(max_length=4, blank=True)
    units = models.DecimalField(max_digits=12, decimal_places=3, default=1)
    charge = MoneyField()
    service_from = models.DateField()
    service_to = models.DateField()
    dx_pointers = models.CharField(max_length=12, blank=True)
    ndc = models.CharField(max_length=15, blank=True)
    payer1 = MoneyField(default=0)
    payer2 = MoneyField(default=0)
    payer3 = MoneyField(default=0)
    patient = MoneyField(default=0)
    other = MoneyField(default=0)
    agency = MoneyField(default=0)

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["claim", "number"], name="a_line_number_is_used_once_per_claim")]

    def __str__(self) -> str:
        return f"{self.claim_id}/{self.number}"


class Submission(models.Model):
    """One submission of a claim to one payer; the acknowledged ones are the proof of timely filing."""

    class State(models.TextChoices):
        SENT = "sent", "Sent"
        RECEIVED = "received", "Received"
        ACCEPTED = "accepted", "Accepted by payer"
        REJECTED = "rejected", "Rejected"
        PENDED = "pended", "Pending at the payer"
        ADJUDICATED = "adjudicated", "Adjudicated"

    claim = models.ForeignKey(Claim, db_index=False, on_delete=models.CASCADE, related_name="submissions")
    payer = models.ForeignKey(Payer, null=True, on_delete=models.PROTECT, related_name="+")
    sequence = models.CharField(max_length=1, default="P", help_text="P, S or T (SBR01)")
    frequency = models.CharField(max_length=1, default="1")
    is_electronic = models.BooleanField(default=True)
    submitted_on = models.DateField()
    charge = MoneyField()
    prior_paid = MoneyField(
        null=True, help_text="what the payers before this one had paid, as it says: 2320 AMT*D, 2430 SVD02"
    )
    state = models.CharField(max_length=12, choices=State, default=State.SENT)
    state_on = models.DateField()
    icn = models.CharField(max_length=50, blank=True)
    isa_control = models.CharField(max_length=9, blank=True)
    gs_control = models.CharField(max_length=9, blank=True, db_index=True)
    st_control = models.CharField(max_length=9, blank=True)
    sent_by = models.CharField(max_length=15, blank=True, help_text="ISA06")
    sent_to = models.CharField(max_length=15, blank=True, help_text="ISA08")
    source = models.CharField(max_length=80, help_text="file and position it was read from")

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["source"], name="a_sending_is_read_once")]
        indexes = [models.Index(fields=["claim", "submitted_on"], name="submission_by_claim")]

    def __str__(self) -> str:
        return f"submission {self.pk}"


class BilledLine(models.Model):
    """A line of a claim as one submission billed it: what a payment that answers that submission is held against.

    Kept only where the submissions of a claim differ; of any other claim each submission billed the claim's own lines.
    """

    submission = models.ForeignKey(Submission, db_index=False, on_delete=models.CASCADE, related_name="billed_lines")
    line = models.ForeignKey(ClaimLine, on_delete=models.PROTECT, related_name="billed_lines")
    number = models.PositiveSmallIntegerField(help_text="LX01 in that submission")
    control = models.CharField(max_length=50, blank=True, help_text="REF*6R")
    code = models.CharField(max_length=12, blank=True)
    modifiers = models.CharField(max_length=11, blank=True)
    revenue_code = models.CharField(max_length=4, blank=True)
    charge = MoneyField()
    service_from = models.DateField()

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["submission", "line"], name="a_submission_bills_a_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}/{self.number}"


class ClaimNumber(models.Model):
    """Another number under which a claim was sent or answered, beside the number and the ICN that it bears."""

    class Kind(models.TextChoices):
        NUMBER = "number", "Patient control number"
        ICN = "icn", "Claim control number (ICN)"

    claim = models.ForeignKey(Claim, db_index=False, on_delete=models.CASCADE, related_name="other_numbers")
    kind = models.CharField(max_length=6, choices=Kind)
    value = models.CharField(max_length=50)

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["claim", "kind", "value"], name="a_claim_bears_a_number_once")]
        indexes = [models.Index(fields=["value"], opclasses=["varchar_pattern_ops"], name="claim_by_other_prefix")]

    def __str__(self) -> str:
        return self.value


class Acknowledgment(models.Model):
    """What came back before adjudication: TA1, 999, 997, 277CA or 277."""

    practice = models.ForeignKey(Practice, null=True, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(
        Claim, null=True, db_index=False, on_delete=models.CASCADE, related_name="acknowledgments"
    )
    submission = models.ForeignKey(Submission, null=True, on_delete=models.CASCADE, related_name="acknowledgments")
    kind = models.CharField(max_length=6)
    verdict = models.CharField(max_length=10, help_text="accepted, rejected, received, pending or info")
    category = models.CharField(max_length=4, blank=True, help_text="STC01-1")
    status_code = models.CharField(max_length=6, blank=True, help_text="STC01-2")
    entity = models.CharField(max_length=4, blank=True)
    text = models.CharField(max_length=300, blank=True)
    icn = models.CharField(max_length=50, blank=True)
    amount = MoneyField(null=True)
    effective_on = models.DateField()
    source = models.CharField(max_length=80, unique=True)

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["claim", "effective_on"], name="ack_by_claim")]

    def __str__(self) -> str:
        return f"{self.kind} {self.category}"


class PossibleDuplicate(models.Model):
    """Two claims of one patient, day, charge and services under two numbers: one bill sent twice, or two visits.

    What a person decided is kept, and the two are never asked about again.
    """

    class State(models.TextChoices):
        OPEN = "open", "To be decided"
        APART = "apart", "Two visits"
        MERGED = "merged", "The same claim"

    class Source(models.TextChoices):
        FILE = "file", "found in a file"
        PERSON = "person", "named by a person"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(
        Claim, db_index=False, on_delete=models.PROTECT, related_name="possible_duplicates", help_text="the later one"
    )
    other = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="possibly_repeated")
    source = models.CharField(max_length=6, choices=Source, default=Source.FILE)
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    found_on = models.DateField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["claim", "other"], name="two_claims_are_asked_about_once"),
            models.CheckConstraint(name="a_claim_does_not_repeat_itself", condition=~models.Q(claim=models.F("other"))),
        ]
        indexes = [models.Index(fields=["practice", "state"], name="possible_duplicate_by_state")]

    def __str__(self) -> str:
        return f"{self.claim_id} and {self.other_id}"
