"""A schedule in words: to be read to somebody before they agree, kept with their consent, and printed. Pure.

English and Spanish; short sentences, no word that needs a law degree. What is read is what is kept.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from collections_app.plans.lending import DISCLOSED, financed, payment_rows
from collections_app.plans.schedule import BIWEEKLY, MONTHLY, SEMIMONTHLY, WEEKLY, Installment

ENGLISH, SPANISH = "en", "es"
EVERY = {
    ENGLISH: {
        WEEKLY: "every week",
        BIWEEKLY: "every two weeks",
        SEMIMONTHLY: "twice a month",
        MONTHLY: "every month",
    },
    SPANISH: {
        WEEKLY: "cada semana",
        BIWEEKLY: "cada dos semanas",
        SEMIMONTHLY: "dos veces al mes",
        MONTHLY: "cada mes",
    },
}
_MESES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip


def day_words(day: dt.date, language: str) -> str:
    """`January 5, 2027`, `5 de enero de 2027`."""
    if language == SPANISH:
        return f"{day.day} de {_MESES[day.month - 1]} de {day.year}"
    return f"{day:%B} {day.day}, {day.year}"


def usd_words(amount: Decimal) -> str:
    """`$1,250.00`, as it is written in both languages here."""
    return f"${amount:,.2f}"


def read_back(
    rows: Sequence[Installment],
    *,
    practice: str,
    frequency: str,
    position: str,
    grace_days: int,
    language: str = ENGLISH,
) -> list[str]:
    """The terms, sentence by sentence."""
    say = _spanish if language == SPANISH else _english
    return say(rows, practice, frequency, position, grace_days)


def _english(rows: Sequence[Installment], practice: str, frequency: str, position: str, grace_days: int) -> list[str]:
    total = sum((row.amount for row in rows), Decimal(0))
    said = [f"You agree to pay {practice} {usd_words(total)} in all."]
    for row in rows:
        if not row.number:
            said.append(f"A first payment of {usd_words(row.amount)} is due on {day_words(row.due_on, ENGLISH)}.")
    for index, one in enumerate(payment_rows(rows)):
        if one.count == 1:
            lead = "The last payment of" if index else "One payment of"
            said.append(f"{lead} {usd_words(one.amount)} is due on {day_words(one.first_on, ENGLISH)}.")
        else:
            said.append(
                f"{one.count} payments of {usd_words(one.amount)} are due {EVERY[ENGLISH][frequency]}, the first on "
                f"{day_words(one.first_on, ENGLISH)}, the last on {day_words(one.last_on, ENGLISH)}."
            )
    said.append("There is no interest, no fee, and no late charge. You may pay sooner at any time.")
    if position == DISCLOSED:
        said.append(
            f"Annual percentage rate 0 %. Finance charge $0.00. Amount financed {usd_words(financed(rows))}. "
            f"Total of payments {usd_words(financed(rows))}."
        )
    said.append(
        f"If a payment is not here {grace_days} business days after its day, this plan ends and we will contact you. "
        "Call us first if you can't pay: we can change it."
    )
    said.append("While you keep the plan we don't call you about this bill and send it to nobody else.")
    return said


def _spanish(rows: Sequence[Installment], practice: str, frequency: str, position: str, grace_days: int) -> list[str]:
    total = sum((row.amount for row in rows), Decimal(0))
    said = [f"Usted acepta pagar a {practice} {usd_words(total)} en total."]
    for row in rows:
        if not row.number:
            said.append(f"Un primer pago de {usd_words(row.amount)} vence el {day_words(row.due_on, SPANISH)}.")
    for index, one in enumerate(payment_rows(rows)):
        if one.count == 1:
            lead = "El último pago de" if index else "Un pago de"
            said.append(f"{lead} {usd_words(one.amount)} vence el {day_words(one.first_on, SPANISH)}.")
        else:
            said.append(
                f"{one.count} pagos de {usd_words(one.amount)} vencen {EVERY[SPANISH][frequency]}, el primero el "
                f"{day_words(one.first_on, SPANISH)}, el último el {day_words(one.last_on, SPANISH)}."
            )
    said.append("No hay intereses, ni cuotas, ni recargos por demora. Puede pagar antes en cualquier momento.")
    if position == DISCLOSED:
        said.append(
            f"Tasa de porcentaje anual 0 %. Cargo financiero $0.00. Cantidad financiada {usd_words(financed(rows))}. "
            f"Total de pagos {usd_words(financed(rows))}."
        )
    said.append(
        f"Si un pago no llega {grace_days} días hábiles después de su fecha, este plan termina y nos comunicaremos con "
        "usted. Llámenos antes si no puede pagar: podemos cambiarlo."
    )
    said.append("Mientras cumpla el plan no le llamamos por esta cuenta ni la enviamos a nadie más.")
    return said
