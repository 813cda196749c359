"""Promises to pay, kept or broken by what the ledger received (RULES 13.8).

PII: none beyond row ids.
"""

import datetime as dt

from django.conf import settings
from django.db import models

from arwork.lib.dates import Closures
from arwork.lib.money import MoneyField
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.promises.rules import last_day_to_keep


class Promise(models.Model):
    """An amount somebody said they would pay by a day, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PARTLY = "partly", "Partly kept"
        KEPT = "kept", "Kept"
        BROKEN = "broken", "Broken"
        CANCELLED = "cancelled", "Canceled"

    class Ended(models.TextChoices):
        """Why one was canceled."""

        UNDONE = "undone", "Taken back"
        REPLACED = "replaced", "Replaced by a newer one"
        GONE = "gone", "Nothing left to pay"

    class Method(models.TextChoices):
        CARD = "card", "Card"
        ACH = "ach", "Bank debit"
        CHECK = "check", "Check by mail"
        CASH = "cash", "Cash"
        PORTAL = "portal", "Online"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="promises")
    amount = MoneyField()
    received = MoneyField(default=0, help_text="what was received from its making to the end of grace")
    asked = MoneyField(default=0, help_text="what it asked for when last looked at: never more than was owed")
    due_on = models.DateField()
    grace_days = models.PositiveSmallIntegerField(default=2, help_text="business days")
    method = models.CharField(max_length=8, choices=Method, default=Method.CHECK)
    promised_by = models.CharField(max_length=80, blank=True, help_text="who said so")
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    ended = models.CharField(max_length=8, choices=Ended, blank=True, help_text="why it was canceled")
    settled_on = models.DateField(null=True, help_text="the day it was kept, broken or canceled")
    broken_at = models.DateTimeField(null=True, help_text="when it was first found broken; stays when it heals")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["state", "due_on"], name="promise_by_day"),
            models.Index(fields=["account", "made_on"], name="promise_by_account"),
        ]
        constraints = [
            models.CheckConstraint(name="a_promise_names_an_amount", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="a_promise_is_due_after_it_is_made", condition=models.Q(due_on__gte=models.F("made_on"))
            ),
            models.UniqueConstraint(
                fields=["account"],
                name="an_account_has_one_open_promise",
                condition=models.Q(state__in=["open", "partly"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} by {self.due_on}"

    def last_day(self, closures: Closures) -> dt.date:
        """The last day on which money keeps it, at an office that is closed on these days."""
        return last_day_to_keep(self.due_on, self.grace_days, closures=closures)

    @property
    def is_healed(self) -> bool:
        """Kept after all: it was found broken before its money was entered."""
        return self.state == self.State.KEPT and self.broken_at is not None

    @property
    def words(self) -> str:
        """What became of it: `Kept`, `Kept, entered late`, `Nothing left to pay`."""
        if self.is_healed:
            return "Kept, entered late"
        if self.state == self.State.KEPT and self.asked < self.amount:
            return "Kept, all that was owed"
        return str(self.get_ended_display() if self.ended else self.get_state_display())
