"""Bank numbers and words of authorizations whose term is over (two years: Nacha Operating Rules; 12 CFR 1005.13(b)).

The term begins when one debit was made, or when several were revoked, stopped or ended. The row stays, as the books
do, with the last four digits; the account number, the words and the holder's name go.
"""

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from arwork.lib import bulk
from arwork.lib.retention import Due, due_rows
from collections_app.ach.models import BankAuthorization
from collections_app.ach.states import AuthorizationState, EntryState


def authorizations_due(before: dt.datetime) -> Due:
    """What is past its term."""
    return due_rows(_due(before), "ended_on")


def forget_authorizations(before: dt.datetime, *, now: dt.datetime) -> int:
    """Delete account numbers, names and words of what is past its term; how many."""
    done = 0
    for ids in bulk.chunks(list(_due(before).values_list("pk", flat=True))):
        done += BankAuthorization.objects.filter(pk__in=ids).update(
            routing="", bank_account="", holder="", words="", proof_reference="", forgotten_on=timezone.localdate(now)
        )
    return done


def _due(before: dt.datetime) -> "QuerySet[BankAuthorization]":
    rows = BankAuthorization.objects.filter(forgotten_on=None, ended_on__lt=timezone.localdate(before))
    still = [EntryState.HELD, EntryState.PENDING, EntryState.SENT]
    return rows.exclude(state=AuthorizationState.ACTIVE).exclude(entries__state__in=still).order_by("pk")
