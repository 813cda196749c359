"""The words of a statement in English and Spanish. Pure.

Plain words for somebody who has never seen a remittance; a reason that has none here is told by its English words, which
the payer's code gave. Spanish says "usted". Amounts and dates follow the language.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

LANGUAGES = ("en", "es")
_MONTHS = {
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    "es": ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
}

#: Why a part of a visit is the patient's, by `PatientShare.kind`.
SHARES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "deductible": "Your deductible: what your plan asks you to pay yourself before it begins to pay",
        "coinsurance": "Your coinsurance: your share, in percent, of what the plan allows",
        "copay": "Your copay: the fixed amount for a visit",
        "transferred": "Your share, says the plan",
        "uninsured": "No insurance was billed",
    },
    "es": {
        "deductible": "Su deducible: lo que su plan le pide pagar antes de empezar a pagar",
        "coinsurance": "Su coseguro: su parte, en porcentaje, de lo que el plan permite",
        "copay": "Su copago: la cantidad fija por una visita",
        "transferred": "Su parte, según el plan",
        "uninsured": "No se facturó a ningún seguro",
        "non_covered": "No cubierto por su plan",
    },
}
#: Why a visit is shown and not asked for, by `cycle.SetApart`.
APART: Mapping[str, Mapping[str, str]] = {
    "en": {
        "dispute": "You told us that this is wrong. You owe nothing for it until we have answered you.",
        "nsa": "Under review by the No Surprises Act. You owe nothing for it meanwhile.",
        "assistance": "You asked for financial assistance. You owe nothing for it until that is decided.",
        "appeal": "Your plan looks at it again. You owe nothing for it meanwhile.",
        "correction": "Your plan is correcting its payment. You owe nothing for it meanwhile.",
        "medicaid": "Medicaid paid for this visit. You owe nothing.",
        "qmb": "Medicare calls you a Qualified Medicare Beneficiary. You owe nothing.",
        "plan": "Part of your payment plan.",
        "credit": "More was paid than was owed. The credit is yours; call us about it.",
    },
    "es": {
        "dispute": "Usted nos dijo que esto es un error. No debe nada por ello hasta que le respondamos.",
        "nsa": "En revisión según la Ley Sin Sorpresas (No Surprises Act). Mientras tanto no debe nada por ello.",
        "assistance": "Usted pidió asistencia financiera. No debe nada por ello hasta que se decida.",
        "appeal": "Su plan lo está revisando de nuevo. Mientras tanto no debe nada por ello.",
        "correction": "Su plan está corrigiendo su pago. Mientras tanto no debe nada por ello.",
        "medicaid": "Medicaid pagó esta visita. No debe nada.",
        "qmb": "Medicare lo considera Beneficiario Calificado de Medicare (QMB). No debe nada.",
        "plan": "Parte de su plan de pagos.",
        "credit": "Se pagó más de lo que se debía. El saldo a favor es suyo; llámenos.",
    },
}
#: Headings and sentences of the page.
LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Your statement",
        "title_plan": "Your payment plan",
        "title_itemized": "Itemized statement",
        "amount_due": "Please pay",
        "nothing_due": "Nothing is due now",
        "due_by": "by",
        "statement": "Statement",
        "date": "Date",
        "account": "Account",
        "page": "Page",
        "of": "of",
        "how": "How it came about",
        "summary_charged": "Charged for your visits",
        "summary_brought": "Carried over from our earlier books",
        "summary_off": "Taken off by agreement with your plan",
        "summary_plan": "Paid by your insurance",
        "summary_you": "Paid by you",
        "summary_forgiven": "Forgiven by us",
        "summary_with_plan": "Still with your insurance",
        "summary_refunded": "Returned",
        "summary_apart": "Set apart, not asked for now",
        "summary_on_account": "Received and not yet on a visit",
        "summary_asked": "Your share",
        "summary_due": "Please pay",
        "visit_on": "Visit on",
        "for": "for",
        "with": "with",
        "charged": "Charged",
        "brought": "Carried over",
        "off": "Taken off: the agreed price",
        "plan_paid": "Your insurance paid",
        "you_paid": "You paid",
        "forgiven": "Forgiven by us",
        "refunded": "Returned",
        "with_plan": "Still with your insurance",
        "not_billable": "By law not yours",
        "sequestered": "Kept back by law from the plan's payment",
        "your_share": "Your share",
        "why": "Why:",
        "apart": "Not asked for now",
        "payments": "Payments since your last statement",
        "no_payments": "No payment has come since your last statement.",
        "thanks": "Thank you.",
        "age": "How long this has been on your statements",
        "age_new": "New",
        "age_days": "days",
        "plan_lines": "Your payment plan",
        "plan_late": "Late",
        "help": "If this is more than you can pay",
        "pay": "How to pay",
        "pay_online": "Online: scan the code, or go to",
        "pay_phone": "By phone:",
        "pay_mail": "By mail: send the slip below with a check to",
        "wrong": "Something is wrong, or you have other insurance? Call us before you pay",
        "coupon": "Please send this slip with your payment",
        "coupon_payable": "Check payable to",
        "coupon_amount": "Amount enclosed",
        "cut": "cut here",
        "line_code": "Code",
        "line_on": "Date",
        "line_what": "Service",
        "line_units": "Units",
        "line_charge": "Charge",
        "line_what_happened": "What happened",
        "line_owes": "Yours",
        "itemized_note": "Every line, every adjustment and every payment of these visits, as our books have them.",
    },
    "es": {
        "title": "Su estado de cuenta",
        "title_plan": "Su plan de pagos",
        "title_itemized": "Estado de cuenta detallado",
        "amount_due": "Por favor pague",
        "nothing_due": "No debe pagar nada ahora",
        "due_by": "antes del",
        "statement": "Estado de cuenta",
        "date": "Fecha",
        "account": "Cuenta",
        "page": "Página",
        "of": "de",
        "how": "Cómo se llegó a esta cantidad",
        "summary_charged": "Cobrado por sus visitas",
        "summary_brought": "Saldo de nuestros libros anteriores",
        "summary_off": "Descontado por acuerdo con su plan",
        "summary_plan": "Pagado por su seguro",
        "summary_you": "Pagado por usted",
        "summary_forgiven": "Perdonado por nosotros",
        "summary_with_plan": "Aún con su seguro",
        "summary_refunded": "Devuelto",
        "summary_apart": "Apartado, no se pide ahora",
        "summary_on_account": "Recibido y aún no asignado a una visita",
        "summary_asked": "Su parte",
        "summary_due": "Por favor pague",
        "visit_on": "Visita del",
        "for": "de",
        "with": "con",
        "charged": "Cobrado",
        "brought": "Saldo anterior",
        "off": "Descontado: el precio acordado",
        "plan_paid": "Su seguro pagó",
        "you_paid": "Usted pagó",
        "forgiven": "Perdonado por nosotros",
        "refunded": "Devuelto",
        "with_plan": "Aún con su seguro",
        "not_billable": "Por ley no le corresponde",
        "sequestered": "Retenido por ley del pago del plan",
        "your_share": "Su parte",
        "why": "Por qué:",
        "apart": "No se pide ahora",
        "payments": "Pagos desde su último estado de cuenta",
        "no_payments": "No ha llegado ningún pago desde su último estado de cuenta.",
        "thanks": "Gracias.",
        "age": "Cuánto tiempo lleva esto en sus estados de cuenta",
        "age_new": "Nuevo",
        "age_days": "días",
        "plan_lines": "Su plan de pagos",
        "plan_late": "Atrasado",
        "help": "Si esto es más de lo que puede pagar",
        "pay": "Cómo pagar",
        "pay_online": "En línea: escanee el código o vaya a",
        "pay_phone": "Por teléfono:",
        "pay_mail": "Por correo: envíe el talón de abajo con un cheque a",
        "wrong": "¿Hay un error, o tiene otro seguro? Llámenos antes de pagar",
        "coupon": "Por favor envíe este talón con su pago",
        "coupon_payable": "Cheque a nombre de",
        "coupon_amount": "Cantidad incluida",
        "cut": "corte aquí",
        "line_code": "Código",
        "line_on": "Fecha",
        "line_what": "Servicio",
        "line_units": "Unidades",
        "line_charge": "Cargo",
        "line_what_happened": "Qué pasó",
        "line_owes": "Suyo",
        "itemized_note": "Cada línea, cada ajuste y cada pago de estas visitas, como constan en nuestros libros.",
    },
}


def language_of(code: str) -> str:
    """The language of a statement for somebody who speaks `code`: Spanish for Spanish, else English."""
    return "es" if code == "es" else "en"


def usd(amount: Decimal) -> str:
    """`$1,240.00`, and `-$12.00` for what is taken off."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def day_words(day: dt.date, language: str) -> str:
    """`November 20, 2026`, or `20 de noviembre de 2026`."""
    month = _MONTHS[language][day.month - 1]
    return f"{day.day} de {month} de {day.year}" if language == "es" else f"{month} {day.day}, {day.year}"


def share_words(kind: str, words: str, language: str) -> str:
    """Why a part of a visit is the patient's: in the words for its kind, else as the payer's code says it."""
    if said := SHARES[language].get(kind):
        return said if kind != "non_covered" or not words else f"{said} ({words})"
    return f"{words[:1].upper()}{words[1:]}"
