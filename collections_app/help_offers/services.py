"""Note what was offered, a hardship that was told, a referral; keep the directory of places."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError
from arwork.lib.events import announce
from arwork.lib.races import told_when_lost
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.selectors import own_account
from collections_app.help_offers.models import Hardship, HelpOffer, Referral, ReferralPlace
from collections_app.help_offers.options import WAYS
from collections_app.help_offers.selectors import place_seen_by, referral_seen_by
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User

ANSWERS = dict(HelpOffer.Answer.choices)
LANGUAGES = {"en": "English", "es": "Spanish", "xx": "Another language"}
HARDSHIPS = dict(Hardship.Kind.choices)
PLACE_KINDS = dict(ReferralPlace.Kind.choices)
_SAID = 300


class BadHelp(DomainError):
    """What can't be noted as entered; `field` names what to change."""

    code = "bad_help"


def record_answers(
    account_id: int,
    answers: Mapping[str, str],
    *,
    actor: "User",
    now: dt.datetime,
    language: str = "en",
    said: str = "",
) -> list[HelpOffer]:
    """Note what was offered, each with its answer, in which language; kept as proof, never changed.

    Raises `BadHelp` where nothing was ticked or an answer is none, `NotFound` outside the actor's practices.
    """
    require(actor, Capability.WORK_ITEMS)
    if not answers:
        raise BadHelp("Tick what you offered.", field="offered")
    if unknown := [code for code in answers if code not in WAYS]:
        raise BadHelp(f"There is no such way to help: {unknown[0]}.", field="offered")
    if any(answer not in ANSWERS for answer in answers.values()):
        raise BadHelp("Say what they answered.", field="answer")
    if language not in LANGUAGES:
        raise BadHelp("Choose in which language it was said.", field="language")
    ensure_not_sensitive(said=said)
    account, day = own_account(account_id, actor=actor), timezone.localdate(now)
    with transaction.atomic():
        rows = [
            HelpOffer(
                practice_id=account.practice_id, account=account, code=code, answer=answers[code], language=language,
                said=" ".join(said.split())[:_SAID], on=day, at=now, by=actor,
            )
            for code in WAYS if code in answers
        ]  # fmt: skip
        bulk.insert(HelpOffer, rows)
        facts = {"offered": [f"{row.code}: {row.answer}" for row in rows], "language": language}
        audit.record(
            actor, "help_offered", "account", account.pk, practice_id=account.practice_id, after=facts, now=now
        )
    return rows


def note_hardship(
    account_id: int, *, kind: str, words: str, documents: str, until_on: dt.date | None, actor: "User",
    today: dt.date, now: dt.datetime,
) -> Hardship:  # fmt: skip
    """Note why somebody can't pay now: nothing is asked of the account for the days of the practice's figure.

    Raises `BadHelp` naming the field.
    """
    require(actor, Capability.WORK_ITEMS)
    words, documents = " ".join(words.split()), " ".join(documents.split())
    if kind not in Hardship.Kind.values:
        raise BadHelp("Choose what happened.", field="kind")
    if not words:
        raise BadHelp("Write what they told, in a sentence.", field="words")
    if until_on is not None and until_on < today:
        raise BadHelp("It can't have ended before it was told.", field="until_on")
    ensure_not_sensitive(words=words, documents=documents)
    account = own_account(account_id, actor=actor)
    days = limit_book().value("hardship_pause_days", on=today, practice_id=account.practice_id)
    pause = today + dt.timedelta(days=days)
    with transaction.atomic():
        Hardship.objects.filter(account=account, ended_on=None).update(ended_on=today, ended_by=actor)
        found = Hardship.objects.create(
            practice_id=account.practice_id, account=account, kind=kind, words=words[:1_000],
            documents=documents[:300], until_on=until_on, paused_until_on=pause, noted_on=today, noted_at=now,
            noted_by=actor,
        )  # fmt: skip
        facts = {"kind": kind, "paused_until_on": str(pause)}
        audit.record(
            actor, "hardship_noted", "account", account.pk, practice_id=account.practice_id, after=facts, now=now
        )
        announce("hardship", accounts=[account.pk])
    return found


def end_hardship(account_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """The hardship is over, or was noted by mistake: the account is worked as any other. Raises `Conflict` where none
    is noted."""
    require(actor, Capability.WORK_ITEMS)
    account = own_account(account_id, actor=actor)
    with transaction.atomic():
        open_rows = Hardship.objects.filter(account=account, ended_on=None)
        if not open_rows.update(ended_on=today, ended_by=actor):
            raise Conflict("No hardship is noted here.")
        audit.record(actor, "hardship_ended", "account", account.pk, practice_id=account.practice_id, now=now)
        announce("hardship", accounts=[account.pk])


def refer(
    account_id: int, *, place_id: int, words: str, next_action: str, next_on: dt.date, actor: "User", today: dt.date,
    now: dt.datetime,
) -> Referral:  # fmt: skip
    """Send somebody to a place for help, with what we do next and when. Raises `BadHelp` naming the field."""
    require(actor, Capability.WORK_ITEMS)
    words, next_action = " ".join(words.split()), " ".join(next_action.split())
    if not next_action:
        raise BadHelp("Say what we do next: ask what came of it.", field="next_action")
    if next_on < today:
        raise BadHelp("That day is past.", field="next_on")
    ensure_not_sensitive(words=words, next_action=next_action)
    account, place = own_account(account_id, actor=actor), place_seen_by(actor, place_id)
    if place.practice_id != account.practice_id or not place.is_active:
        raise BadHelp("This place is not in the directory of the account's practice.", field="place")
    with transaction.atomic():
        found = Referral.objects.create(
            practice_id=account.practice_id, account=account, place=place, words=words[:500], owner=actor,
            next_action=next_action[:120], next_on=next_on, referred_on=today, referred_at=now, referred_by=actor,
        )  # fmt: skip
        facts = {"referral": found.pk, "place": place.pk, "next_on": str(next_on)}
        audit.record(
            actor, "help_referred", "account", account.pk, practice_id=account.practice_id, after=facts, now=now
        )
    return found


def finish_referral(referral_id: int, *, outcome: str, actor: "User", today: dt.date, now: dt.datetime) -> Referral:
    """What came of a referral. Raises `BadHelp` without words, `Conflict` where it is done."""
    require(actor, Capability.WORK_ITEMS)
    outcome = " ".join(outcome.split())
    if not outcome:
        raise BadHelp("Write what came of it.", field="outcome")
    ensure_not_sensitive(outcome=outcome)
    known = referral_seen_by(actor, referral_id)
    with transaction.atomic():
        found = Referral.objects.select_for_update().get(pk=known.pk)
        if found.state == Referral.State.DONE:
            raise Conflict("Somebody has written what came of it already.")
        found.state, found.outcome, found.done_on = Referral.State.DONE, outcome[:500], today
        found.save(update_fields=["state", "outcome", "done_on"])
        facts = {"referral": found.pk}
        audit.record(
            actor, "help_referral_done", "account", found.account_id, practice_id=found.practice_id, after=facts,
            now=now,
        )  # fmt: skip
    return found


def add_place(
    *, practice_id: int, name: str, kind: str, phone: str, website: str, helps_with: str, states: str, actor: "User",
    now: dt.datetime,
) -> ReferralPlace:  # fmt: skip
    """A place in the directory of a practice. Raises `BadHelp` naming the field, `Forbidden`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    name, helps_with = " ".join(name.split()), " ".join(helps_with.split())
    if practice_id not in practice_ids(actor):
        raise BadHelp("This practice is not among yours.", field="practice")
    if not name:
        raise BadHelp("Write its name.", field="name")
    if kind not in ReferralPlace.Kind.values:
        raise BadHelp("Choose what it is.", field="kind")
    if not helps_with:
        raise BadHelp("Write what it helps with.", field="helps_with")
    if not (phone.strip() or website.strip()):
        raise BadHelp("Give a phone number or a website.", field="phone")
    codes = states.upper().replace(",", " ").split()
    if any(len(one) != 2 or not one.isalpha() for one in codes):
        raise BadHelp("States by their two letters, separated by spaces.", field="states")
    ensure_not_sensitive(name=name, helps_with=helps_with)
    with told_when_lost("This place is in the directory already."), transaction.atomic():
        found = ReferralPlace.objects.create(
            practice_id=practice_id, name=name[:120], kind=kind, phone=phone.strip()[:20],
            website=website.strip()[:120], helps_with=helps_with[:200], states=" ".join(codes)[:120],
        )  # fmt: skip
        facts = {"name": found.name, "kind": kind, "states": found.states}
        audit.record(
            actor, "referral_place_added", "referral_place", found.pk, practice_id=practice_id, after=facts, now=now
        )
    return found


def turn_place(place_id: int, *, is_active: bool, actor: "User", now: dt.datetime) -> ReferralPlace:
    """Take a place out of the directory, or back into it; referrals to it stay."""
    require(actor, Capability.CONFIGURE_PAYERS)
    found = place_seen_by(actor, place_id)
    with transaction.atomic():
        before = {"is_active": found.is_active}
        found.is_active = is_active
        found.save(update_fields=["is_active"])
        audit.record(
            actor, "referral_place_turned", "referral_place", found.pk, practice_id=found.practice_id, before=before,
            after={"is_active": is_active}, now=now,
        )  # fmt: skip
    return found
