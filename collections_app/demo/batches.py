"""Claims out: a clearinghouse of each practice; rejected claims sent anew, one rejected again; a file that waits.

What is rejected and still open is drafted, made ready, and leaves through the ordinary doors; the clearinghouse answers
with a 999 and a 277CA.
"""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO

from arwork.lib import events
from arwork.lib.errors import DomainError
from arwork.staff.models import User
from claims.billing.models import Claim, Submission
from claims.edi.services import take_in
from claims.practices.models import Practice
from collections_app.claim_batches import answers, making, sending
from collections_app.claim_batches.models import ClaimBatch
from collections_app.clearinghouses import services as clearinghouses
from collections_app.clearinghouses.models import ClearinghouseConnection
from collections_app.demo.envelope import interchange
from collections_app.demo.places import PRACTICES
from collections_app.outgoing_claims import services as outgoing
from collections_app.outgoing_claims.models import OutgoingClaim
from collections_app.outgoing_claims.ready import make_ready

SENT_BEFORE, ANSWERED_BEFORE = dt.timedelta(days=3), dt.timedelta(days=2)
#: So many leave and are answered; so many wait in a file of today.
SENT, WAITING = 4, 2
HOUSE = "NORTHGATE"
_CONTROL = 880_001  # no file of the year has this one
_WHY = "Checked against the card on file: as the payer asked for it"


def send_claims_out(until: dt.date) -> None:
    """Tell the story up to `until`; once."""
    if ClearinghouseConnection.objects.exists():
        return
    sent_on = until - SENT_BEFORE
    connections = [_connect(Practice.objects.get(npi=one.npi), n, sent_on) for n, one in enumerate(PRACTICES, 1)]
    with events.quiet():
        practice = connections[0].practice
        ready = _made_ready(practice, most=SENT, on=sent_on)
        if not ready:
            return
        batch = _batch(connections[0], sent_on)
        sending.say_uploaded(batch.pk, actor=_user("supervisor"), today=sent_on, now=_at(sent_on))
        _answer(batch, until - ANSWERED_BEFORE)
        if _made_ready(practice, most=WAITING, on=until):
            _batch(connections[0], until)


def _connect(practice: Practice, n: int, on: dt.date) -> ClearinghouseConnection:
    ours = f"{HOUSE[:5]}{n:03d}"
    return clearinghouses.enter_connection(
        practice.pk, name="Northgate Clearing", usage="P", submitter_name=practice.name, submitter_id=ours,
        contact="Billing office", phone="".join(filter(str.isdigit, practice.phone))[-10:] or "5185550100",
        receiver_name="Northgate Clearing", sender_qualifier="ZZ", sender_id=ours, group_sender=ours,
        receiver_qualifier="ZZ", receiver_id=HOUSE, group_receiver=HOUSE, characters="extended", forms="PID",
        most_claims=500, delivery="download", place="", folder="", is_nightly=n > 1, answer_hours=24,
        from_on=on - dt.timedelta(days=400), last_number=41_200, actor=_user("admin"), now=_at(on),
    )  # fmt: skip


def _made_ready(practice: Practice, *, most: int, on: dt.date) -> list[OutgoingClaim]:
    """Rejected claims of the practice that nobody sent again, drafted and made ready: the first that may leave."""
    rejected = Submission.objects.filter(claim__practice=practice, state=Submission.State.REJECTED)
    waiting = Claim.objects.filter(
        pk__in=rejected.values("claim"), state=Claim.State.OPEN, outgoing_claims=None, submissions__submitted_on__lt=on
    )
    actor = _user("collector")
    made: list[OutgoingClaim] = []
    for claim_id in waiting.order_by("pk").values_list("pk", flat=True).distinct()[: most * 6]:
        if len(made) == most:
            break
        with suppress(DomainError):
            row = outgoing.draft_claim(claim_id, purpose="new", actor=actor, today=on, now=_at(on))
            made.append(make_ready(row.pk, edition=row.edition, reason=_WHY, actor=actor, today=on, now=_at(on)))
    return made


def _batch(connection: ClearinghouseConnection, on: dt.date) -> ClaimBatch:
    batch = making.make_batch(connection.pk, actor=_user("supervisor"), today=on, now=_at(on))
    making.check_batch(batch.pk, clock=lambda: _at(on))
    batch.refresh_from_db()
    return batch


def _answer(batch: ClaimBatch, on: dt.date) -> None:
    """Received, and each accepted but the last, whose member nobody knows there."""
    lines = list(batch.claims.filter(state="in_file").select_related("outgoing_claim__claim").order_by("position"))
    if batch.file is None or not lines:
        return
    npi = batch.practice.npi
    statuses = [(one.outgoing_claim.claim.number, "A2:20" if one is not lines[-1] else "A7:164") for one in lines]
    for control, (kind, functional, version, body) in enumerate(
        (
            ("999", "FA", "005010X231A1", _syntax(batch, lines[0].st_control)),
            ("277", "HN", "005010X214", _statuses(statuses, npi=npi, on=on)),
        ),
        _CONTROL,
    ):
        text = interchange(
            sender=HOUSE, receiver=batch.file.sender_id, on=on, control=control, functional=functional,
            version=version, transactions=[(kind, body)],
        )  # fmt: skip
        take_in(BytesIO(text.encode()), name=f"northgate-{kind}.edi", via="demo", today=on, now=_at(on))
    answers.follow_answers([one.outgoing_claim.claim_id for one in lines], today=on, now=_at(on))


def _syntax(batch: ClaimBatch, set_control: str) -> list[tuple[object, ...]]:
    group = batch.file.gs_controls[0] if batch.file else 0
    version = "005010X222A1"
    return [
        ("AK1", "HC", group, version), ("AK2", "837", set_control, version), ("IK5", "A"), ("AK9", "A", 1, 1, 1),
    ]  # fmt: skip


def _statuses(statuses: Sequence[tuple[str, str]], *, npi: str, on: dt.date) -> list[tuple[object, ...]]:
    day = f"{on:%Y%m%d}"
    body: list[tuple[object, ...]] = [
        ("BHT", "0085", "08", "NG1", day, "0915", "TH"),
        ("HL", 1, "", 20, 1), ("NM1", "AY", 2, "NORTHGATE CLEARING", "", "", "", "", 46, HOUSE), ("TRN", 1, "NG1"),
        ("DTP", "050", "D8", day), ("HL", 2, 1, 21, 1), ("NM1", 41, 2, "SUBMITTER", "", "", "", "", 46, "S1"),
        ("TRN", 2, "1"), ("STC", "A1:19:PR", day, "WQ", 0), ("HL", 3, 2, 19, 1),
        ("NM1", 85, 2, "PRACTICE", "", "", "", "", "XX", npi),
    ]  # fmt: skip
    for level, (number, code) in enumerate(statuses, 4):
        body += [
            ("HL", level, 3, "PT"), ("TRN", 2, number), ("STC", code, day, "WQ" if code[:2] == "A2" else "U", 0),
        ]  # fmt: skip
    return body


def _user(username: str) -> User:
    return User.objects.get(username=username)


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(18), dt.UTC)
