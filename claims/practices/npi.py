"""The check digit of a National Provider Identifier (45 CFR 162.406). Pure."""

_PREFIX_SUM = 24  # what the prefix 80840 of a card issuer number adds to the Luhn sum


def is_npi(value: str) -> bool:
    """Whether `value` is ten digits, beginning with 1 or 2, whose last one fits: Luhn over 80840 and the number."""
    if len(value) != 10 or not value.isascii() or not value.isdigit() or value[0] not in "12":
        return False
    total = _PREFIX_SUM
    for place, digit in enumerate(reversed(value)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0
