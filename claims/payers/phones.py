"""Business phone numbers as they are dialed and compared: E.164. Pure."""

import phonenumbers

from claims.plausible.contacts import phone_of

#: After `c`, the key that copies the first way to a payer of each kind, on every page alike.
COPY_KEYS = {"phone": "p", "portal": "w", "fax": "x", "email": "e"}


def dialed(entered: str) -> str:
    """`+18005550141` from what somebody typed; empty where no such number is assigned, or where it is none of the North
    American plan: `(111) 111-1111` rings nowhere."""
    number = phone_of(entered)
    if not number.startswith("+1"):
        return ""
    return number if phonenumbers.is_valid_number(phonenumbers.parse(number, "US")) else ""


def shown_number(number: str) -> str:
    """`(800) 555-0141` from E.164; anything else, such as an e-mail address, stays as it is."""
    if not number.startswith("+"):
        return number
    try:
        return phonenumbers.format_number(phonenumbers.parse(number, "US"), phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        return number
