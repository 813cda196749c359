"""The script of a call about an account: what is known of it, brought to the passages (see `scripts`)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.parties.models import Account, PersonAddress
from claims.payers.phones import shown_number
from collections_app.contacts.debt_facts import is_time_barred
from collections_app.contacts.identity import CallerStanding
from collections_app.contacts.placements import profile_of
from collections_app.contacts.rules import places_of
from collections_app.contacts.script_texts import own_texts
from collections_app.contacts.scripts import THIRD_PARTY, ScriptFacts, ScriptLine, language_of, script_for
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class CallMatter:
    """What a call is about: what may be asked for, and for how many visits."""

    asked: Decimal
    visits: int = 0


def script_of(
    account: Account,
    matter: CallMatter,
    standing: CallerStanding,
    *,
    actor: "User",
    today: dt.date,
    is_inbound: bool = False,
) -> list[ScriptLine]:
    """What to say now on a call about an account, in the language of who answers for it. Four queries, and
    those of the sources of facts about debts."""
    person, practice = account.guarantor, account.practice
    homes = PersonAddress.objects.filter(person=person.pk, is_current=True).values_list("state", "zip")
    places = {place for state, code in homes for place in places_of(state=state, zip_code=code)}
    checked = standing.check
    facts = ScriptFacts(
        standing=str(standing.state),
        profile=profile_of(account, today) or THIRD_PARTY,
        language=language_of(person.language),
        is_inbound=bool(checked and checked.direction == "in") or is_inbound,
        must_tell_recording=_must_tell({*places, practice.state} - {""}, practice.pk, today),
        is_time_barred=is_time_barred(account.pk, today),
        owes=matter.asked > 0,
        business=practice.name,
    )
    values = {
        "agent": actor.get_full_name() or str(actor),
        "practice": practice.name,
        "callback": shown_number(practice.phone) if practice.phone else "",
        "person": f"{person.first} {person.last}".strip(),
        "asked": f"${matter.asked:,.2f}",
        "visits": _visits(matter.visits, facts.language),
    }
    return script_for(facts, values, own_texts(practice.pk, today))


def _must_tell(places: Iterable[str], practice_id: int, today: dt.date) -> bool:
    """Whether somebody on either end is where all must know that a call is recorded."""
    book = limit_book()
    rows = (book.pick("recording_notice", on=today, practice_id=practice_id, scope=place) for place in places)
    return any(row is not None and row.value for row in rows)


def _visits(count: int, language: str) -> str:
    if language == "es":
        return "una visita" if count == 1 else f"{count} visitas"
    return "one visit" if count == 1 else f"{count} visits"
