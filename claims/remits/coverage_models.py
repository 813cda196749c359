"""What remittances say of the coverages of a claim: to whom it was sent on, whom the payer says to be insured.

PII: InsuredCorrection keeps the name of the insured and, encrypted, the member id.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from claims.payers.models import Payer
from claims.remits.models import RemitClaim


class CrossoverCarrier(models.Model):
    """The payer to which the one that answers sent the claim on (NM1*TT): a coverage that no bill may have named."""

    remit_claim = models.OneToOneField(RemitClaim, on_delete=models.CASCADE, related_name="crossover_carrier")
    payer = models.ForeignKey(Payer, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"carrier of {self.remit_claim_id}"


class InsuredCorrection(models.Model):
    """Whom a payer says to be insured otherwise than the claim says (NM1*74): the next bill of the coverage needs it.

    It changes nothing by itself: a person takes it onto the coverage, or leaves it.
    """

    class State(models.TextChoices):
        OPEN = "open", "Offered"
        TAKEN = "taken", "Taken over"
        LEFT = "left", "Left"

    remit_claim = models.OneToOneField(RemitClaim, on_delete=models.CASCADE, related_name="insured_correction")
    last = models.CharField(max_length=60, blank=True)
    first = models.CharField(max_length=35, blank=True)
    middle = models.CharField(max_length=25, blank=True)
    suffix = models.CharField(max_length=10, blank=True)
    member_id = EncryptedTextField(max_length=80, blank=True)
    state = models.CharField(max_length=5, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"corrected insured {self.pk}"
