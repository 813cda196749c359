"""Appeals of the demo: playbooks of two payers, and appeals to write, to send, waiting, received, won in part and lost
with the next level open."""

import datetime as dt
import io

import pikepdf
from django.db import transaction

from arwork.lib import events
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO, split
from arwork.staff.access import practice_ids
from arwork.staff.models import User
from claims.denials.models import Denial
from claims.documents.services import BroughtFile
from collections_app.appeals import enclosing, sending, services
from collections_app.appeals.lists import denials_to_appeal
from collections_app.appeals.models import AppealCase, PayerPlaybook
from collections_app.appeals.sending import SendingFacts
from collections_app.demo.setting import collectors

_STORIES = ("draft", "ready", "sent", "received", "part", "lost")
_DAY = dt.timedelta(days=1)
_POINTS = "The record of the visit shows what was tried before and why the service could not wait."


def appeal_some(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day."""
    if AppealCase.objects.exists():
        return
    people = collectors()
    with events.quiet():
        stories = list(_STORIES)
        for claim_id, practice_id, payer_id in _denied(until):
            able = [one for one in people if practice_id in practice_ids(one)]
            if not stories or not able:
                break
            _playbook(payer_id, able[0], until=until, now=now)
            try:
                with transaction.atomic():
                    _tell(claim_id, stories[0], actor=able[len(stories) % len(able)], until=until, now=now)
            except DomainError:
                continue
            stories.pop(0)


def _denied(until: dt.date) -> list[tuple[int, int, int]]:
    """Claims that a payer denied some weeks ago, in the order of their numbers."""
    rows = Denial.objects.filter(
        state=Denial.State.OPEN, payer__isnull=False, initial_on__lt=until - 30 * _DAY,
        initial_on__gt=until - 60 * _DAY, category__in=("medical_necessity", "authorization", "bundling", "coding"),
    )  # fmt: skip
    found = rows.order_by("claim", "pk").values_list("claim_id", "practice_id", "payer_id")
    return list(dict.fromkeys((claim, practice, payer or 0) for claim, practice, payer in found))[:40]


def _tell(claim_id: int, story: str, *, actor: User, until: dt.date, now: dt.datetime) -> None:
    """One appeal, as far as its story goes."""
    ids = [one.pk for one in denials_to_appeal(claim_id)][:1]
    case = services.open_case(claim_id, denial_ids=ids, route="appeal", actor=actor, today=until, now=now)
    enclosing.write_points(case.pk, points=_POINTS, actor=actor, now=now)
    if story == "draft":
        return
    enclosing.bring(case.pk, _records(case.pk), kind="records", actor=actor, now=now)
    for code in ("policy", "authorization", "form", "consent"):
        enclosing.leave_out(case.pk, code=code, why="Sent on request", actor=actor, now=now)
    enclosing.make_ready(case.pk, actor=actor, today=until, now=now)
    if story == "ready":
        return
    sent_on = until - 12 * _DAY
    given = SendingFacts("certified", "9407 1118 9956 0000 1234", sent_on=sent_on)
    sending.send(case.pk, given, actor=actor, today=until, now=now)
    if story == "sent":
        return
    sending.acknowledge(
        case.pk, on=sent_on + 4 * _DAY, reference=f"AP-{case.pk:06d}", due_on=None, actor=actor, today=until, now=now
    )
    if story == "received":
        return
    half = split(case.amount, [1, 1])[0] if story == "part" else ZERO
    words = "Paid at half for the second service." if half else "Their criteria are not met, they say."
    sending.decide(
        case.pk, outcome="part" if half else "lost", decided_on=until - 2 * _DAY, amount=half, words=words, actor=actor,
        today=until, now=now,
    )  # fmt: skip


def _playbook(payer_id: int, actor: User, *, until: dt.date, now: dt.datetime) -> None:
    """How the payer is appealed to, for every practice."""
    if PayerPlaybook.objects.filter(payer=payer_id).exists():
        return
    PayerPlaybook.objects.create(
        payer_id=payer_id, addressee="Provider Appeals", address="PO Box 30432", city="Salt Lake City", state="UT",
        zip="84130", fax="801-555-0170", way="fax", worked="Answer each of their criteria in one sentence.",
        notes="The fax confirms pages, not receipt: ask after eight business days.", valid_from=until - 200 * _DAY,
        entered_by=actor, entered_at=now,
    )  # fmt: skip


def _records(number: int) -> BroughtFile:
    """Two blank pages that stand for records."""
    with pikepdf.new() as pdf:
        for _ in range(2):
            pdf.add_blank_page(page_size=(612, 792))
        pdf.docinfo["/Title"] = f"Records for appeal {number}"
        buffer = io.BytesIO()
        pdf.save(buffer, static_id=True)
    return BroughtFile(io.BytesIO(buffer.getvalue()), f"records-{number}.pdf", "records")
