"""Files as they came in: bytes kept by hash, transactions with their state and problems.

PII: the kept bytes hold patient data; problems never do.
"""

from django.conf import settings
from django.db import models

from claims.practices.models import Practice


class EdiFile(models.Model):
    """One file taken in once; its bytes stand in the raw store under their SHA-256."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        WORKING = "working", "Being read"
        DONE = "done", "Taken in"
        REJECTED = "rejected", "Not understood"

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    via = models.CharField(max_length=8, default="command", help_text="upload, command, folder or api")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(
        Practice, null=True, on_delete=models.PROTECT, related_name="+", help_text="forced by the sender"
    )
    create_missing = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.RECEIVED)
    done_claims = models.PositiveIntegerField(default=0)
    total_claims = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    left_behind = models.PositiveSmallIntegerField(
        default=0, help_text="readings begun since one ended or took in a batch: how often its reader was killed"
    )
    put_off = models.PositiveSmallIntegerField(default=0, help_text="how often the disk or the database failed it")
    next_try_at = models.DateTimeField(null=True, help_text="when it is read again by itself after that")
    note = models.CharField(max_length=200, blank=True, help_text="what was odd about how it came")
    finished_at = models.DateTimeField(null=True)
    bytes_dropped_at = models.DateTimeField(null=True, help_text="when its bytes were deleted, past their term")

    class Meta:
        app_label = "claims"
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return self.name


class EdiTransaction(models.Model):
    """One ST..SE (or TA1) of a file."""

    file = models.ForeignKey(EdiFile, db_index=False, on_delete=models.CASCADE, related_name="transactions")
    position = models.PositiveIntegerField()
    practice = models.ForeignKey(Practice, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6)
    version = models.CharField(max_length=12, blank=True)
    isa_control = models.CharField(max_length=9, blank=True)
    gs_control = models.CharField(max_length=9, blank=True, db_index=True)
    st_control = models.CharField(max_length=9, blank=True)
    reference = models.CharField(
        max_length=50, blank=True, db_index=True, help_text="BHT03 of an 837, which a 277CA repeats for the whole of it"
    )
    usage = models.CharField(max_length=1, blank=True, help_text="ISA15: P production, T test")
    status = models.CharField(
        max_length=10, default="received", help_text="received, posted, partly, staged, duplicate, rejected"
    )
    summary = models.JSONField(default=dict, help_text="the figures of --json, amounts as strings")
    problems = models.JSONField(default=list, help_text="[{where, code, message}]")
    done = models.PositiveIntegerField(default=0, help_text="claims taken in so far: where a restart resumes")

    class Meta:
        app_label = "claims"
        ordering = ["file_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="a_transaction_stands_once_in_its_file")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.st_control}"

    @property
    def is_test(self) -> bool:
        """Whether its sender marked it as a test. It is taken in all the same: many never change the mark."""
        return self.usage == "T"
