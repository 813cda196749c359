"""An appeal with a document that goes along, a run and a playbook, for tests that need one of each."""

import datetime as dt

from arwork.staff.models import User
from claims.billing.models import Claim
from claims.documents import services as documents
from claims.payers.models import Payer
from collections_app.appeals.models import AppealCase, AppealEnclosure, AppealRun, PayerPlaybook
from tests.appeals.conftest import brought
from tests.cast import NOW, TODAY


def appeal_of(claim: Claim, actor: User, *, words: str) -> dict[str, int]:
    """The ids that addresses name."""
    payer = claim.payer or Payer.objects.create(name=f"{words} Health")
    run = AppealRun.objects.create(
        practice=claim.practice, payer=payer, category="bundling", asked=1, made=1, state="made", asked_by=actor,
        asked_at=NOW, asked_on=TODAY, points=words, without=words,
    )  # fmt: skip
    case = AppealCase.objects.create(
        practice=claim.practice, claim=claim, payer=payer, run=run, route="appeal", ladder="commercial", level=1,
        category="bundling", amount=240, notice_on=TODAY - dt.timedelta(days=30), owner=actor, next_action=words,
        next_on=TODAY, opened_on=TODAY, opened_by=actor, changed_at=NOW, points=words,
    )  # fmt: skip
    document = documents.add_to_claim(claim.pk, brought(name=f"{words}.pdf"), actor=actor, now=NOW)
    enclosure = AppealEnclosure.objects.create(case=case, document=document, kind="records", position=1)
    book = PayerPlaybook.objects.create(
        practice=claim.practice,
        payer=payer,
        addressee="Appeals Department",
        valid_from=TODAY,
        entered_by=actor,
        entered_at=NOW,
    )  # fmt: skip
    return {
        "appeal_id": case.pk, "appeal_run_id": run.pk, "enclosure_id": enclosure.pk, "playbook_id": book.pk,
    }  # fmt: skip
