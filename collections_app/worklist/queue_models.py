"""The hot end of the worklist: what can be handed out today, and who holds what. Narrow on purpose.

An entry exists exactly for the open items that are due, not snoozed, not held and not escalated. Taking an item
locks its entry and inserts a lease, so the priority index gets no dead tuple from being looked at; only finished
work leaves one, on the shelf of the person who did it. That keeps the head of the index short while a long
snapshot (a dump, a report) stops vacuum.

PII: none.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.worklist.models import CallWindow, WorkItem


class Shelf(models.Model):
    """Items of one practice, one owner (or nobody) and one call window: open or closed as a whole."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    window = models.ForeignKey(CallWindow, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                "practice",
                Coalesce("owner", 0),
                Coalesce("window", 0),
                name="a_shelf_stands_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.practice_id}/{self.owner_id}/{self.window_id}"


class QueueEntry(models.Model):
    """An item that may be handed out. `place` sorts: lane, then pinned, then rank; the lowest goes first."""

    item = models.OneToOneField(WorkItem, primary_key=True, on_delete=models.CASCADE, related_name="entry")
    shelf = models.ForeignKey(Shelf, on_delete=models.PROTECT, db_index=False, related_name="+")
    place = models.BigIntegerField()
    not_before_at = models.DateTimeField(null=True, help_text="a call-back is offered from its agreed minute")
    household = models.ForeignKey(
        Account, null=True, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )

    class Meta:
        app_label = "collections_app"
        verbose_name_plural = "queue entries"
        indexes = [models.Index(fields=["shelf", "place", "item"], name="entry_by_place")]

    def __str__(self) -> str:
        return f"entry {self.item_id}"


class Lease(models.Model):
    """Somebody holds an item until a minute. `household` is set on one lease of each household held."""

    item = models.OneToOneField(WorkItem, primary_key=True, on_delete=models.CASCADE, related_name="lease")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    household = models.ForeignKey(
        Account, null=True, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    taken_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["household"], name="a_household_is_worked_by_one_person")]

    def __str__(self) -> str:
        return f"{self.holder_id} holds {self.item_id}"
