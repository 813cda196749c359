"""Questions to a second person, and their answers.

PII: `reason` and `note` are free text of staff about patients' bills, encrypted; `payload` names ids and figures only.
"""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim, ClaimLine
from claims.parties.models import Account
from claims.practices.models import Practice

REASON = 300


class ApprovalRequest(models.Model):
    """One question: may this be done? It waits, or it was decided by somebody else than who asked."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        SUPERSEDED = "superseded", "Settled otherwise"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, help_text="what is asked: see kinds")
    authority = models.CharField(max_length=20, help_text="which limits count: alone_X to ask, approve_X to approve")
    subject = models.CharField(max_length=20, help_text="what it is about: claim, line, account, remit_exception, ...")
    subject_id = models.BigIntegerField()
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="approval_requests")
    line = models.ForeignKey(ClaimLine, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="approval_requests")
    amount = MoneyField(help_text="what it costs, in dollars; 0 where it is no money")
    weighed_amount = MoneyField(help_text="what limits are asked about: the sum, where many were asked as one")
    books_to = models.CharField(max_length=20, blank=True, help_text="the ledger account, of a write-off its class")
    batch = models.UUIDField(null=True, db_index=True, help_text="what was asked together")
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="ids and figures, never names")
    reason = EncryptedTextField(max_length=REASON)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    escalates_on = models.DateField(help_text="from this day on it is marked, and everybody who may is told")
    passed_on_at = models.DateTimeField(null=True, help_text="somebody whose limit is too low said yes")
    passed_on_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = EncryptedTextField(max_length=REASON, blank=True)

    class Meta:
        app_label = "claims"
        indexes = [
            models.Index(fields=["practice", "state", "asked_at"], name="approval_by_state"),
            models.Index(fields=["subject", "subject_id"], name="approval_by_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "subject_id", "kind"],
                name="one_question_waits_at_a_time",
                condition=models.Q(state="waiting"),
            ),
            models.CheckConstraint(
                name="nobody_approves_what_they_asked",
                condition=~models.Q(state__in=["approved", "refused"]) | ~models.Q(decided_by=models.F("asked_by")),
            ),
            models.CheckConstraint(
                name="an_approval_is_decided_or_waits",
                condition=models.Q(state="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | models.Q(state="superseded", decided_at__isnull=False)
                | models.Q(
                    state__in=["approved", "refused", "withdrawn"], decided_at__isnull=False, decided_by__isnull=False
                ),
            ),
            models.CheckConstraint(
                name="an_approval_weighs_at_least_its_amount",
                condition=models.Q(amount__gte=0, weighed_amount__gte=models.F("amount")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.subject_id}: {self.state}"
