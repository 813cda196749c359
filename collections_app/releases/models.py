"""Who asks for records, what they ask, whether the law lets it go to them, and what went.

PII: what somebody asked, what was read off their form and where a packet went are about a patient: encrypted. Papers
and packets stand in the store of documents, encrypted too. The directory of requesters names firms, no patients.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from arwork.lib.money import MoneyField
from claims.documents.models import Document
from claims.parties.models import Account, Patient
from claims.practices.models import Practice
from collections_app.contacts.models import Hold
from collections_app.releases.authorization import RequestBasis


class Requester(models.Model):
    """A law firm, insurer, agency or person that asks for records; one row by its name and ZIP."""

    class Kind(models.TextChoices):
        LAW_FIRM = "law_firm", "Law firm"
        INSURER = "insurer", "Insurer"
        GOVERNMENT = "government", "Court or government"
        COPY_SERVICE = "copy_service", "Copy service"
        PROVIDER = "provider", "Another provider"
        PATIENT = "patient", "Patient or family"
        OTHER = "other", "Somebody else"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=120)
    match_key = models.CharField(max_length=140, help_text="its name folded, and five digits of its ZIP")
    address = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip = models.CharField(max_length=10, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    fax = models.CharField(max_length=20, blank=True)
    email = models.CharField(max_length=254, blank=True)
    notes = models.CharField(max_length=300, blank=True, help_text="nothing about patients")
    always_lacks = models.CharField(max_length=200, blank=True, help_text="what its forms lack again and again")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["practice", "match_key"], name="a_requester_is_known_once_per_practice")
        ]

    def __str__(self) -> str:
        return self.name


class RecordRequest(models.Model):
    """One request for a patient's records, from the day it came to the day it is released, refused or withdrawn."""

    class State(models.TextChoices):
        RECEIVED = "received", "To screen"
        DEFECTIVE = "defective", "Defective"
        VALID = "valid", "To release"
        INVOICED = "invoiced", "Fee invoiced"
        RELEASED = "released", "Released"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="record_requests")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(Requester, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=13, choices=[(one.value, one.label) for one in RequestBasis])
    reference = EncryptedTextField(max_length=60, blank=True, help_text="the number of their file or case")
    asked = models.JSONField(help_text="what is asked, as codes of `parts`")
    words = EncryptedTextField(max_length=600, blank=True, help_text="as they wrote it, where the codes do not say it")
    service_from = models.DateField(null=True, help_text="empty: from the first visit on")
    service_to = models.DateField(null=True, help_text="empty: to the last visit")
    received_on = models.DateField()
    due_on = models.DateField()
    extended_on = models.DateField(null=True, help_text="when the requester was told that it takes longer")
    state = models.CharField(max_length=9, choices=State, default=State.RECEIVED)
    document = models.ForeignKey(
        Document, null=True, on_delete=models.PROTECT, related_name="+", help_text="the form or subpoena as it came"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=80, blank=True)
    next_on = models.DateField(null=True)
    fee = MoneyField(default=0)
    fee_invoiced_on = models.DateField(null=True)
    fee_paid_on = models.DateField(null=True)
    hold = models.ForeignKey(
        Hold, null=True, on_delete=models.PROTECT, related_name="+", help_text="the attorney whom the letter named"
    )
    closed_on = models.DateField(null=True)
    closed_because = EncryptedTextField(max_length=300, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "state", "due_on"], name="record_request_waiting")]
        constraints = [
            models.CheckConstraint(
                name="a_record_request_is_closed_on_a_day",
                condition=models.Q(state__in=("released", "refused", "withdrawn"), closed_on__isnull=False)
                | (~models.Q(state__in=("released", "refused", "withdrawn")) & models.Q(closed_on=None)),
            ),
            models.CheckConstraint(
                name="an_open_record_request_has_an_owner_and_a_next_step",
                condition=models.Q(closed_on__isnull=False)
                | (models.Q(owner__isnull=False, next_on__isnull=False) & ~models.Q(next_action="")),
            ),
            models.CheckConstraint(
                name="a_record_request_asks_for_services_in_order",
                condition=models.Q(service_from=None)
                | models.Q(service_to=None)
                | models.Q(service_to__gte=models.F("service_from")),
            ),
            models.CheckConstraint(name="a_fee_for_records_is_no_credit", condition=models.Q(fee__gte=0)),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"

    @property
    def basis(self) -> RequestBasis:
        """By what right they ask."""
        return RequestBasis(self.kind)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.closed_on is None


class Screening(models.Model):
    """What was read off a form, and the verdict that followed: frozen with who and when. A valid authorization stands
    for later requests of the same requester until it expires or is revoked. Append-only."""

    request = models.ForeignKey(RecordRequest, on_delete=models.PROTECT, related_name="screenings")
    relies_on = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="relied_on_by", help_text="it stood already"
    )
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=13, choices=[(one.value, one.label) for one in RequestBasis])
    facts = EncryptedJSONField(help_text="what was answered, as `authorization.Form` holds it")
    is_valid = models.BooleanField()
    lacks = models.JSONField(help_text="codes of what is missing or wrong, in their order")
    expires_on = models.DateField(null=True)
    screened_on = models.DateField()
    screened_at = models.DateTimeField()
    screened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["request", "screened_at"], name="screening_by_request")]

    def __str__(self) -> str:
        return f"screening {self.pk}"


class AuthorizationRevocation(models.Model):
    """The patient took an authorization back: nothing more leaves by it from that moment on. Append-only."""

    screening = models.OneToOneField(Screening, on_delete=models.PROTECT, related_name="revocation")
    revoked_on = models.DateField(help_text="as the revocation says")
    how = EncryptedTextField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"screening {self.screening_id} revoked"


class RequestPaper(models.Model):
    """A letter of ours to a requester: what their form lacks, the invoice, a refusal. Append-only."""

    class Kind(models.TextChoices):
        DEFECTS = "defects", "What the form lacks"
        INVOICE = "invoice", "Invoice"
        REFUSAL = "refusal", "Refusal"

    request = models.ForeignKey(RecordRequest, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=8, choices=Kind)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"paper {self.pk}"


class RecordRelease(models.Model):
    """What left, to whom, by what right, how: the release log. Append-only."""

    class Way(models.TextChoices):
        MAIL = "mail", "By mail"
        CERTIFIED = "certified", "By certified mail"
        FAX = "fax", "By fax"
        EMAIL = "email", "By encrypted e-mail"
        PORTAL = "portal", "Uploaded to their portal"
        HANDED = "handed", "Handed over"

    request = models.ForeignKey(RecordRequest, on_delete=models.PROTECT, related_name="releases")
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="releases")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField()
    parts = models.JSONField(help_text="codes of `parts`")
    attached = models.JSONField(help_text="ids of the documents that went along")
    service_from = models.DateField(null=True)
    service_to = models.DateField(null=True)
    visits = models.PositiveIntegerField()
    because = EncryptedTextField(max_length=300, blank=True, help_text="why no less would do")
    way = models.CharField(max_length=9, choices=Way)
    went_to = EncryptedTextField(max_length=300, help_text="name and address, fax or e-mail")
    proof = EncryptedTextField(max_length=120, blank=True, help_text="tracking number, fax confirmation, who took it")
    fee = MoneyField(default=0)
    disclosure_id = models.BigIntegerField(null=True, help_text="the row of the accounting, where the law counts it")
    released_on = models.DateField()
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["released_on"], name="record_release_by_day")]

    def __str__(self) -> str:
        return f"release {self.pk}"
