"""How questions to payers stand, and the words for it."""

from django.db import models

STATUS, ELIGIBILITY = "276", "270"
TOPICS = ((STATUS, "Claim status (276)"), (ELIGIBILITY, "Coverage (270)"))
FILE, REAL_TIME = "file", "realtime"
WAYS = ((FILE, "In a file, through the clearinghouse"), (REAL_TIME, "At once, over the network"))


class QuestionState(models.TextChoices):
    """Where one question stands. A file that was made is asked once somebody, or SFTP, has sent it."""

    READY = "ready", "To be sent"
    ASKED = "asked", "Asked"
    ANSWERED = "answered", "Answered"
    FAILED = "failed", "Failed"


class AskingPurpose(models.TextChoices):
    """Why somebody's coverage is asked about."""

    DENIAL = "denial", "Before a denial is worked"
    PERSON = "person", "Somebody asked"
    DISCOVERY = "discovery", "Looking for coverage"


class FoundState(models.TextChoices):
    """What becomes of a coverage that was found: nobody is insured here before a person has said so."""

    FOUND = "found", "To be confirmed"
    TAKEN = "taken", "Confirmed"
    LEFT = "left", "Turned down"
