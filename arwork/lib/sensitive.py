"""Card and social security numbers have no place in free text (RULES 13.4; PCI DSS 3.3).

A card number is 13 to 19 digits with a known first digit and a right check digit (Luhn); payer reference numbers look
alike, so fields that hold those are refused only when the digits are grouped as on a card.
"""

import re

from arwork.lib.errors import DomainError

_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
_GROUPED = re.compile(r"(?<!\d)(?:\d{4}[ -]){3}\d{1,7}(?!\d)|(?<!\d)3\d{3}[ -]\d{6}[ -]\d{5}(?!\d)")
_SSN = re.compile(r"(?<!\d)(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?!\d)")
_NAMED_SSN = re.compile(r"\b(?:ssn|social)\b\D{0,20}\d{3}[- ]?\d{2}[- ]?\d{4}(?!\d)", re.IGNORECASE)
_FIRST_DIGITS = "23456"


class SensitiveText(DomainError):
    """A card or social security number in free text."""

    code = "sensitive_text"


def ensure_not_sensitive(**fields: str) -> None:
    """Raise `SensitiveText` naming the first field with a card or social security number.

    `reference` and `trace` hold numbers by nature and are judged by their grouping.
    """
    for name, text in fields.items():
        if what := found_in(text or "", is_reference=name in ("reference", "trace")):
            raise SensitiveText(f"This looks like a {what}. Take it out: it may not be kept in text.", field=name)


def found_in(text: str, *, is_reference: bool = False) -> str:
    """What stands in `text` that must not: `card number`, `social security number`, or "" for nothing.

    `is_reference` is for fields whose content is a number anyway: then only digits grouped as on a card count.
    """
    pattern = _GROUPED if is_reference else _CARD
    if any(_is_card(match.group()) for match in pattern.finditer(text)):
        return "card number"
    if _SSN.search(text) or _NAMED_SSN.search(text):
        return "social security number"
    return ""


def _is_card(found: str) -> bool:
    digits = [int(char) for char in found if char.isdigit()]
    if str(digits[0]) not in _FIRST_DIGITS or len(set(digits)) == 1:
        return False
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
