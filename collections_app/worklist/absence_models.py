"""Who is away from when until when, who stands in for them, and how much somebody works in a day.

PII: none of patients. Absence.note is read by colleagues and says nothing about health.
"""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from claims.payers.models import Payer
from collections_app.worklist import kinds


class Absence(models.Model):
    """Somebody is away, in all their practices, from a day through another; back earlier from `back_on`."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="the last day away")
    back_on = models.DateField(null=True, help_text="ended early: at work again from this day")
    note = models.CharField(max_length=120, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(name="an_absence_ends_after_it_begins", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="an_absence_is_ended_before_its_end", condition=Q(back_on=None) | Q(back_on__lte=F("ends_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"

    @property
    def until(self) -> dt.date:
        """The last day away, as it came."""
        return self.ends_on if self.back_on is None else self.back_on - dt.timedelta(days=1)

    @property
    def was_withdrawn(self) -> bool:
        """Whether it was ended before it began."""
        return self.until < self.starts_on

    def runs_on(self, day: dt.date) -> bool:
        """Whether they are away on `day`."""
        return self.starts_on <= day <= self.until


class StandIn(models.Model):
    """Who is offered the work meanwhile: all of it, or that of a payer, of a kind, or both. The closest fit counts."""

    absence = models.ForeignKey(Absence, on_delete=models.CASCADE, related_name="stand_ins")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="standing_in")
    payer = models.ForeignKey(Payer, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=16, blank=True, choices=kinds.CHOICES)

    class Meta:
        app_label = "collections_app"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "absence", "person", Coalesce("payer", 0), "kind", name="a_stand_in_is_named_once_for_the_same_work"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.absence_id}"


class WorkCapacity(models.Model):
    """How many minutes of items somebody works in a day, where that is not the usual figure (`workday_minutes`)."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="work_capacity"
    )
    minutes = models.PositiveSmallIntegerField(help_text="0: is given no work by itself")

    class Meta:
        app_label = "collections_app"
        verbose_name_plural = "work capacities"
        constraints = [models.CheckConstraint(name="a_day_has_so_many_minutes", condition=Q(minutes__lte=1440))]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.minutes}"
