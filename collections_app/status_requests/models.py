"""Questions to payers about claims and coverage, and what was answered.

A question changes with what becomes of it; answers are append-only by trigger: what a payer said on a day stays said.

PII: StatusAnswer.message and CoverageReply.message are the payer's own words about a claim or person, encrypted, as is
the member id that a reply names; ClaimQuestion and CoverageQuestion name claims and patients by their rows alone.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.parties.models import Coverage, Patient
from claims.payers.models import Payer
from claims.practices.models import Practice
from collections_app.clearinghouses.models import OutgoingFile
from collections_app.status_requests.coverage_words import CoverageState
from collections_app.status_requests.states import (
    FILE,
    STATUS,
    TOPICS,
    WAYS,
    AskingPurpose,
    FoundState,
    QuestionState,
)
from collections_app.status_requests.verdicts import StatusVerdict

PERSON = settings.AUTH_USER_MODEL
_WAITING = models.Q(state__in=(QuestionState.READY, QuestionState.ASKED))
_VERDICTS = [(verdict.value, verdict.words) for verdict in StatusVerdict]
_COVERED = [(state.value, state.words) for state in CoverageState]


class AskingWay(models.Model):
    """That a payer takes questions of one kind (276 or 270), which way, and how many a day at most."""

    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=3, choices=TOPICS, default=STATUS)
    way = models.CharField(max_length=8, choices=WAYS, default=FILE)
    payer_code = models.CharField(max_length=40, blank=True, help_text="its id for questions; empty: as in claims")
    most_a_day = models.PositiveSmallIntegerField(default=500)
    is_likely = models.BooleanField(default=False, help_text="asked where a patient's coverage is looked for")
    is_on = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["payer", "topic"], name="a_payer_is_asked_one_way"),
            models.CheckConstraint(name="a_payer_is_asked_once_a_day_at_least", condition=models.Q(most_a_day__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.topic} to {self.payer_id}"


class DiscoveryConsent(models.Model):
    """That a practice lets its uninsured patients be asked about at likely payers, and how many of them a month."""

    practice = models.OneToOneField(Practice, on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField(default=True)
    most_a_month = models.PositiveSmallIntegerField(default=200)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"discovery at {self.practice_id}"


class ClaimQuestion(models.Model):
    """One claim asked about (276), until it is answered or given up. `trace` comes back with the answer."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="questions")
    payer = models.ForeignKey(Payer, db_index=False, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=WAYS)
    trace = models.CharField(max_length=30, unique=True)
    state = models.CharField(max_length=8, choices=QuestionState, default=QuestionState.READY)
    because = models.CharField(max_length=200, help_text="why it was asked")
    amount = MoneyField(help_text="what was at stake when it was asked")
    asked_on = models.DateField()
    asked_by = models.ForeignKey(
        PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+", help_text="empty: the sweep"
    )
    sent_at = models.DateTimeField(null=True)
    file = models.ForeignKey(OutgoingFile, null=True, on_delete=models.PROTECT, related_name="+")
    failure = models.CharField(max_length=200, blank=True, help_text="why it was not sent or answered")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=_WAITING, name="a_claim_is_asked_about_once_at_a_time"),
            models.UniqueConstraint(
                fields=["claim", "asked_on"],
                condition=models.Q(asked_by=None),
                name="the_sweep_asks_about_a_claim_once_a_day",
            ),
            models.CheckConstraint(
                name="a_failed_claim_question_says_why", condition=~models.Q(state="failed") | ~models.Q(failure="")
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "state", "-asked_on"], name="claim_question_by_state"),
            models.Index(fields=["payer", "asked_on"], name="claim_question_by_payer"),
        ]

    def __str__(self) -> str:
        return self.trace


class StatusAnswer(models.Model):
    """What a payer said of a claim (277), asked or not, and what became of the work on it. Append-only by trigger."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="status_answers")
    payer = models.ForeignKey(Payer, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    question = models.ForeignKey(ClaimQuestion, null=True, on_delete=models.PROTECT, related_name="answers")
    source = models.CharField(max_length=80, unique=True, help_text="file and segment it was read from")
    heard_on = models.DateField()
    effective_on = models.DateField(help_text="the day that the payer names, STC02")
    verdict = models.CharField(max_length=11, choices=_VERDICTS)
    category = models.CharField(max_length=4, blank=True, help_text="STC01-1 of the status that decides")
    status_code = models.CharField(max_length=6, blank=True, help_text="STC01-2")
    icn = models.CharField(max_length=50, blank=True)
    paid = MoneyField(null=True, help_text="STC05")
    check_number = models.CharField(max_length=50, blank=True, help_text="STC09")
    message = EncryptedTextField(max_length=264, blank=True, help_text="STC12")
    is_moved = models.BooleanField(help_text="the work followed it")
    next_on = models.DateField(null=True, help_text="the next step's day, where the work followed it")
    is_call_avoided = models.BooleanField(help_text="a call about it was due, and is not any more")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="only_what_moved_avoids_a_call",
                condition=models.Q(is_call_avoided=False) | models.Q(is_moved=True),
            )
        ]
        indexes = [
            models.Index(fields=["practice", "-heard_on"], name="status_answer_by_day"),
            models.Index(fields=["claim", "-id"], name="status_answer_by_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.pk}"


class CoverageQuestion(models.Model):
    """One person's coverage asked about (270): before a denial is worked, by a person, or to find coverage."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, db_index=False, on_delete=models.PROTECT, related_name="+")
    coverage = models.ForeignKey(
        Coverage, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: none is known at this payer"
    )
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="coverage_questions")
    denial = models.ForeignKey(Denial, null=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=9, choices=AskingPurpose)
    way = models.CharField(max_length=8, choices=WAYS)
    trace = models.CharField(max_length=30, unique=True)
    state = models.CharField(max_length=8, choices=QuestionState, default=QuestionState.READY)
    service_on = models.DateField(help_text="the day about which it is asked")
    asked_on = models.DateField()
    asked_by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    file = models.ForeignKey(OutgoingFile, null=True, on_delete=models.PROTECT, related_name="+")
    failure = models.CharField(max_length=200, blank=True)
    finding = models.CharField(max_length=9, choices=FoundState, blank=True, help_text="of a coverage that was found")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "payer", "service_on"],
                condition=_WAITING,
                name="a_coverage_is_asked_about_once_at_a_time",
            ),
            models.CheckConstraint(
                name="a_failed_coverage_question_says_why", condition=~models.Q(state="failed") | ~models.Q(failure="")
            ),
            models.CheckConstraint(
                name="a_decided_finding_says_by_whom",
                condition=~models.Q(finding__in=("taken", "left"))
                | models.Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "state", "-asked_on"], name="coverage_question_by_state"),
            models.Index(fields=["payer", "asked_on"], name="coverage_question_by_payer"),
        ]

    def __str__(self) -> str:
        return self.trace


class CoverageReply(models.Model):
    """What a payer said of somebody's coverage (271). Append-only by trigger."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    question = models.ForeignKey(CoverageQuestion, on_delete=models.PROTECT, related_name="replies")
    source = models.CharField(max_length=80, unique=True)
    heard_on = models.DateField()
    state = models.CharField(max_length=9, choices=_COVERED)
    plan = models.CharField(max_length=80, blank=True)
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    member_id = EncryptedTextField(max_length=80, blank=True)
    group_number = models.CharField(max_length=50, blank=True)
    other_payer = models.CharField(max_length=80, blank=True, help_text="whom the payer names as another insurer")
    other_payer_code = models.CharField(max_length=80, blank=True)
    deductible_amount = MoneyField(null=True, help_text="left of the deductible")
    refusal = models.CharField(max_length=2, blank=True, help_text="AAA03")
    route = models.CharField(max_length=11, blank=True, help_text="what it suggests for a denied claim")
    message = EncryptedTextField(max_length=264, blank=True)

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"
