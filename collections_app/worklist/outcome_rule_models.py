"""How practices follow outcomes up, instead of as shipped. PII: none."""

from django.db import models

from claims.practices.models import Practice


class OutcomeRule(models.Model):
    """How an outcome is followed up in a practice, or in all, from a day on."""

    practice = models.ForeignKey(
        Practice, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: every practice"
    )
    code = models.CharField(max_length=30, help_text="of a shipped outcome")
    days = models.PositiveSmallIntegerField(null=True, help_text="until it is followed up; empty: as shipped")
    next_action = models.CharField(max_length=24, blank=True, help_text="empty: as shipped")
    is_hidden = models.BooleanField(default=False, help_text="not offered at the desk")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="an_outcome_rule_ends_after_it_begins",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="an_outcome_rule_says_something",
                condition=models.Q(is_hidden=True) | models.Q(days__isnull=False) | ~models.Q(next_action=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} from {self.valid_from}"
