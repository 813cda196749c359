"""What a practice says on the phone, where it says it otherwise than the shipped texts; each version is kept.

PII: none. Merge fields stand in the text; what they stand for never does.
"""

from django.conf import settings
from django.db import models

from claims.practices.models import Practice


class ScriptText(models.Model):
    """One passage of the script in one language, from a day on. Append-only; empty words: the shipped text again."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=12)
    language = models.CharField(max_length=2)
    words = models.CharField(max_length=1500, blank=True)
    from_on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_script_is_in_english_or_spanish", condition=models.Q(language__in=("en", "es"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.language}) from {self.from_on}"
