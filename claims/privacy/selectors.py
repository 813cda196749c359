"""Who saw a patient's record, and to whom it was disclosed."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from arwork.staff import audit_trail
from arwork.staff.access import Capability, require
from claims.billing.models import Claim
from claims.parties.models import Account, Patient
from claims.privacy.models import Disclosure

if TYPE_CHECKING:
    from arwork.staff.models import User

YEARS = 6  # 45 CFR 164.528(a)(1)


def who_saw(account: Account, *, actor: "User", since: dt.date, until: dt.date, zone: dt.tzinfo) -> audit_trail.Looks:
    """Every look at an account, its claims or its people from one day to the end of another, the newest first."""
    people = [account.guarantor_id, *Patient.objects.filter(account=account).values_list("person_id", flat=True)]
    records = {
        "account": [account.pk],
        "claim": list(Claim.objects.filter(account=account).values_list("pk", flat=True)),
        "person": sorted(set(people)),
    }
    return audit_trail.looks_at(records, actor=actor, since=since, until=until, zone=zone)


def claim_numbers(account: Account) -> dict[int, str]:
    """The numbers of an account's claims, by id."""
    return dict(Claim.objects.filter(account=account).values_list("pk", "number"))


def first_day(today: dt.date) -> dt.date:
    """The first day that an accounting asked for today covers."""
    is_leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year - YEARS, day=28 if is_leap_day else today.day)


def accounting(account: Account, *, actor: "User", today: dt.date) -> QuerySet[Disclosure]:
    """The disclosures of six years, the newest first."""
    require(actor, Capability.SEE_AUDIT)
    told = Disclosure.objects.filter(account=account, withdrawn_at=None, disclosed_on__gte=first_day(today))
    return told.select_related("recorded_by").order_by("-disclosed_on", "-pk")


def withdrawn(account: Account, *, actor: "User") -> QuerySet[Disclosure]:
    """Those that were entered by mistake."""
    require(actor, Capability.SEE_AUDIT)
    rows = Disclosure.objects.filter(account=account).exclude(withdrawn_at=None)
    return rows.select_related("withdrawn_by").order_by("-withdrawn_at")
