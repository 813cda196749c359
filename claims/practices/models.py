"""Practices: the provider organizations whose money it is. Every row of the books belongs to one.

PII: none; organizations and staff only.
"""

from django.conf import settings
from django.db import models


class Practice(models.Model):
    """A provider organization, known in files by its NPI or TIN."""

    name = models.CharField(max_length=120)
    npi = models.CharField(max_length=10, unique=True)
    tin = models.CharField(max_length=9, blank=True, db_index=True)
    time_zone = models.CharField(max_length=40, default="America/New_York")
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    staff = models.ManyToManyField(settings.AUTH_USER_MODEL, through="PracticeAccess", related_name="practices")

    class Meta:
        app_label = "claims"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PracticeAccess(models.Model):
    """One member of staff may see one practice."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["practice", "user"], name="access_to_a_practice_is_given_once")]

    def __str__(self) -> str:
        return f"{self.user_id} sees {self.practice_id}"


class OfficeClosure(models.Model):
    """A day on which the office is closed that no law closes: the day after Thanksgiving, a storm, a move."""

    practice = models.ForeignKey(
        Practice,
        null=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="empty: every practice",
    )
    day = models.DateField()
    name = models.CharField(max_length=80)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        app_label = "claims"
        ordering = ["day", "practice__name"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "day"], name="an_office_closes_once_a_day"),
            models.UniqueConstraint(
                fields=["day"], name="all_offices_close_once_a_day", condition=models.Q(practice__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
