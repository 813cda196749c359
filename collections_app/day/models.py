"""The business days that were opened, and how far each opening got.

PII: none.
"""

from django.db import models


class DayRun(models.Model):
    """The opening of one business day: which steps are done, and what they did.

    One that was made before its day came, by a clock that ran ahead, counts as not done, taken back or not.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        AHEAD = "ahead", "Ahead of its day"
        WITHDRAWN = "withdrawn", "Taken back"

    day = models.DateField(unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    step = models.CharField(max_length=12, blank=True, help_text="the step at work")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="what each finished step did")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(help_text="last sign of life; a silent run may be taken over")
    message = models.CharField(max_length=300, blank=True)

    class Meta:
        app_label = "collections_app"
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {self.state}"
