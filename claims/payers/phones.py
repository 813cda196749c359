"""Business phone numbers as they are dialed and compared: E.164. Pure."""

import phonenumbers

#: After `c`, the key that copies the first way to a payer of each kind, on every page alike.
COPY_KEYS = {"phone": "p", "portal": "w", "fax": "x", "email": "e"}


def e164(entered: str) -> str:
    """`+18005550141` from what somebody typed; empty where it can't be a number of the North American plan."""
    try:
        number = phonenumbers.parse(entered, "US")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number) or number.country_code != 1:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def dialed(entered: str) -> str:
    """As `e164`, and empty also where no such number is assigned: `(111) 111-1111` rings nowhere."""
    number = e164(entered)
    return number if number and phonenumbers.is_valid_number(phonenumbers.parse(number, "US")) else ""


def shown_number(number: str) -> str:
    """`(800) 555-0141` from E.164; anything else, such as an e-mail address, stays as it is."""
    if not number.startswith("+"):
        return number
    try:
        return phonenumbers.format_number(phonenumbers.parse(number, "US"), phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        return number
