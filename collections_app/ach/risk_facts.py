"""What is known of a debit and of its bank account, as `risk` looks at it. A bounded number of queries."""

import datetime as dt

from django.db.models import Sum

from arwork.lib.money import ZERO
from claims.ledger.models import Receivable
from claims.parties.models import Patient
from collections_app.ach.models import AchEntry, BankAuthorization
from collections_app.ach.returns import UNAUTHORIZED_RATE
from collections_app.ach.risk import DebitFacts
from collections_app.ach.states import DEBIT, HISTORY, AuthorizationState, EntryState, SecCode


def facts_of(entry: AchEntry, *, days: int, today: dt.date) -> DebitFacts:
    """The facts of a debit; debits of its bank account are counted for `days`. Seven queries."""
    authorization = entry.authorization
    same_bank = [
        one.pk
        for one in BankAuthorization.objects.filter(practice=entry.practice_id, bank_account=authorization.bank_account)
        if one.routing == authorization.routing
    ]
    others = AchEntry.objects.filter(authorization__in=same_bank, kind=DEBIT).exclude(pk=entry.pk)
    since = today - dt.timedelta(days=days)
    recent = others.filter(created_on__gt=since).exclude(state=EntryState.CANCELLED).filter(presentment=1)
    settled = others.filter(state=EntryState.SETTLED, account=entry.account_id, settled_on__lt=today)
    if authorization.validated_on is None and settled.exists():
        _confirm_by_history(authorization, today)
    people = Patient.objects.filter(account=entry.account_id).values_list("person__first", "person__last")
    guarantor = entry.account.guarantor
    in_force = BankAuthorization.objects.filter(pk__in=same_bank, state=AuthorizationState.ACTIVE)
    owed = Receivable.objects.filter(account=entry.account_id, bucket="PATIENT", amount__gt=0)
    return DebitFacts(
        amount=entry.amount,
        owed=owed.aggregate(sum=Sum("amount", default=ZERO))["sum"],
        is_confirmed=authorization.validated_on is not None or authorization.sec_code == SecCode.PPD,
        debits=recent.count(),
        other_accounts=in_force.exclude(account=entry.account_id).count(),
        unauthorized_before=others.filter(return_code__in=UNAUTHORIZED_RATE).count(),
        holder=authorization.holder,
        people=[f"{guarantor.first} {guarantor.last}", *(f"{first} {last}" for first, last in people)],
    )


def _confirm_by_history(authorization: BankAuthorization, today: dt.date) -> None:
    """The same bank account paid for the same guarantor before, and nothing came back."""
    authorization.validated_how, authorization.validated_on = HISTORY, today
    authorization.save(update_fields=["validated_how", "validated_on"])
