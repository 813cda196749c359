"""What patients get in writing about assistance: what is missing, what was decided, and the notice before collection
actions; each a letter of `letters`, frozen, in English or Spanish, and on its way by mail."""

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, require
from claims.parties.selectors import own_account
from collections_app.assistance.clocks import period_ends_on, wait_ends_on
from collections_app.assistance.keeping import note_event, record
from collections_app.assistance.models import AssistanceApplication, AssistanceVisit
from collections_app.assistance.policies import policy_of
from collections_app.assistance.selectors import NOTICE, application_seen_by, clocks_of
from collections_app.deliveries.services import send
from collections_app.letters.kinds import FactShape, LetterGroup, LetterKind, MergeField
from collections_app.letters.models import Letter, LetterVoid
from collections_app.letters.services import make_letter
from collections_app.letters.services import void_letter as void
from collections_app.letters.words import language_of as letter_language

if TYPE_CHECKING:
    from arwork.staff.models import User

SEED = Path(__file__).parent / "seeds" / "letters.yaml"
APPROVED, DENIED, INCOMPLETE, PURPOSE = (
    "assistance_approved", "assistance_denied", "assistance_incomplete", "assistance",
)  # fmt: skip
#: Actions that a notice may name (26 CFR 1.501(r)-6(b)): placing with an agency is none of them.
ACTIONS = {
    "report": {"en": "reporting to a credit bureau", "es": "informar a una agencia de crédito"},
    "sell": {"en": "selling the debt", "es": "vender la deuda"},
    "suit": {"en": "a lawsuit", "es": "una demanda judicial"},
    "garnish": {"en": "garnishing wages", "es": "embargar el salario"},
    "lien": {"en": "a lien on property", "es": "un gravamen sobre una propiedad"},
    "defer": {"en": "asking for payment before care", "es": "exigir el pago antes de atenderlo"},
}
_DEC_30 = dt.date(2026, 12, 30)
NOTICE_KIND = LetterKind(
    NOTICE, "Notice before collection actions", LetterGroup.NOTICES,
    (
        MergeField("actions", "the actions", FactShape.WORDS),
        MergeField("begins_on", "not before", FactShape.DAY),
        MergeField("apply_by_on", "last day to apply for assistance", FactShape.DAY),
        MergeField("summary", "plain-language summary of the policy", FactShape.WORDS),
    ),
    must=("actions", "begins_on", "apply_by_on", "summary"),
    sample={
        "actions": "reporting to a credit bureau", "begins_on": _DEC_30, "apply_by_on": dt.date(2027, 3, 30),
        "summary": "Care is free for families with an income up to 200 percent of the federal poverty guideline.",
    },
    seed=SEED, is_written=False, purpose="legal_notice", does="30 days before the first: 26 CFR 1.501(r)-6(c)(4)",
)  # fmt: skip
KINDS = (NOTICE_KIND,)
_DECISION = {"en": "Approved for {percent} percent", "es": "Aprobada por el {percent} por ciento"}
_SUMMARY = {
    "en": "By income: {bands} of the federal poverty guideline. Asking costs nothing; call us.",
    "es": "Según los ingresos: {bands} de la pauta federal de pobreza. Pedirla no cuesta nada; llámenos.",
}
_BAND = {"en": "{off} percent off up to {up_to} percent", "es": "{off} por ciento menos hasta el {up_to} por ciento"}
#: What of the checklist is missing, as the letter names it.
_PAPERS = {
    "es": {
        "income": "Comprobante de ingresos: recibos de tres meses, carta de beneficios o declaración de impuestos",
        "household": "Comprobante de quiénes viven en el hogar",
        "assets": "Estados de cuenta de ahorros y cheques",
        "identity": "Un documento con foto",
        "residence": "Comprobante de domicilio",
        "medicaid": "La respuesta de Medicaid",
    },
}
_TOLD = {
    "en": {"people": "How many people live in your household", "income": "What comes in, and how often"},
    "es": {"people": "Cuántas personas viven en su hogar", "income": "Cuánto ingresa y con qué frecuencia"},
}


def tell_decision(
    one: AssistanceApplication, visits: Collection[AssistanceVisit], *, actor: "User", today: dt.date, now: dt.datetime
) -> None:
    """Write and mail what was decided; what stands in the way is said in the history, and is done by hand then."""
    language = language_of(one)
    if one.state == AssistanceApplication.State.APPROVED:
        before = sum((visit.before for visit in visits if not visit.left_out), ZERO)
        left = sum((visit.due for visit in visits if not visit.left_out), ZERO)
        facts: dict[str, Any] = {
            "decision": _DECISION[language].format(percent=one.discount), "amount_before": before,
            "amount_covered": before - left, "amount_left": left, "covers_until_on": one.valid_until,
        }  # fmt: skip
        kind = APPROVED
    else:
        kind, facts = DENIED, {"why": one.reason, "appeal_by_on": one.appeal_by}
    claims = [visit.claim_id for visit in visits if not visit.left_out]
    try:
        with transaction.atomic():
            one.letter = make_letter(
                kind=kind, account_id=one.account_id, facts=facts, language=language, actor=actor, today=today, now=now,
                claim_ids=claims,
            )  # fmt: skip
            one.save(update_fields=["letter"])
            _mail(one.letter, actor=actor, today=today, now=now)
    except DomainError as error:
        one.letter = None
        one.next_action, one.next_on = "Tell the patient: the letter did not go out", today
        one.save(update_fields=["letter", "next_action", "next_on"])
        note_event(one, "letter", words=f"It did not go out: {error.message}", actor=actor, today=today, now=now)


def ask_for_missing(application_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Letter:
    """Write and mail what is missing, with the day until which it is waited for. Raises `Conflict` where nothing is
    missing, `NoAddress`, `DomainError` where it may not be mailed."""
    require(actor, Capability.WORK_ITEMS)
    one = application_seen_by(actor, application_id)
    language = language_of(one)
    missing = missing_words(one, language)
    if not one.is_open or not missing:
        raise Conflict("Nothing is missing. Decide about it.")
    policy = policy_of(one.practice_id, on=one.received_on)
    by = today + dt.timedelta(days=policy.reply_days)
    with transaction.atomic():
        letter = make_letter(
            kind=INCOMPLETE, account_id=one.account_id, facts={"missing": "\n\n".join(missing), "return_by_on": by},
            language=language, actor=actor, today=today, now=now,
        )  # fmt: skip
        _mail(letter, actor=actor, today=today, now=now)
        one.missing_by = one.next_on = by
        one.owner = one.owner or actor
        one.save(update_fields=["missing_by", "next_on", "owner"])
        note_event(one, "asked_for", words=f"Until {by:%Y-%m-%d}", actor=actor, today=today, now=now)
        record(one, "assistance_asked_for", facts={"until": by}, actor=actor, now=now)
    return letter


def missing_words(one: AssistanceApplication, language: str = "en") -> list[str]:
    """What an application lacks, a thing a paragraph: what was not told, then papers that did not come."""
    told = [words for name, words in _TOLD[language].items() if one.household.get(name) is None]
    papers = [paper for paper in one.documents.all() if paper.state == "asked"]
    spanish = _PAPERS["es"]
    return told + [spanish[one.kind] if language == "es" else str(one.get_kind_display()) for one in papers]


def send_notice(
    account_id: int, actions: Collection[str], *, actor: "User", today: dt.date, now: dt.datetime
) -> Letter:
    """Write and mail the notice that names collection actions and the first day for them: in 30 days, and not before
    day 120. Raises `Conflict` where 501(r) does not bind or no visit was billed yet, `DomainError` naming the field."""
    require(actor, Capability.WORK_ITEMS)
    if not actions or not set(actions) <= set(ACTIONS):
        raise DomainError("Choose the actions that the notice names.", field="actions")
    facts, figures = clocks_of([account_id], today=today).get(account_id, (None, None))
    if facts is None or figures is None or not figures.is_501r:
        raise Conflict("501(r) does not bind this practice: no notice is needed.")
    if not facts.billed_on or None in facts.billed_on:
        raise Conflict("A visit has had no first statement yet. Send one first.")
    billed = max(day for day in facts.billed_on if day is not None)
    account = own_account(account_id, actor=actor)
    language = letter_language(account.guarantor.language).value
    begins = max(wait_ends_on(billed, figures.wait_days), today + dt.timedelta(days=figures.notice_days))
    with transaction.atomic():
        letter = make_letter(
            kind=NOTICE, account_id=account_id,
            facts={
                "actions": ", ".join(words[language] for code, words in ACTIONS.items() if code in actions),
                "begins_on": begins,
                "apply_by_on": max(period_ends_on(billed, figures.period_days), begins),
                "summary": summary_words(account.practice_id, language, on=today),
            },
            language=language, actor=actor, today=today, now=now,
        )  # fmt: skip
        _mail(letter, actor=actor, today=today, now=now, purpose="legal_notice")
    return letter


def void_letter_of(one: AssistanceApplication, *, reason: str, actor: "User", now: dt.datetime) -> None:
    """The letter about a decision that was taken back counts no more."""
    if one.letter is not None and not LetterVoid.objects.filter(letter=one.letter).exists():
        void(one.letter.pk, reason=reason, actor=actor, now=now)


def language_of(one: AssistanceApplication) -> str:
    """English, or Spanish where the guarantor's language is."""
    return letter_language(one.account.guarantor.language).value


def summary_words(practice_id: int, language: str, *, on: dt.date) -> str:
    """The policy of a practice in one or two plain sentences."""
    policy = policy_of(practice_id, on=on)
    bands = ", ".join(_BAND[language].format(off=off, up_to=up_to) for up_to, off in policy.bands)
    return _SUMMARY[language].format(bands=bands)


def _mail(letter: Letter, *, actor: "User", today: dt.date, now: dt.datetime, purpose: str = PURPOSE) -> None:
    sent = send(
        account_id=letter.account_id, channel="mail", purpose=purpose, letter=letter, actor=actor, now=now, today=today
    )
    if sent.state == "refused":
        raise DomainError("It may not be mailed now. The delivery says why.")
