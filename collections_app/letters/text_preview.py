"""How a text would look: with the facts of a real account as far as they are known, or with made-up ones."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from arwork.lib.errors import NotFound
from arwork.staff import audit_reads
from claims.parties.models import Account
from claims.parties.selectors import accounts
from collections_app.letters.composing import Whereto, composed
from collections_app.letters.drafting import drafted
from collections_app.letters.kinds import LetterKind
from collections_app.letters.letterheads import Head
from collections_app.letters.overlays import paragraphs_for
from collections_app.letters.rendering import render_pictures
from collections_app.letters.texts import TextRow, shipped_texts

if TYPE_CHECKING:
    from arwork.staff.models import User

_HEAD = Head(
    name="Harbor Clinic",
    lines=("12 Harbor Street", "Albany, NY 12207"),
    phone="(518) 555-0143",
    hours="Monday to Friday, 8 to 5",
    reach=("(518) 555-0143", "Monday to Friday, 8 to 5"),
    remit=("Harbor Clinic", "PO Box 77", "Albany, NY 12207"),
)
_TO, _NUMBER = ("Gus Guarino", "8 Elm Avenue", "Troy, NY 12180"), "A00001"


def account_numbered(number: str, *, actor: "User", now: dt.datetime) -> Account:
    """The account with that number, to look at a text with; a recorded look. Raises `NotFound`."""
    found = accounts(actor=actor).filter(number=number).first()
    if found is None:
        raise NotFound("There is no account with this number in your practices.", field="account")
    audit_reads.record_part(actor, "account", found.pk, practice_id=found.practice_id, now=now)
    return found


def sample_pictures(kind: LetterKind, text: TextRow, *, today: dt.date, account: Account | None = None) -> list[bytes]:
    """One PNG a page. Raises `MissingFact`, `NoAddress`, `NotFound`."""
    if account is None:
        data = sample_letter(kind, language=text.language, today=today, text=text)
    else:
        draft = drafted(kind, account, kind.sample or {}, language=text.language, today=today, text=text)
        data = dict(draft.data)
    return render_pictures(kind.template, data, language=text.language, on=today)


def sample_letter(
    kind: LetterKind, *, language: str, today: dt.date, text: TextRow | None = None, account_number: str = _NUMBER
) -> dict[str, Any]:
    """A letter with made-up facts, as data for its template; by the shipped text where no other is named."""
    text = text or next(one for one in shipped_texts(kind) if one.language == language)
    overlays = paragraphs_for(kind.overlay, state=text.state, language=language, on=today) if kind.overlay else ()
    facts = sample_facts(kind, today) | {"account_number": account_number}
    return composed(kind, text, facts, head=_HEAD, to=Whereto(_TO, account_number), on=today, overlays=overlays)


def sample_facts(kind: LetterKind, today: dt.date) -> dict[str, Any]:
    """Made-up facts: nobody's."""
    return {
        "practice_name": _HEAD.name,
        "practice_phone": _HEAD.phone,
        "practice_hours": _HEAD.hours,
        "remit_to": ", ".join(_HEAD.remit),
        "mail_to": ", ".join((_HEAD.name, *_HEAD.lines)),
        "account_number": _NUMBER,
        "addressee": _TO[0],
        "letter_day": today,
        "balance": Decimal("240.00"),
        **(kind.sample or {}),
    }
