"""What the practice's own history says of its work, rewritten once a day by `rates`. PII: none."""

from django.db import models

from arwork.lib.money import MoneyField
from claims.payers.models import Payer
from claims.practices.models import Practice


class SegmentRate(models.Model):
    """Recovered and decided dollars of one segment, from the practice's own ledger; rewritten once a day."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    payer_class = models.CharField(max_length=20, blank=True)
    category = models.CharField(max_length=24, blank=True)
    age_band = models.CharField(max_length=8, blank=True)
    decided = models.PositiveIntegerField(default=0, help_text="items whose outcome is known")
    at_stake = MoneyField(default=0)
    recovered = MoneyField(default=0, help_text="never more than was at stake")
    left_alone = models.PositiveIntegerField(default=0, help_text="of those that nobody worked")
    alone_at_stake = MoneyField(default=0)
    came_alone = MoneyField(default=0)
    computed_on = models.DateField()

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "payer_class", "category", "age_band"],
                name="a_segment_has_one_rate",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.payer_class} {self.category} {self.age_band}"


class PayerPace(models.Model):
    """How long a piece of work with one payer takes, from its calls and the contact log, and what it allows of a
    charge, from its remittances; rewritten once a day."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="+")
    timed = models.PositiveIntegerField(default=0, help_text="contacts whose minutes were logged")
    minutes = models.PositiveIntegerField(default=0, help_text="of all of them together")
    remitted = models.PositiveIntegerField(default=0, help_text="claims that it paid as first payer")
    charged = MoneyField(default=0)
    allowed = MoneyField(default=0)
    computed_on = models.DateField()

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["practice", "payer"], name="a_payer_has_one_pace_per_practice")]

    def __str__(self) -> str:
        return f"{self.payer_id}: {self.minutes}/{self.timed}"


class AnswerRate(models.Model):
    """How many calls to people reached the person, by the part of the day where they live; rewritten once a day."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    hours = models.CharField(max_length=12, help_text="the part of the day, see answer_hours")
    called = models.PositiveIntegerField(help_text="calls, old ones counted for less")
    reached = models.PositiveIntegerField(help_text="of those, the person themselves")
    computed_on = models.DateField()

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["practice", "hours"], name="part_of_the_day_has_one_answer_rate"),
            models.CheckConstraint(
                condition=models.Q(reached__lte=models.F("called")), name="nobody_is_reached_without_a_call"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hours}: {self.reached}/{self.called}"
