"""Two payer checks whose EOB came on paper: one that a supervisor has entered and posted, one that is half entered."""

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal

from arwork.lib.money import ZERO, round_money
from arwork.staff.models import User
from claims.billing.models import Claim
from claims.documents.services import BroughtFile
from claims.eobs import drafts, posting
from claims.eobs.drafts import CheckFacts
from claims.eobs.entry_rules import TypedClaim, TypedEntry, TypedLine
from claims.eobs.models import Eob
from collections_app.demo.setting import supervisor

POSTED, HALF = "70018832", "70019104"
_CLAIMS_EACH, _WAITED = 3, dt.timedelta(days=21)
_ALLOWED, _PAID = Decimal("0.62"), Decimal("0.80")


def enter_papers(day: dt.date, *, now: dt.datetime) -> int:
    """Enter them, of claims that the payer left unanswered; how many there are of them now."""
    actor = supervisor()
    waiting = Claim.objects.filter(
        state=Claim.State.OPEN,
        responsible="PAYER1",
        remits=None,
        payer__isnull=False,
        last_billed_on__lte=day - _WAITED,
    )
    for trace in (POSTED, HALF):
        if Eob.objects.filter(trace=trace).exists():
            continue
        first = waiting.order_by("number").first()
        if first is None:
            break
        same = waiting.filter(practice=first.practice_id, payer=first.payer_id).order_by("number")
        _enter(trace, list(same[:_CLAIMS_EACH]), actor=actor, day=day, now=now)
    return Eob.objects.filter(trace__in=[POSTED, HALF]).count()


def _enter(trace: str, claims: Sequence[Claim], *, actor: User, day: dt.date, now: dt.datetime) -> None:
    first = claims[0]
    typed = [_typed(claim) for claim in claims]
    total = sum((Decimal(line.paid) for one in typed for line in one.lines), ZERO)
    told = [f"{claim.number}  charged {claim.charge}" for claim in claims]
    page = pdf_page([f"{first.payer}: explanation of benefits", f"Check {trace} over {total}", *told])
    check = CheckFacts(
        payer_id=first.payer_id or 0, method="CHK", trace=trace, amount=total, paid_on=day - dt.timedelta(days=6),
        received_on=day - dt.timedelta(days=1),
    )  # fmt: skip
    brought = BroughtFile(page, f"eob-{trace}.pdf", "eob")
    eob = drafts.open_eob(first.practice_id, check, brought=brought, actor=actor, now=now, today=day)
    entered = typed if trace == POSTED else typed[:1]
    eob, _ = drafts.save_entry(
        eob.pk, TypedEntry(tuple(entered)), version=eob.version, proposing=True, actor=actor, now=now, today=day
    )
    if trace == POSTED:
        posting.post_eob(eob.pk, version=eob.version, actor=actor, today=day, now=now)


def _typed(claim: Claim) -> TypedClaim:
    lines = []
    for line in claim.lines.order_by("number"):
        allowed = round_money(line.charge * _ALLOWED)
        lines.append(TypedLine(line.pk, allowed=f"{allowed}", paid=f"{round_money(allowed * _PAID)}"))
    return TypedClaim(claim.pk, "1", icn=f"P{claim.number}", lines=tuple(lines))


_FONT = b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources%s>>"


def pdf_page(lines: Sequence[str]) -> io.BytesIO:
    """A PDF of one page with these lines, without parentheses or backslashes."""
    said = " T* ".join(f"({line}) Tj" for line in lines)
    text = f"BT /F1 14 Tf 20 TL 60 720 Td {said} ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        _PAGE % _FONT,
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return io.BytesIO(bytes(out))
