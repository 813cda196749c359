"""Who answers for an account: another person, from a day on.

The account goes over whole, with what it owes: its number, its visits and its payments stay where they are, and from
then on letters and calls go to the new guarantor. Promises and holds stay with the account. Nothing is posted. Somebody
who has an account of their own gets no second one: those two accounts are merged instead.
"""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids
from claims.amendments import subjects
from claims.amendments.history import BadParticulars, Turn, keep, person_to_change
from claims.amendments.models import PersonChange
from claims.ledger.models import Receivable
from claims.parties.models import Account, Person
from claims.parties.party_drafts import PersonDraft
from claims.parties.services import person_named
from claims.plausible.particulars import age_warning, birth_problem


def change_guarantor(
    account_id: int, turn: Turn, *, person_id: int | None, named: PersonDraft | None, from_on: dt.date
) -> PersonChange | None:
    """Let another person answer for an account. Raises `Conflict` where they answer for one already."""
    with transaction.atomic():
        account = (
            Account.objects.select_for_update().filter(pk=account_id, practice__in=practice_ids(turn.actor)).first()
        )
        if account is None:
            raise NotFound("There is no such account in your practices.")
        person_to_change(account.guarantor_id, turn, capability=Capability.CORRECT_PEOPLE)
        if not account.opened_on <= from_on <= turn.today:
            raise BadParticulars("From a day between the account's opening and today.", field="from_on")
        chosen = _chosen(account, person_id, named, turn)
        other = Account.objects.filter(practice=account.practice_id, guarantor=chosen).exclude(pk=account_id).first()
        if other is not None:
            raise Conflict(
                f"{chosen} answers for account {other.number} already. Merge the two accounts instead.", field="person"
            )
        step = subjects.changed(subjects.ACCOUNT, account_id, {"guarantor_id": chosen.pk, "guarantor_from": from_on})
        return keep(chosen, action="guarantor", steps=[step], turn=turn, account_id=account_id)


def guarantor_warnings(birth_on: dt.date | None, *, today: dt.date) -> list[str]:
    """What is odd about a guarantor, and no reason to refuse them."""
    return [one for one in (age_warning(birth_on, today=today, answers=True),) if one]


def patient_balance(account_id: int) -> Decimal:
    """What the patient side of an account owes: what the new guarantor is asked for."""
    rows = Receivable.objects.filter(account=account_id, bucket__in=("PATIENT", "AGENCY"), amount__gt=0)
    return Decimal(rows.aggregate(total=Sum("amount"))["total"] or ZERO)


def _chosen(account: Account, person_id: int | None, named: PersonDraft | None, turn: Turn) -> Person:
    if person_id is not None:
        found = Person.objects.filter(pk=person_id, practice=account.practice_id).first()
        if found is None:
            raise BadParticulars("Choose one of the people offered, or enter who answers.", field="person")
        return found
    if named is None or not named.last:
        raise BadParticulars("Choose who answers, or enter their name.", field="person")
    if problem := birth_problem(named.birth_on, today=turn.today):
        raise BadParticulars(problem, field="birth_on")
    return person_named(account.practice_id, named)
