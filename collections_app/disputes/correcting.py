"""What follows from an answer: the letter that explains it, and the statement that was wrong, made anew."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict
from arwork.staff import audit
from arwork.staff.access import Capability, require
from collections_app.disputes import services
from collections_app.disputes.history import keep
from collections_app.disputes.models import BillingDispute, DisputeEvent
from collections_app.letters.services import make_letter
from collections_app.letters.words import language_of
from collections_app.statements.models import Statement
from collections_app.statements.services import make_statement, void_statement
from collections_app.statements.words import day_words

if TYPE_CHECKING:
    from arwork.staff.models import User

KIND = "dispute_answered"
_ABOUT = {"en": ("the visit of {}", "your bill"), "es": ("la visita del {}", "su factura")}


def answer_in_writing(
    dispute_id: int, *, to: str, answer: str, actor: "User", today: dt.date, now: dt.datetime
) -> BillingDispute:
    """Close a dispute (`services.close`) and write the letter with what was found and the amounts before and after.

    In one transaction, the letter first: it may be written while the dispute holds the bill. Raises what both raise.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = services.standing_dispute(dispute_id, actor)
        language = language_of(found.account.guarantor.language).value
        facts = {
            "received_on": found.received_on,
            "about": _about(found, language),
            "finding": answer.strip(),
            "amount_before": found.owed_before,
            "amount_after": services.owed_on(found.account_id, found.claim_id),
        }
        letter = make_letter(
            kind=KIND, account_id=found.account_id, facts=facts, language=language, actor=actor, today=today, now=now,
            claim_ids=[found.claim_id] if found.claim_id else [],
        )  # fmt: skip
        found = services.close(dispute_id, to=to, answer=answer, actor=actor, today=today, now=now)
        found.letter = letter
        found.save(update_fields=["letter"])
        keep(found, DisputeEvent.Kind.LETTER, actor=actor, now=now)
    return found


def wrong_statement(found: BillingDispute) -> Statement | None:
    """The last statement that left with the disputed visit, or with anything of the account, before the dispute was
    closed; None where none did or it was corrected already. Two queries."""
    done = DisputeEvent.objects.filter(dispute=found, kind=DisputeEvent.Kind.STATEMENT)
    if found.closed_on is None or found.closed_at is None or done.filter(at__gte=found.closed_at).exists():
        return None
    rows = Statement.objects.filter(account=found.account_id, state=Statement.State.RELEASED)
    rows = rows.filter(made_on__lte=found.closed_on)
    rows = rows.filter(visits__claim=found.claim_id) if found.claim_id else rows
    return rows.order_by("-pk").first()


def correct_statement(
    dispute_id: int, *, actor: "User", today: dt.date, now: dt.datetime
) -> tuple[Statement, Statement | None]:
    """Declare the statement void that the dispute proved wrong, and make the corrected one where something is owed.

    Raises `Conflict` where the case was not corrected or no statement stands, `BadStatement`.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = services.own_dispute(dispute_id, actor=actor, locked=True)
        if found.state != BillingDispute.State.CORRECTED:
            raise Conflict("Only a dispute after which the bill was corrected has a wrong statement.")
        wrong = wrong_statement(found)
        if wrong is None:
            raise Conflict("No statement about this visit stands.")
        wrong = void_statement(wrong.pk, reason="Corrected after a dispute", actor=actor, now=now)
        corrected = None
        if services.owed_on(found.account_id, None) > 0:
            corrected = make_statement(
                account_id=found.account_id, is_itemized=False, language=found.account.guarantor.language,
                actor=actor, today=today, now=now, corrects_id=wrong.pk,
            )  # fmt: skip
        keep(found, DisputeEvent.Kind.STATEMENT, actor=actor, now=now)
        told = {"account": found.account_id, "void": wrong.pk, "corrected": corrected.pk if corrected else None}
        audit.record(actor, "dispute_statement_corrected", "billing_dispute", found.pk,
                     practice_id=found.practice_id, after=told, now=now)  # fmt: skip
    return wrong, corrected


def _about(found: BillingDispute, language: str) -> str:
    visit, bill = _ABOUT[language]
    return visit.format(day_words(found.claim.service_from, language)) if found.claim else bill
