"""Tries at the doors of pages behind a link: the patient's own, and that of who is asked about a bill.

PII: none. A try keeps digests of the link and of the network address.
"""

from django.db import models


class DoorTry(models.Model):
    """One answer at a door, kept before it is looked at, so that no two at once are one too many."""

    digest = models.CharField(max_length=64, help_text="of the token, whether there is such a link or not")
    origin = models.CharField(max_length=32, help_text="keyed digest of the network address")
    at = models.DateTimeField()
    is_right = models.BooleanField(default=False)

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["digest", "at"], name="portal_try_by_link"),
            models.Index(fields=["origin", "at"], name="portal_try_by_origin"),
        ]

    def __str__(self) -> str:
        return f"try {self.pk}"
