"""Which route was chosen for denials of a claim, by whom and why; and that a choice was taken back. Choices and
what takes them back are append-only by trigger.

PII: RouteChoice.why is free text of staff about a patient's claim; RouteChoice.offered are the routes as they were seen
then, with days and dollars of the claim. Both are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.practices.models import Practice
from collections_app.routes.route_rules import RouteCode

PERSON = settings.AUTH_USER_MODEL


class RouteChoice(models.Model):
    """Somebody chose a way out of denials of a claim. A later choice about them takes its place."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, db_index=False, on_delete=models.PROTECT, related_name="route_choices")
    route = models.CharField(max_length=16, choices=[(one.value, one.value) for one in RouteCode])
    label = models.CharField(max_length=80, help_text="the route as it was called then")
    category = models.CharField(max_length=24, help_text="of the largest denial")
    payer_class = models.CharField(max_length=20, blank=True)
    amount = MoneyField(help_text="denied, of what it is about")
    best = models.CharField(max_length=16, help_text="what was best then")
    offered = EncryptedJSONField(help_text="every route as it was seen: open or not, why, days, chance, dollars")
    why = EncryptedTextField(max_length=300, blank=True, help_text="why not the best one")
    next_action = models.CharField(max_length=24)
    next_on = models.DateField()
    last_on = models.DateField(null=True, help_text="the last lawful day; empty: none is known")
    address = models.CharField(max_length=200, blank=True, help_text="the page where its work went on")
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["claim", "id"], name="route_choice_by_claim"),
            models.Index(fields=["practice", "route", "chosen_at"], name="route_choice_by_route"),
        ]
        constraints = [
            models.CheckConstraint(name="a_chosen_amount_is_not_negative", condition=models.Q(amount__gte=0)),
            models.CheckConstraint(
                name="a_route_is_a_known_one", condition=models.Q(route__in=[one.value for one in RouteCode])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route} for {self.claim_id}"


class ChosenDenial(models.Model):
    """A denial that a choice is about. It goes with a denial that was opened by mistake and taken back."""

    choice = models.ForeignKey(RouteChoice, on_delete=models.CASCADE, related_name="chosen", db_index=False)
    denial = models.ForeignKey(Denial, on_delete=models.CASCADE, related_name="route_choices")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["choice", "denial"], name="a_choice_names_a_denial_once"),
        ]

    def __str__(self) -> str:
        return f"{self.choice_id}: {self.denial_id}"


class RouteWithdrawal(models.Model):
    """A choice that was taken back by who made it, within ten minutes."""

    choice = models.OneToOneField(RouteChoice, on_delete=models.PROTECT, related_name="withdrawn")
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.choice_id} taken back"
