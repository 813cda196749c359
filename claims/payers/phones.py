"""Business phone numbers as they are dialed and compared: E.164. Pure."""

import phonenumbers

from claims.plausible.contacts import phone_of

#: After `c`, the key that copies the first way to a payer of each kind, on every page alike.
COPY_KEYS = {"phone": "p", "portal": "w", "fax": "x", "email": "e"}


def dialed(entered: str) -> str:
    """`+18005550141` from what somebody typed: ten digits of the North American plan, or a number of another country
    that begins with +. Empty where no such number is assigned: `(111) 111-1111` rings nowhere."""
    number = phone_of(entered)
    return number if number and phonenumbers.is_valid_number(phonenumbers.parse(number, "US")) else ""


def shown_number(number: str) -> str:
    """`(800) 555-0141` from E.164, `+44 20 7946 0958` of another country; anything else, such as an e-mail address or
    what was entered before it was checked, stays as it is."""
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return number
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if parsed.country_code == 1 else form.INTERNATIONAL)
