"""Tables, boxes and forms of letters, built from their facts in the language of the letter. Pure.

What they say by law is here and not in the texts that admins edit, so that no wording takes it away: the itemization
and the form of the consumer's response (12 CFR 1006.34(c)(2)(vi)-(ix), (c)(4)), and what an authorization of a bank
debit names (RULES 13.1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Facts = Mapping[str, Any]
Build = Callable[[Facts, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class LetterBlock:
    """A table, box or form that a text places as `[name]` on a line of its own.

    `build` makes it from the facts that it `needs` (and others, where they are known), in a language; without it the
    slice that makes the letter brings the block itself among the facts.
    """

    name: str
    label: str
    build: Build | None = None
    needs: tuple[str, ...] = ()


def box(title: Mapping[str, str], rows: Mapping[str, tuple[str, str]]) -> Build:
    """A box with a row for each fact that is known; `rows` has its label in English and Spanish, by name."""

    def build(facts: Facts, language: str) -> dict[str, Any]:
        at = 1 if language == "es" else 0
        shown = [
            {"label": label[at], "value": facts[name]}
            for name, label in rows.items()
            if facts.get(name) not in (None, "")
        ]
        return {"kind": "box", "title": title[language], "rows": shown}

    return build


def itemization(facts: Facts, language: str) -> dict[str, Any]:
    """What was owed on the itemization date, what came and went since, and what is owed now."""
    words = _ITEMIZED[language]
    return {
        "kind": "table",
        "title": words["title"],
        "columns": [{"label": words["what"], "wide": True}, {"label": words["amount"], "align": "right"}],
        "rows": [
            [f"{words['then']} {facts['itemization_basis']}:", facts["itemization_on"]],
            [words["owed"], facts["amount_then"]],
            [words["interest"], facts["interest"]],
            [words["fees"], facts["fees"]],
            [words["paid"], -facts["paid"] if facts["paid"] else Decimal("0.00")],
        ],
        "total": [words["now"], facts["amount_now"]],
    }


_ITEMIZED = {
    "en": {
        "title": "How the amount came about", "what": "Item", "amount": "Amount",
        "then": "Itemization date, the", "owed": "You owed on that date", "interest": "Interest charged since then",
        "fees": "Fees charged since then", "paid": "Paid or credited since then",
        "now": "Total amount of the debt now",
    },
    "es": {
        "title": "Cómo se llegó a este monto", "what": "Concepto", "amount": "Monto",
        "then": "Fecha de detalle, la", "owed": "Usted debía en esa fecha",
        "interest": "Intereses cobrados desde entonces", "fees": "Cargos cobrados desde entonces",
        "paid": "Pagado o acreditado desde entonces", "now": "Monto total de la deuda ahora",
    },
}  # fmt: skip


def dispute_form(facts: Facts, language: str) -> dict[str, Any]:
    """What the consumer sends back: the prompts of the model form (12 CFR 1006.34(c)(4), appendix B)."""
    words = _DISPUTED[language]
    name, number = facts["addressee"], facts["account_number"]
    return {
        "kind": "form",
        "title": words["title"],
        "paragraphs": [words["how"]],
        "checks": words["checks"],
        "lines": words["lines"],
        "mail": [f"{words['from']}: {name}, {words['account']} {number}", f"{words['to']}: {facts['mail_to']}"],
    }


_DISPUTED: dict[str, dict[str, Any]] = {
    "en": {
        "title": "How do you want to respond?",
        "how": "Check all that apply, cut off this part and mail it to us.",
        "checks": [
            "I want to dispute the debt because I think: this is not my debt.",
            "I want to dispute the debt because I think: the amount is wrong.",
            "I want to dispute the debt for another reason (please describe on the reverse or attach a sheet).",
            "I want you to send me the name and address of the original creditor.",
            "I enclosed this amount: $ ____________",
            "Quiero este formulario en español.",
        ],
        "lines": ["Signature and date"], "from": "From", "account": "account", "to": "Mail this form to",
    },
    "es": {
        "title": "¿Cómo quiere responder?",
        "how": "Marque todo lo que corresponda, recorte esta parte y envíela por correo.",
        "checks": [
            "Quiero disputar la deuda porque creo que: esta no es mi deuda.",
            "Quiero disputar la deuda porque creo que: el monto es incorrecto.",
            "Quiero disputar la deuda por otra razón (descríbala al reverso o adjunte una hoja).",
            "Quiero que me envíen el nombre y la dirección del acreedor original.",
            "Adjunto este monto: $ ____________",
            "I want this form in English.",
        ],
        "lines": ["Firma y fecha"], "from": "De", "account": "cuenta", "to": "Envíe este formulario a",
    },
}  # fmt: skip

settlement_box = box(
    {"en": "The settlement", "es": "El acuerdo"},
    {
        "owed": ("You owe now", "Usted debe ahora"),
        "offer": ("You pay", "Usted paga"),
        "forgiven": ("We take off", "Descontamos"),
        "expires_on": ("Offered until", "Oferta válida hasta"),
        "pay_by_on": ("To be paid by", "Pagar antes del"),
    },
)
assistance_box = box(
    {"en": "What this means for your bill", "es": "Qué significa para su cuenta"},
    {
        "decision": ("Our decision", "Nuestra decisión"),
        "amount_before": ("You owed", "Usted debía"),
        "amount_covered": ("Assistance pays", "La asistencia cubre"),
        "amount_left": ("You owe now", "Usted debe ahora"),
        "covers_until_on": ("Also covers care until", "También cubre la atención hasta"),
    },
)
amount_box = box(
    {"en": "Your account", "es": "Su cuenta"},
    {
        "amount_before": ("Before our review", "Antes de nuestra revisión"),
        "amount_after": ("After our review", "Después de nuestra revisión"),
    },
)
refund_box = box(
    {"en": "Your refund", "es": "Su reembolso"},
    {
        "amount": ("Amount", "Monto"),
        "method": ("How it is sent", "Cómo se envía"),
        "number": ("Number", "Número"),
    },
)
returned_box = box(
    {"en": "The payment", "es": "El pago"},
    {
        "amount": ("Amount", "Monto"),
        "paid_on": ("Made on", "Hecho el"),
        "method": ("Paid by", "Forma de pago"),
        "why": ("Why the bank returned it", "Motivo de la devolución del banco"),
    },
)
authorization_box = box(
    {"en": "Your authorization", "es": "Su autorización"},
    {
        "authorized_on": ("Authorized on", "Autorizado el"),
        "payer_name": ("Account holder", "Titular de la cuenta"),
        "bank_account": ("Account to be debited", "Cuenta que se debitará"),
        "amount": ("Amount", "Monto"),
        "schedule": ("How often", "Frecuencia"),
        "debit_on": ("Debited on or after", "Se debitará a partir del"),
    },
)
receipt_box = box(
    {"en": "Payment received", "es": "Pago recibido"},
    {
        "amount": ("Amount", "Monto"),
        "paid_on": ("Received on", "Recibido el"),
        "method": ("Paid by", "Forma de pago"),
        "reference": ("Reference", "Referencia"),
        "balance_after": ("Left to pay on the account", "Saldo pendiente de la cuenta"),
    },
)
