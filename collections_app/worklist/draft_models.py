"""What somebody has typed about an item and not logged yet.

A workstation is shared and its browser keeps no patient data, so a half-written outcome lives here until it is logged,
discarded, or a week old. Nobody but its writer ever sees it, and it is no part of the record.

PII: WorkDraft.entered holds the note as far as it is written, which may name people.
"""

from django.conf import settings
from django.db import models

from collections_app.worklist.models import WorkItem


class WorkDraft(models.Model):
    """One person's unfinished outcome of one item."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="+")
    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="+")
    entered = models.JSONField(help_text="the fields of the form as typed")
    touches = models.PositiveSmallIntegerField(help_text="the item's count on the page from which it comes")
    saved_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["user", "item"], name="a_person_drafts_an_item_once")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
