"""Phone numbers and e-mail addresses. Pure.

A number of the North American plan has an area code and an exchange that begin with 2 to 9 and are no service code
(N11); any other is written with + and its country code.
"""

import re

import phonenumbers

_NANP = re.compile(r"1?([2-9]\d\d)([2-9]\d\d)(\d{4})")
_SERVICE = re.compile(r"[2-9]11")
_EXTENSION = re.compile(r"(?i)\s*(?:x|ext\.?|#)\s*\d{1,6}\s*$")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+[A-Za-z]{{2,}}")
_LONGEST_EMAIL = 254
NO_PHONE = "That is no phone number: ten digits, area code and exchange beginning with 2 to 9, or + and a country code."


def phone_of(text: str) -> str:
    """The number as E.164, its extension left out; "" where there can be no such number."""
    bare = _EXTENSION.sub("", text.strip())
    if bare.startswith("+") and not bare.startswith("+1"):
        return _foreign(bare)
    digits = "".join(char for char in bare if char.isascii() and char.isdigit())
    found = _NANP.fullmatch(digits)
    if found is None or _SERVICE.fullmatch(found[1]) or _SERVICE.fullmatch(found[2]) or len(set(digits[-10:])) == 1:
        return ""
    return f"+1{found[1]}{found[2]}{found[3]}"


def email_of(text: str) -> str:
    """The address without blanks around it; "" where nothing could be sent to it."""
    address = text.strip()
    local = address.partition("@")[0]
    is_sound = _EMAIL.fullmatch(address) and ".." not in address and local[0] != "." and local[-1] != "."
    return address if is_sound and len(address) <= _LONGEST_EMAIL else ""


def _foreign(text: str) -> str:
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
