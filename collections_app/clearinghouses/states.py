"""How files of claims and questions stand, and the words for it."""

from django.db import models

from collections_app.clearinghouses.characters import BASIC, EXTENDED

DOWNLOAD, SFTP = "download", "sftp"
DELIVERIES = ((DOWNLOAD, "Somebody uploads the file at its website"), (SFTP, "By SFTP"))
TEST, PRODUCTION = "T", "P"
USAGES = ((TEST, "Test: nothing is paid"), (PRODUCTION, "Production"))
CHARACTER_SETS = ((EXTENDED, "Extended (also @, _ and #)"), (BASIC, "Basic (capitals, digits, plain signs)"))
#: ISA05 and ISA07 (X12 list I05), those that payers and clearinghouses use.
QUALIFIERS = (
    ("ZZ", "ZZ Mutually defined"),
    ("30", "30 Federal tax number"),
    ("27", "27 Carrier number (Medicare)"),
    ("28", "28 Fiscal intermediary (Medicare)"),
    ("29", "29 Provider and supplier number (Medicare)"),
    ("33", "33 NAIC company code"),
    ("01", "01 D-U-N-S"),
    ("14", "14 D-U-N-S with suffix"),
    ("20", "20 Health industry number"),
)
FORM_NAMES = {"P": "Professional (837P)", "I": "Institutional (837I)", "D": "Dental (837D)"}
ISA, GS, ST = "isa", "gs", "st"
NUMBER_KINDS = ((ISA, "ISA13"), (GS, "GS06"), (ST, "ST02"))


class OutgoingFileState(models.TextChoices):
    """Where one file stands. `acknowledged`: a TA1, 999 or 277CA took it; `rejected`: one refused all of it."""

    MADE = "made", "Made, not sent"
    SENT = "sent", "Sent"
    ACKNOWLEDGED = "acknowledged", "Received"
    REJECTED = "rejected", "Refused"
    VOID = "void", "Never sent"


class OutgoingKind(models.TextChoices):
    """What a file asks for."""

    CLAIMS = "837", "Claims"
    STATUS = "276", "Status inquiries"
    ELIGIBILITY = "270", "Eligibility inquiries"
