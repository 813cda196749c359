"""Phone numbers of people as calls find them out: the one that reaches somebody else, and one that was found since.

A number that somebody found has no consent to automated calls or texts (RULES 10.2). The caller holds the transaction.
"""

from django.db.models import ProtectedError

from arwork.lib.errors import DomainError
from claims.parties.models import ENDING, PersonPhone
from claims.payers.phones import dialed

FOUND = "found"


class BadNumber(DomainError):
    """No number that can be called, or one that is known already."""

    code = "bad_number"


def mark_wrong(*, person_id: int) -> int | None:
    """The person's only working number is wrong: its id. Which of several was called nobody says: then None."""
    working = list(PersonPhone.objects.filter(person=person_id, is_wrong=False).values_list("pk", flat=True)[:2])
    if len(working) != 1:
        return None
    PersonPhone.objects.filter(pk=working[0]).update(is_wrong=True)
    return working[0]


def mark_right(*, phone_id: int) -> None:
    """Take `mark_wrong` back."""
    PersonPhone.objects.filter(pk=phone_id).update(is_wrong=False)


def add_found(*, person_id: int, entered: str) -> int:
    """Keep a number that was found; its id. Raises `BadNumber`."""
    number = dialed(entered)
    if not number:
        raise BadNumber(
            "Enter a phone number that exists: ten digits with their area code, or + and the country.", field="phone"
        )
    known = PersonPhone.objects.filter(person=person_id, number=number).first()
    if known is not None:
        state = "is known to be wrong" if known.is_wrong else "stands here already"
        raise BadNumber(f"This number {state}. Enter another one.", field="phone")
    row = PersonPhone(person_id=person_id, number=number, ending=number[-ENDING:], source=FOUND)
    row.save()
    return row.pk


def drop_found(*, phone_id: int) -> None:
    """Take `add_found` back; a number about which somebody said something since stays, as a wrong one."""
    rows = PersonPhone.objects.filter(pk=phone_id, source=FOUND)
    try:
        rows.delete()
    except ProtectedError:
        rows.update(is_wrong=True)
