"""What payers take back, as work: which notice is to be answered, and whether the payer has to answer first."""

from django.db.models import Q

from claims.remits.models import RemitException
from claims.remits.provider_adjustments import RECOUPMENT
from claims.remits.takeback_cases import dates_of
from claims.remits.takeback_windows import TakebackDates

#: The reason and the account of what a payer takes back: disputed like a denial, from the notice's day on.
UNSETTLED, ACCOUNT = "unsettled_plb", RECOUPMENT
#: The category of a takeback on which the payer has to answer, or has given in.
DISPUTED = "disputed_takeback"


def takeback_dates(which: Q) -> dict[int, TakebackDates]:
    """What happened about what payers take back, by open exception. One query."""
    asked = RemitException.objects.filter(
        which, state=RemitException.State.OPEN, code=UNSETTLED, provider_adjustment__account=ACCOUNT
    )
    found = {}
    for one in asked.select_related("remittance", "dispute", "provider_adjustment"):
        is_kept_back = one.provider_adjustment is not None and one.provider_adjustment.amount > 0
        found[one.pk] = dates_of(one.dispute, told_on=one.remittance.paid_on, is_kept_back=is_kept_back)
    return found
