"""Strategies and their versions, tests of one version against another, who takes which, what was done of it, and what
waits for a person.

Kept true by the database: what was published is never changed; a practice has one version in force and one test
running; a step is carried out once for its anchor and try; a step that was carried out and an assignment stay as they
were recorded.

PII: none. Versions hold rules, no patients; rows name accounts by id; words of outcomes name no person.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from arwork.lib.money import MoneyField
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.deliveries.models import Delivery
from collections_app.strategies.steps import KIND_WORDS, Outcome

_KINDS = [(kind.value, words) for kind, words in KIND_WORDS.items()]


class Strategy(models.Model):
    """A strategy of a practice: a name over its versions."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="strategies")
    name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["practice", "name"], name="a_strategy_has_its_own_name")]

    def __str__(self) -> str:
        return self.name


class StrategyVersion(models.Model):
    """One version: a draft that is edited, then published from a day on, or tried on a share of the accounts."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        TRIED = "tried", "On trial"
        WITHDRAWN = "withdrawn", "Withdrawn"

    strategy = models.ForeignKey(Strategy, db_index=False, on_delete=models.PROTECT, related_name="versions")
    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    definition = models.JSONField(help_text="see strategies.definition")
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True, help_text="its last day; empty while it goes on")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "state", "from_on"], name="strategy_version_in_force")]
        constraints = [
            models.UniqueConstraint(fields=["strategy", "number"], name="a_version_has_its_number"),
            models.UniqueConstraint(fields=["strategy"], condition=Q(state="draft"), name="a_strategy_has_one_draft"),
            models.UniqueConstraint(
                fields=["practice"],
                condition=Q(state="published", to_on__isnull=True),
                name="a_practice_has_one_strategy_in_force",
            ),
            models.CheckConstraint(
                name="a_published_version_says_when_and_who",
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(from_on__isnull=False, published_at__isnull=False, published_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_version_ends_after_it_begins", condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy_id} v{self.number}"


class StrategyTest(models.Model):
    """A version tried against the one in force, on a share of the accounts."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    champion = models.ForeignKey(StrategyVersion, db_index=False, on_delete=models.PROTECT, related_name="+")
    challenger = models.ForeignKey(StrategyVersion, db_index=False, on_delete=models.PROTECT, related_name="+")
    challenger_percent = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40, unique=True, help_text="what sorts accounts into arms")
    from_on = models.DateField()
    ended_on = models.DateField(null=True)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    has_won = models.BooleanField(default=False, help_text="the challenger became the champion")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                fields=["practice"], condition=Q(ended_on__isnull=True), name="a_practice_runs_one_strategy_test"
            ),
            models.CheckConstraint(
                name="a_test_has_two_versions_and_a_share",
                condition=~Q(champion=F("challenger")) & Q(challenger_percent__gte=1, challenger_percent__lte=50),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class StrategyAssignment(models.Model):
    """Which version and segment an account takes from a day on. The latest counts; append-only."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    test = models.ForeignKey(StrategyTest, null=True, on_delete=models.PROTECT, related_name="+")
    arm = models.CharField(max_length=10, blank=True, help_text="of the test: champion or challenger")
    segment = models.CharField(max_length=12, help_text="the key of a segment of the version")
    why = models.CharField(max_length=300, help_text="why this segment, in words")
    started_on = models.DateField(help_text="the day from which its steps count")
    on = models.DateField(help_text="the day on which it was assigned")
    owed = MoneyField(help_text="what it owed then")
    at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "account"], name="strategy_assignment_practice")]
        constraints = [
            models.UniqueConstraint(fields=["account", "on", "version"], name="an_account_takes_a_version_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.version_id}"


class StepRun(models.Model):
    """A step that was carried out, skipped or refused for an account on a day; append-only."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=12, help_text="the key of the step")
    kind = models.CharField(max_length=12, choices=_KINDS)
    anchor_on = models.DateField(help_text="the day from which the step counts")
    due_on = models.DateField()
    on = models.DateField()
    tried = models.PositiveSmallIntegerField(default=1, help_text="which try, from 1")
    outcome = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Outcome])
    words = models.CharField(max_length=200, blank=True)
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "on", "kind"], name="strategy_step_run_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "step", "anchor_on", "tried"], name="a_step_is_carried_out_once_a_try"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.step} {self.outcome}"


class StrategyTask(models.Model):
    """What a step asks of a person: a review, help to offer, an address to find, a placement or write-off to decide."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=_KINDS)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    next_action = models.CharField(max_length=120)
    next_on = models.DateField()
    made_on = models.DateField()
    answer = models.CharField(
        max_length=10, blank=True, help_text="what was decided: yes, no, or gone where nothing was left to do"
    )
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "state", "next_on"], name="strategy_task_waiting")]
        constraints = [
            models.CheckConstraint(
                name="a_done_strategy_task_says_when_and_who",
                condition=Q(state="open") | (Q(done_at__isnull=False) & (Q(done_by__isnull=False) | Q(answer="gone"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.kind}"


class WhatIf(models.Model):
    """What a version would do over the books of a day: worked out in the background, kept until the next."""

    version = models.OneToOneField(StrategyVersion, on_delete=models.CASCADE, related_name="what_if")
    asked_on = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    accounts = models.PositiveIntegerField(default=0, help_text="to look at")
    looked_at = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, help_text="when its worker last finished a batch")
    finished_at = models.DateTimeField(null=True)
    found = models.JSONField(default=dict, help_text="see strategies.what_if")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"what if {self.version_id}"
