"""What patients get in writing about a settlement: the offer, what was agreed, that it is settled, that it broke.

Each is a letter of `letters`, made from the stored terms, frozen with its hash, in English or Spanish. Whoever writes
it needs no authority of their own: somebody answered for the terms when they were offered.
"""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.staff.access import Capability, require
from collections_app.deliveries.services import send
from collections_app.letters.kinds import FactShape, LetterGroup, LetterKind, MergeField
from collections_app.letters.models import Letter
from collections_app.letters.services import make_letter
from collections_app.letters.words import language_of
from collections_app.plans.words import day_words, usd_words
from collections_app.settlements.keeping import note_event
from collections_app.settlements.models import Settlement
from collections_app.settlements.selectors import settlement_seen_by

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.deliveries.models import Delivery

SEED = Path(__file__).parent / "seeds" / "letters.yaml"
_MONEY, _DAY, _WORDS = FactShape.MONEY, FactShape.DAY, FactShape.WORDS
_TERMS = (
    MergeField("owed", "what they owe", _MONEY),
    MergeField("offer", "what settles it", _MONEY),
    MergeField("schedule", "every payment and its day", _WORDS),
    MergeField("visits", "the visits that it settles", _WORDS),
)
_SAMPLE = {
    "owed": Decimal("1240.00"), "offer": Decimal("868.00"), "schedule": "December 30, 2026: $868.00",
    "visits": "August 3, 2026: $1,240.00",
}  # fmt: skip
TERMS, AGREED, SETTLED, BROKEN = "settlement_terms", "settlement_agreed", "settlement_settled", "settlement_broken"
KINDS = (
    LetterKind(
        TERMS, "Settlement: terms", LetterGroup.PLANS, (*_TERMS, MergeField("expires_on", "offered until", _DAY)),
        must=("offer", "schedule", "expires_on"), sample=_SAMPLE | {"expires_on": dt.date(2026, 12, 30)}, seed=SEED,
        is_written=False, purpose="collection", does="Less than what is owed, which settles visits when it is received",
    ),
    LetterKind(
        AGREED, "Settlement: what was agreed", LetterGroup.PLANS,
        (*_TERMS, MergeField("agreed_on", "agreed on", _DAY)), must=("offer", "schedule"),
        sample=_SAMPLE | {"agreed_on": dt.date(2026, 11, 12)}, seed=SEED, is_written=False, purpose="plan",
        does="What was agreed, and by when it is paid",
    ),
    LetterKind(
        SETTLED, "Settlement: paid in full by settlement", LetterGroup.PLANS,
        (*_TERMS, MergeField("settled_on", "settled on", _DAY), MergeField("received", "what was received", _MONEY)),
        must=("settled_on", "visits"), seed=SEED, is_written=False, purpose="receipt",
        sample=_SAMPLE | {"settled_on": dt.date(2026, 12, 30), "received": Decimal("868.00")},
        does="That nothing is left to pay on these visits",
    ),
    LetterKind(
        BROKEN, "Settlement: not kept", LetterGroup.PLANS,
        (MergeField("offer", "what settled it", _MONEY), MergeField("received", "what was received", _MONEY)),
        must=("offer",), sample={"offer": Decimal("868.00"), "received": Decimal("0.00")}, seed=SEED,
        is_written=False, purpose="plan", does="A payment did not come in time, and what can be done",
    ),
)  # fmt: skip
_BY_STATE = {"offered": TERMS, "accepted": AGREED, "settled": SETTLED, "broken": BROKEN}


def write_letter(settlement_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Letter:
    """What is to be told about a settlement as it stands, kept with it. Raises `Conflict` where nothing is, `NoAddress`
    where the patient has none."""
    require(actor, Capability.WORK_ITEMS)
    found = settlement_seen_by(actor, settlement_id)
    kind = _BY_STATE.get(found.state)
    if kind is None:
        raise Conflict(f"There is nothing to write about it: {found.words.lower()}.")
    language = language_of(found.account.guarantor.language).value
    facts = _facts(found, language)
    if kind == TERMS:
        facts["expires_on"] = found.expires_on
    elif kind == AGREED:
        facts["agreed_on"] = found.accepted_on
    elif kind == SETTLED:
        facts |= {"settled_on": found.ended_on, "received": found.received}
    else:
        facts = {"offer": found.offer, "received": found.received}
    with transaction.atomic():
        letter = make_letter(
            kind=kind, account_id=found.account_id, facts=facts, language=language, actor=actor, today=today, now=now,
            claim_ids=found.visits.values_list("claim_id", flat=True),
        )  # fmt: skip
        Settlement.objects.filter(pk=found.pk).update(letter=letter)
    return letter


def mail_letter(settlement_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> "Delivery":
    """Put it into the next batch of mail. Raises as `write_letter`, and `DomainError` where it may not be mailed."""
    letter = write_letter(settlement_id, actor=actor, today=today, now=now)
    purpose = next(kind.purpose for kind in KINDS if kind.code == letter.kind)
    sent = send(
        account_id=letter.account_id, channel="mail", purpose=purpose, letter=letter, actor=actor, now=now, today=today
    )
    if sent.state == "refused":
        raise DomainError("It may not be mailed now. The delivery says why.")
    found = settlement_seen_by(actor, settlement_id)
    note_event(found, "written", f"{letter.title}, by mail", actor=actor, today=today, now=now)
    return sent


def _facts(found: Settlement, language: str) -> dict[str, Any]:
    payments = found.payments.order_by("number").values_list("due_on", "amount")
    visits = found.visits.order_by("claim__service_from", "pk").values_list("claim__service_from", "owed")
    return {
        "owed": found.owed,
        "offer": found.offer,
        "schedule": "; ".join(f"{day_words(on, language)}: {usd_words(amount)}" for on, amount in payments),
        "visits": "; ".join(f"{day_words(on, language)}: {usd_words(owed)}" for on, owed in visits),
    }
