"""Interim bills: one hospital stay billed in parts, all under the number of the stay. Pure: no Django import.

Type of bill frequency 2, 3 and 4 (CLM05-3: first, continuing, last) are bills of their own, each with its statement
dates, its charge and its remittance. The books hold one claim a number, so a part that has other days than the claim
of the number gets a number of its own: that of the stay and its first day. So does any claim whose number stands for
another one and that a person opens all the same.
"""

import datetime as dt

from claims.billing.bills import Bill, Known

INTERIM = ("2", "3", "4")
_INSTITUTIONAL = "I"
_LONGEST_NUMBER = 38


def is_apart(bill: Bill, known: Known, *, patient_key: str) -> bool:
    """Whether a hospital's bill has none of the days of the claim that its number means, for the same patient."""
    shares_days = bill.service_from <= known.service_to and known.service_from <= bill.service_to
    return bill.form == _INSTITUTIONAL and known.patient_key == patient_key and not shares_days


def number_sent(number: str, first_day: dt.date) -> str:
    """The number by which the payer may know a claim that stands apart under `number`; "" for any other claim."""
    sent = number.removesuffix(f"-{first_day:%Y%m%d}")
    return sent if sent != number else ""


def number_apart(number: str, first_day: dt.date) -> str:
    """The number of the part that begins on `first_day`; "" where it would be longer than X12 allows."""
    made = f"{number}-{first_day:%Y%m%d}"
    return made if len(made) <= _LONGEST_NUMBER else ""
