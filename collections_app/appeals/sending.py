"""A packet leaves, frozen with its hash and its proof; then what the payer says: received, decided.

What was put together is kept before anybody says that it left: a packet that is made, alone or in a run, stays as it
is, and is sent only while nothing in the case has changed since.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.dates import long_day
from arwork.lib.errors import Conflict
from arwork.lib.money import ZERO, money
from arwork.lib.sensitive import ensure_not_sensitive
from claims.denials.models import Denial
from claims.denials.services import lose
from claims.documents import services as documents
from claims.documents.selectors import bytes_of
from claims.documents.services import MadeFile
from claims.payers.rules import RuleBook
from claims.practices.closures import closure_book
from collections_app.appeals.appeal_clocks import (
    DECISION_KIND,
    ask_arrived_on,
    ask_decision_on,
    at_stake,
    counts_as_filed_on,
    decision_due,
    late_words,
)
from collections_app.appeals.appeal_levels import level_of
from collections_app.appeals.case_files import CaseFile, files_of
from collections_app.appeals.models import WAITING, AppealCase, AppealPacket, AppealSending
from collections_app.appeals.packet import build_packet, where_to
from collections_app.appeals.services import (
    LONGEST,
    BadAppeal,
    Did,
    State,
    case_books,
    close,
    ensure_open,
    level_above,
    locked_case,
    next_window,
    said,
    tell,
)

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.letters.texts import TextBook

Way, Outcome = AppealSending.Way, AppealCase.Outcome
#: What proves a sending, by its way; mail without a number is proven by nothing.
PROOFS = {
    Way.CERTIFIED: "Enter the number of the certified mail.",
    Way.FAX: "Enter what the fax machine confirmed: time and pages.",
    Way.PORTAL: "Enter the reference that the portal gave.",
}
AFTER_SENDING, AFTER_RECEIPT = "Ask whether it arrived", "Ask for the decision"


@dataclass(frozen=True, slots=True)
class SendingFacts:
    """How a packet leaves. `to` is the fax number or the address of the portal; by mail it goes where the playbook
    says. `anyway` is the reason for sending although a warning stands in the way."""

    way: str
    proof: str = ""
    to: str = ""
    sent_on: dt.date | None = None
    anyway: str = ""


def warnings_of(case: AppealCase, *, way: str, sent_on: dt.date) -> list[str]:
    """What stands in the way of a sending on a day, in words: too late, too little at stake."""
    level = level_of(case.ladder, case.level)
    filed_on = counts_as_filed_on(case.ladder, way=way, sent_on=sent_on)
    stake = at_stake(level, amount=case.amount, filed_on=filed_on) if level else None
    found = [late_words(case.last_day_on, filed_on), stake.words if stake and not stake.is_enough else ""]
    return [one for one in found if one]


def preview(case: AppealCase, *, today: dt.date) -> bytes:
    """The packet as a PDF: once it is ready just as it leaves, before as it would be now. Raises `BadPacket`,
    `MissingFact`. The caller has asked who may see it."""
    kept = _standing_packet(case) if case.state == State.READY else None
    if kept is not None:
        return b"".join(bytes_of(kept.document))
    room = files_of([case.pk], today=today)
    return build_packet(room.files[0], room.texts, today=today).pdf


@transaction.atomic
def send(case_id: int, given: SendingFacts, *, actor: "User", today: dt.date, now: dt.datetime) -> AppealSending:
    """Note that the packet left as it was made ready: on that day, that way, with that proof. The worklist waits from
    then on. One that was made ready before packets were kept is put together now.

    Raises `BadAppeal` naming the field (a warning wants a reason to send all the same), `Conflict` unless it is ready.
    """
    case = locked_case(case_id, actor=actor)
    if case.state != State.READY:
        raise Conflict("Make it ready first: what is missing is said there.")
    sent_on = given.sent_on or today
    _ensure_sendable(case, given, sent_on=sent_on, today=today)
    room = files_of([case.pk], today=today)
    [file] = room.files
    packet = _standing_packet(case) or keep_packet(file, room.texts, actor=actor, today=today, now=now)
    return note_sent(case, given, file=file, packet=packet, sent_on=sent_on, actor=actor, now=now)


def note_sent(
    case: AppealCase,
    given: SendingFacts,
    *,
    file: CaseFile,
    packet: AppealPacket,
    sent_on: dt.date,
    actor: "User",
    now: dt.datetime,
) -> AppealSending:
    """Keep that a packet left, in the caller's transaction, which has locked the case and asked whether it may."""
    went_to = given.to.strip() or place_of(file, given.way)
    filed_on = counts_as_filed_on(case.ladder, way=given.way, sent_on=sent_on)
    sending = AppealSending.objects.create(
        case=case, packet=packet, way=given.way, went_to=went_to[:400], proof=given.proof.strip()[:120],
        sent_on=sent_on, filed_on=filed_on, sent_at=now, sent_by=actor,
    )  # fmt: skip
    closures = closure_book().of(case.practice_id)
    case.state, case.sent_on, case.text_version = State.SENT, sent_on, packet.version.split(";")[0][:40]
    case.decision_due_on = decision_days(case, filed_on, rules=case_books().rules)
    case.next_action = AFTER_SENDING
    case.next_on = ask_arrived_on(sent_on, closures=closures)
    case.save()
    words = f"{sending.get_way_display()}, {long_day(sent_on)}. {given.anyway.strip()}".strip()
    tell(case, Did.SENT, actor=actor, now=now, words=words[:LONGEST], way=given.way, sha256=packet.sha256)
    return sending


def keep_packet(file: CaseFile, texts: "TextBook", *, actor: "User", today: dt.date, now: dt.datetime) -> AppealPacket:
    """Put a packet together and keep it, in the caller's transaction. Raises `BadPacket`, `MissingFact`."""
    case, built = file.case, build_packet(file, texts, today=today)
    name = f"appeal-{case.pk}-{today:%Y-%m-%d}.pdf"
    document = documents.keep_made(
        case.practice_id, MadeFile(BytesIO(built.pdf), name, "Packet of an appeal"),
        account_id=case.claim.account_id, claim_ids=[case.claim_id], actor=actor, now=now,
    )  # fmt: skip
    packet = AppealPacket.objects.create(
        case=case, document=document, sha256=document.sha256, pages=built.pages, contents=list(built.contents),
        version=built.version[:80], made_on=today, made_at=now, made_by=actor,
    )  # fmt: skip
    tell(
        case, Did.PACKET, actor=actor, now=now, words=f"{built.pages} pages, SHA-256 {document.sha256[:16]}",
        sha256=document.sha256, pages=built.pages,
    )  # fmt: skip
    return packet


@transaction.atomic
def acknowledge(
    case_id: int,
    *,
    on: dt.date,
    reference: str,
    due_on: dt.date | None,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> AppealCase:
    """The payer has it: its number for the appeal, and by when it decides; without its word, by the days of the payer
    or of the level, counted from the day it was received."""
    case = locked_case(case_id, actor=actor)
    if case.state not in WAITING:
        raise Conflict("It was not sent yet, or it is decided.")
    if case.sent_on is None or not case.sent_on <= on <= today:
        raise BadAppeal("It was received between the day it was sent and today.", field="on")
    if due_on is not None and due_on < on:
        raise BadAppeal("The decision comes after the receipt.", field="due_on")
    reference = " ".join(reference.split())[:60]
    ensure_not_sensitive(reference=reference)
    case.state, case.acknowledged_on, case.reference = State.ACKNOWLEDGED, on, reference
    case.decision_due_on = due_on or decision_days(case, on, rules=case_books().rules)
    closures = closure_book().of(case.practice_id)
    case.next_action = AFTER_RECEIPT
    case.next_on = max(ask_decision_on(case.decision_due_on or on + dt.timedelta(days=60), closures=closures), today)
    case.save()
    due = f", decision by {long_day(case.decision_due_on)}" if case.decision_due_on else ""
    tell(case, Did.ACKNOWLEDGED, actor=actor, now=now, words=f"{long_day(on)}{due}. {reference}".strip())
    return case


@transaction.atomic
def decide(
    case_id: int,
    *,
    outcome: str,
    decided_on: dt.date,
    amount: Decimal,
    words: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> AppealCase:
    """Record a decision: won, won in part, lost, dismissed; `amount` is what it gives, in dollars. No money moves by
    it: the remittance brings that. A decision against us opens the window of the next level.

    Raises `BadAppeal` naming the field, `Conflict` where nothing was sent.
    """
    case = locked_case(case_id, actor=actor)
    ensure_open(case)
    if case.state not in WAITING or case.sent_on is None:
        raise Conflict("Nothing was sent yet that could be decided.")
    if outcome not in Outcome.values:
        raise BadAppeal("Say how it was decided.", field="outcome")
    if not case.sent_on <= decided_on <= today:
        raise BadAppeal("It was decided between the day it was sent and today.", field="decided_on")
    amount = money(amount)
    won = outcome in (Outcome.WON, Outcome.PART)
    if won != (amount > ZERO) or amount > case.amount:
        raise BadAppeal(
            f"Enter what the decision gives, up to ${case.amount:,.2f}; nothing where it is against us.", field="amount"
        )
    case.outcome, case.decided_on, case.won = outcome, decided_on, amount
    close(case, State.DECIDED, words=said("words", words), today=today)
    following = ""
    if not won and not level_above(case):
        _lose_denials(case, actor=actor, today=today, now=now)
    if outcome != Outcome.WON and level_above(case):
        window = next_window(case)
        last = f" until {long_day(window.last_day)}" if window.last_day else ""
        following = f" The next level is open{last}."
    told = f"{case.get_outcome_display()}, {long_day(decided_on)}. {case.answer}{following}"
    tell(case, Did.DECIDED, actor=actor, now=now, words=told[:LONGEST], outcome=outcome)
    return case


def _lose_denials(case: AppealCase, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """The last level decided against us: what it was about is lost, until somebody pays after all."""
    undecided = case.denials.filter(denial__state=Denial.State.OPEN, denial__outcome="")
    for denial_id in undecided.values_list("denial_id", flat=True):
        lose(
            denial_id, reason=f"Appeal {case.pk}: {case.get_outcome_display().lower()}",
            came_by=Denial.CameBy.APPEAL, actor=actor, today=today, now=now,
        )  # fmt: skip


def _ensure_sendable(case: AppealCase, given: SendingFacts, *, sent_on: dt.date, today: dt.date) -> None:
    if given.way not in Way.values:
        raise BadAppeal("Say how it leaves.", field="way")
    if sent_on > today or sent_on < case.notice_on:
        raise BadAppeal("It left between the day of the notice and today.", field="sent_on")
    ensure_not_sensitive(proof=given.proof, to=given.to, anyway=given.anyway)
    if given.way in PROOFS and not given.proof.strip():
        raise BadAppeal(PROOFS[Way(given.way)], field="proof")
    warnings = warnings_of(case, way=given.way, sent_on=sent_on)
    if warnings and len(given.anyway.strip()) < 3:
        raise BadAppeal(f"{' '.join(warnings)} Say why it is sent all the same.", field="anyway")


def _standing_packet(case: AppealCase) -> AppealPacket | None:
    """The packet that was made already, where nothing in the case has changed since."""
    found = AppealPacket.objects.filter(case=case).select_related("document").order_by("-pk").first()
    return found if found and found.made_at >= case.changed_at else None


def place_of(file: CaseFile, way: str) -> str:
    """Where a packet goes by a way, as the playbook says."""
    book = file.playbook
    if way == Way.FAX and book and book.fax:
        return book.fax
    if way == Way.PORTAL and book and book.portal:
        return book.portal
    return ", ".join(where_to(file))


def decision_days(case: AppealCase, since_on: dt.date, *, rules: RuleBook) -> dt.date | None:
    """By when a case is decided that was received on a day; None where no term is set. The case's payer is read."""
    level = level_of(case.ladder, case.level)
    if level is None:
        return None
    rule = rules.pick(
        DECISION_KIND, on=since_on, payer_class=case.payer.payer_class, payer_id=case.payer_id,
        practice_id=case.practice_id,
    )  # fmt: skip
    days = rule.value if rule else None
    return decision_due(level, since_on=since_on, payer_days=days, is_urgent=case.is_urgent)
