"""In writing: what was offered, as proof; and where somebody finds more help."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from arwork.lib.errors import Conflict
from arwork.staff.access import Capability, require
from claims.parties.selectors import own_account
from collections_app.help_offers.models import Referral
from collections_app.help_offers.options import WAYS
from collections_app.help_offers.selectors import latest_offers, referral_seen_by
from collections_app.letters.kinds import FactShape, LetterGroup, LetterKind, MergeField
from collections_app.letters.models import Letter
from collections_app.letters.services import make_letter
from collections_app.letters.words import language_of
from collections_app.plans.words import SPANISH, day_words

if TYPE_CHECKING:
    from arwork.staff.models import User

SEED = Path(__file__).parent / "seeds" / "letters.yaml"
_WORDS = FactShape.WORDS
OFFERED, REFERRED = "help_offered", "help_referral"
KINDS = (
    LetterKind(
        OFFERED, "Help that was offered", LetterGroup.ASSISTANCE, (MergeField("offers", "what was offered", _WORDS),),
        must=("offers",), sample={"offers": "November 12, 2026, Payment plan: thinks it over"}, seed=SEED,
        is_written=False, purpose="assistance",
        does="The ways to pay less or later that were offered, with the answers",
    ),
    LetterKind(
        REFERRED, "Where to find more help", LetterGroup.ASSISTANCE,
        (MergeField("place", "name of the place"), MergeField("helps_with", "what it helps with", _WORDS),
         MergeField("reach", "phone or website")),
        must=("place", "reach"), seed=SEED, is_written=False, purpose="assistance",
        sample={"place": "Harbor Fund", "helps_with": "bills of people in treatment", "reach": "212-555-0100"},
        does="A counselor, foundation, office or charity, and how to reach it",
    ),
)  # fmt: skip
_SPANISH_WAYS = {
    "coverage": "Seguro o Medicaid que no se facturó",
    "assistance": "Asistencia financiera",
    "pay_now": "Pagar ahora con tarjeta, cuenta bancaria o cheque",
    "prompt_pay": "Descuento por pagar pronto",
    "plan": "Plan de pagos",
    "settlement": "Acuerdo por un monto menor",
    "referral": "Ayuda de otros: consejero, fundación, organización benéfica",
}
_SPANISH_ANSWERS = {
    "accepted": "aceptado", "declined": "rechazado", "thinks": "lo está pensando", "not_said": "sin respuesta",
}  # fmt: skip


def write_proof(account_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Letter:
    """What was offered last of each way and what they said, as a letter. Raises `Conflict` where nothing was, and
    `NoAddress`."""
    require(actor, Capability.WORK_ITEMS)
    account = own_account(account_id, actor=actor)
    offers = latest_offers(account.pk)
    if not offers:
        raise Conflict("Nothing was offered yet.")
    language = language_of(account.guarantor.language).value
    lines = []
    for code, label in WAYS.items():
        if (one := offers.get(code)) is not None:
            way = _SPANISH_WAYS[code] if language == SPANISH else label
            answer = _SPANISH_ANSWERS[one.answer] if language == SPANISH else one.get_answer_display().lower()
            lines.append(f"{day_words(timezone.localdate(one.at), language)}, {way}: {answer}")
    return make_letter(
        kind=OFFERED, account_id=account.pk, facts={"offers": "\n\n".join(lines)}, language=language, actor=actor,
        today=today, now=now,
    )  # fmt: skip


def write_referral(referral_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Letter:
    """Where somebody was sent, with how to reach it, as a letter kept with the referral. Raises `NoAddress`."""
    require(actor, Capability.WORK_ITEMS)
    found = referral_seen_by(actor, referral_id)
    account = own_account(found.account_id, actor=actor)
    place = found.place
    facts = {
        "place": place.name,
        "helps_with": place.helps_with,
        "reach": ", ".join(filter(None, [place.phone, place.website])),
    }
    with transaction.atomic():
        letter = make_letter(
            kind=REFERRED, account_id=account.pk, facts=facts, language=account.guarantor.language, actor=actor,
            today=today, now=now,
        )  # fmt: skip
        Referral.objects.filter(pk=found.pk).update(letter=letter)
    return letter
