"""Amounts are taken as people type them and as pages show them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from arwork.web.fields import AmountField


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1240.5", "1240.50"),
        ("$1,240.50", "1240.50"),
        (" 1,250,000 ", "1250000"),
        ("$ 75", "75"),
        ("\N{MINUS SIGN}$3.10", "-3.10"),
        ("0", "0"),
    ],
)
def test_an_amount_may_carry_its_dollar_sign_and_separators(typed, amount):
    assert AmountField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["1,25", "12,4050", "1.240,50", "abc", "12.345", "$"])
def test_what_could_mean_something_else_is_refused(typed):
    with pytest.raises(ValidationError):
        AmountField().clean(typed)
