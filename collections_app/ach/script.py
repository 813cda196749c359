"""What is read on the phone, or shown, before somebody allows a debit: every element that the rules ask for. Pure.

Elements (Nacha Operating Rules, TEL; 12 CFR 1005.10(b); RULES 13.1): the date of the authorization, the day on or after
which the account is debited, the amount or how it is set, the name, the account (by its last four digits), a phone
number for questions in business hours, that this is an authorization of an ACH debit, and how to revoke it.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

LANGUAGES = {"en": "English", "es": "Español"}
_MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip
_KINDS = {
    "en": {"checking": "checking", "savings": "savings"},
    "es": {"checking": "corriente", "savings": "de ahorros"},
}


@dataclass(frozen=True, slots=True)
class DebitScriptFacts:
    """What the words say. Dollars; without an amount `how_set` says how it is set. `phone` answers questions."""

    company: str
    holder: str
    account_kind: str
    last_four: str
    authorized_on: dt.date
    first_on: dt.date
    phone: str
    amount: Decimal | None = None
    how_set: str = ""
    last_on: dt.date | None = None
    is_recurring: bool = False


def script(facts: DebitScriptFacts, *, language: str = "en") -> list[str]:
    """The paragraphs to be read, in order; the last one is the question."""
    return (_spanish if language == "es" else _english)(facts)


def _english(facts: DebitScriptFacts) -> list[str]:
    kind = _KINDS["en"][facts.account_kind]
    what = f"${facts.amount:,.2f}" if facts.amount is not None else f"the amount set like this: {facts.how_set}"
    if facts.is_recurring:
        until = f", and not after {_english_day(facts.last_on)}" if facts.last_on else ""
        debit = f"several times, each for {what}, on or after {_english_day(facts.first_on)}{until}"
    else:
        debit = f"once, for {what}, on or after {_english_day(facts.first_on)}"
    return [
        f"Today is {_english_day(facts.authorized_on)}. {facts.holder}, you are about to authorize {facts.company} to "
        "debit your bank account electronically. This is an authorization of an ACH debit.",
        f"Your {kind} account ending in {_digits(facts.last_four)} will be debited {debit}.",
        f"You can revoke this authorization or stop a payment by calling {facts.phone} at least three business days "
        "before the debit. Call the same number with any question during business hours.",
        f"Do you, {facts.holder}, authorize {facts.company} to debit your account as I just read it?",
    ]


def _spanish(facts: DebitScriptFacts) -> list[str]:
    kind = _KINDS["es"][facts.account_kind]
    what = f"${facts.amount:,.2f}" if facts.amount is not None else f"el monto que se fija así: {facts.how_set}"
    if facts.is_recurring:
        until = f", y no después del {_spanish_day(facts.last_on)}" if facts.last_on else ""
        debit = f"varias veces, cada una por {what}, a partir del {_spanish_day(facts.first_on)}{until}"
    else:
        debit = f"una vez, por {what}, el {_spanish_day(facts.first_on)} o después"
    return [
        f"Hoy es {_spanish_day(facts.authorized_on)}. {facts.holder}, usted va a autorizar a {facts.company} a hacer "
        "un débito electrónico de su cuenta bancaria. Esta es una autorización de un débito ACH.",
        f"De su cuenta {kind} que termina en {_digits(facts.last_four)} se hará el débito {debit}.",
        f"Usted puede revocar esta autorización o detener un pago llamando al {facts.phone} por lo menos tres días "
        "hábiles antes del débito. Llame al mismo número con cualquier pregunta en horas de oficina.",
        f"¿Autoriza usted, {facts.holder}, a {facts.company} a hacer el débito de su cuenta como lo acabo de leer?",
    ]


def _english_day(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _spanish_day(day: dt.date) -> str:
    return f"{day.day} de {_MONTHS_ES[day.month - 1]} de {day.year}"


def _digits(last_four: str) -> str:
    """Digit by digit, as it is read aloud."""
    return " ".join(last_four)
