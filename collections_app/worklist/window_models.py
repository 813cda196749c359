"""What was done about the windows of payers, and which were missed.

PII: none beyond row ids.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from arwork.lib.money import MoneyField
from claims.denials.models import Denial, Underpayment
from claims.practices.models import Practice
from collections_app.worklist.models import WorkAction, WorkItem


class NoticeAnswer(models.Model):
    """What one recorded outcome did about one denial or short payment that was known then (RULES 8.8).

    A notice that is read later, whatever its date, was not answered by it and keeps its own window.
    """

    action = models.ForeignKey(WorkAction, on_delete=models.CASCADE, related_name="notice_answers")
    denial = models.ForeignKey(Denial, null=True, on_delete=models.CASCADE, related_name="+")
    underpayment = models.ForeignKey(Underpayment, null=True, on_delete=models.CASCADE, related_name="+")
    kept = models.CharField(max_length=120, blank=True, help_text="kinds of windows that are needed no more")
    level = models.PositiveSmallIntegerField(default=0, help_text="of the appeal that was sent or decided; 0: none")
    upheld_on = models.DateField(null=True, help_text="the notice of a decision against us: the next level runs")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="an_answer_is_to_one_notice",
                condition=Q(denial__isnull=False, underpayment=None) | Q(denial=None, underpayment__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_id}: {self.kept or self.upheld_on}"


class MissedWindow(models.Model):
    """The last window of a piece of work closed before anybody kept it: why, whose it was, what was at stake."""

    class Why(models.TextChoices):
        LATE = "late", "Closed before we knew"
        GIVEN_UP = "given_up", "Given up in words"
        ESCALATED = "escalated", "Waited for a supervisor"
        SNOOZED = "snoozed", "Slept past it"
        UNTOUCHED = "untouched", "Nobody worked it"
        UNKEPT = "unkept", "Worked, but not kept"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(WorkItem, db_index=False, on_delete=models.PROTECT, related_name="missed_windows")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=20, help_text="the payer rule: appeal_1, filing")
    closed_on = models.DateField(help_text="the last lawful day")
    amount = MoneyField()
    why = models.CharField(max_length=10, choices=Why)
    touches = models.PositiveSmallIntegerField(default=0, help_text="since the item was opened")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["item", "kind", "closed_on"], name="a_window_is_missed_once"),
        ]
        indexes = [models.Index(fields=["practice", "closed_on"], name="missed_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.closed_on}"
