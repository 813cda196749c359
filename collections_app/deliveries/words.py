"""What messages to patients say, in English and Spanish, and what none may say. Pure.

A message passes through other people's hands and screens: it names who sends it and where to look, and neither a bill,
an amount nor a visit (45 CFR 164.312(e); RULES 12.7, 13.10). Each says how to stop further ones (12 CFR 1006.6(e)).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("en", "es")
#: Longest text: what carriers take as ten parts (GSM 03.40).
LONGEST_TEXT = 1530

_AMOUNT = re.compile(r"[$€£]\s?\d|\b\d{1,3}(?:,\d{3})*\.\d\d\b|\bUSD\b", re.IGNORECASE)
_DIAGNOSIS = re.compile(r"\b[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}\b")  # ICD-10-CM
_OF_DEBT = re.compile(
    r"\b(debts?|collections?|collect|past due|overdue|owe[sd]?|balance|delinquent|diagnos\w+|treatment|test results?|"
    r"deudas?|cobranzas?|vencid[oa]s?|saldo|debe|diagn[oó]stic\w+|tratamiento)\b",
    re.IGNORECASE,
)

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "subject": "A message from {practice}",
        "waiting": "{practice} has a new message for you.",
        "look": "Read it here: {link}",
        "ask": "Questions? Call {phone}.",
        "stop_text": "Reply STOP to end these texts.",
        "stop_email": "To stop e-mails like this one, open this link: {link}",
        "stopped": "{practice}: you will get no more texts from us. Reply START to get them again.",
        "started": "{practice}: you will get texts from us again. Reply STOP to end them, HELP for help.",
        "help": "{practice}: messages about your visits and account with us. {ask} Reply STOP to end them.",
        "test": "This is a test message. Nothing needs to be done.",
    },
    "es": {
        "subject": "Un mensaje de {practice}",
        "waiting": "{practice} tiene un mensaje nuevo para usted.",
        "look": "Léalo aquí: {link}",
        "ask": "¿Preguntas? Llame al {phone}.",
        "stop_text": "Responda STOP para no recibir más mensajes de texto.",
        "stop_email": "Para no recibir más correos como este, abra este enlace: {link}",
        "stopped": "{practice}: no recibirá más mensajes de texto. Responda START para recibirlos de nuevo.",
        "started": "{practice}: recibirá mensajes de texto de nuevo. Responda STOP para terminarlos, HELP para ayuda.",
        "help": "{practice}: mensajes sobre sus visitas y su cuenta. {ask} Responda STOP para terminarlos.",
        "test": "Este es un mensaje de prueba. No tiene que hacer nada.",
    },
}
#: What a reply may say, by what it asks for (47 CFR 64.1200(a)(10): stop, quit, end, revoke, opt out, cancel,
#: unsubscribe), in both languages.
_KEYWORDS = {
    "stop": "stop stopall quit end revoke optout cancel unsubscribe alto parar basta cancelar",
    "start": "start unstop yes si empezar comenzar",
    "help": "help info ayuda",
}
_ASKED = {word: asked for asked, words in _KEYWORDS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the practice as patients know it, its phone as it is shown, and where the message is read."""

    practice: str
    phone: str = ""
    link: str = ""


def phrase(name: str, language: str, **facts: str) -> str:
    """One phrase in a language, English where it is not known."""
    return _TEXTS[language if language in _TEXTS else "en"][name].format(**facts)


def subject_of(sender: Sender, language: str) -> str:
    """A subject that reveals nothing."""
    return phrase("subject", language, practice=sender.practice)


def body_of(sender: Sender, language: str, *, words: str = "", is_text: bool, stop_link: str = "") -> str:
    """A whole message: what it says (or that something waits), where to look, whom to ask, how to stop."""
    parts = [words.strip() or phrase("waiting", language, practice=sender.practice)]
    if words and sender.practice.casefold() not in words.casefold():
        parts.insert(0, f"{sender.practice}:")
    if sender.link:
        parts.append(phrase("look", language, link=sender.link))
    if sender.phone:
        parts.append(phrase("ask", language, phone=sender.phone))
    stop = phrase("stop_text", language) if is_text else phrase("stop_email", language, link=stop_link)
    return " ".join((*parts, stop)) if is_text else "\n\n".join((*parts, stop)) + "\n"


def revealing(text: str) -> str:
    """What of a text no message may carry, in words; empty where it may leave."""
    if _AMOUNT.search(text):
        return "an amount"
    if _DIAGNOSIS.search(text):
        return "a diagnosis"
    found = _OF_DEBT.search(text)
    return f"“{found[0]}”" if found else ""


def asked_by_reply(text: str) -> str:
    """What a reply asks for: stop, start, help, or nothing that is known. Any sentence that says stop does."""
    bare = re.sub(r"[^a-zí ]", "", text.casefold().replace("-", "").replace("opt out", "optout")).replace("í", "i")
    words = bare.split()
    if len(words) == 1:
        return _ASKED.get(words[0], "")
    return "stop" if any(_ASKED.get(word) == "stop" and word not in ("end", "alto") for word in words) else ""
