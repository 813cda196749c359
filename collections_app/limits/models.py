"""What admins entered instead of the shipped limits.

PII: none.
"""

from django.conf import settings
from django.db import models

from claims.practices.models import Practice


class Limit(models.Model):
    """One dated figure. `value` is in the unit that `figures.LIMITS` names for `name`."""

    practice = models.ForeignKey(
        Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="empty: every practice"
    )
    name = models.CharField(max_length=30)
    scope = models.CharField(max_length=20, blank=True, help_text="a state, NYC, a class of payers; empty: all")
    value = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    is_verified = models.BooleanField(default=False, help_text="somebody read the figure in its source")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_limit_ends_after_it_begins",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"
