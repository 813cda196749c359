"""Credits and refunds of the demo: causes of several kinds, a clock that is suspended, and a refund in each state."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.db.models import Count

from arwork.lib import events
from arwork.lib.money import money
from arwork.staff.models import User
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim, ClaimLine
from claims.credits import services as credits
from claims.credits.clock import OverpaymentDates
from claims.credits.selectors import Credit
from claims.credits.sources import CLAIM, CreditSource
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Receivable
from claims.practices.models import Practice
from claims.refunds import payees, requests, runs
from claims.refunds.models import Refund
from claims.refunds.payees import Payee
from claims.refunds.takebacks import follow_takeback
from claims.remits.models import RemitClaim
from claims.remits.takebacks import claims_to_be_taken_back
from collections_app.demo.places import PRACTICES

FIRST_CHECK = 20411
_NOON = dt.time(17, 0)
#: How long ago each claim was paid a second time, how that came about, and what became of its refund.
_STORIES = ((70, "cleared"), (40, "issued"), (26, "canceled"), (19, "asked"), (33, "investigated"), (12, ""), (5, ""))


def owe_back(until: dt.date) -> None:
    """Pay some claims of the first practice twice, and see to most of it; once."""
    practice = Practice.objects.get(npi=PRACTICES[0].npi)
    if Refund.objects.filter(practice=practice).exists():
        return
    with events.quiet():
        for place, (back, end) in zip(_settled_claims(practice, len(_STORIES)), _STORIES, strict=False):
            _tell(place, on=until - dt.timedelta(days=back), end=end, until=until)


def _settled_claims(practice: Practice, count: int) -> list[ClaimLine]:
    """A line each of claims that a payer paid once and lets stand, and that owe nothing: government payers' first."""
    owing = Receivable.objects.filter(claim__practice=practice).values("claim")
    lines = ClaimLine.objects.filter(claim__practice=practice, number=1, claim__state="closed").exclude(claim__in=owing)
    paid = lines.filter(postings__kind="payer_payment", postings__credit="PAYER1", claim__payer__isnull=False)
    plain = Claim.objects.alias(sent=Count("submissions", distinct=True)).filter(practice=practice, sent=1)
    once = RemitClaim.objects.values("claim").annotate(answers=Count("pk")).filter(answers=1).values("claim")
    rows = paid.filter(claim__in=plain.values("pk")).filter(claim__in=once)
    rows = rows.select_related("claim__payer").order_by("claim__number").distinct()
    taken_back = claims_to_be_taken_back([one.claim_id for one in rows])
    kept = [one for one in rows if one.claim_id not in taken_back]
    return sorted(kept[:200], key=lambda one: (one.claim.payer.payer_class != "medicare", one.claim.number))[:count]  # type: ignore[union-attr]


def _tell(line: ClaimLine, *, on: dt.date, end: str, until: dt.date) -> None:
    again = line.postings.filter(kind="payer_payment", credit="PAYER1").order_by("pk")[0].amount
    ledger.post([_payment(line, again, on, "CASH", "PAYER1")], now=_at(on))
    source = CreditSource(CLAIM, line.claim_id, "PAYER1")
    if end in ("investigated", "asked", ""):
        begun = on + dt.timedelta(days=4) if end == "investigated" else None
        credits.record_clock(
            source, dates=OverpaymentDates(on, begun), method="", reason="Found when the second payment posted.",
            actor=_user("collector"), today=until, now=_at(until),
        )  # fmt: skip
    if end not in ("investigated", ""):
        _refund(source, line, again, on=on, end=end)


def _refund(source: CreditSource, line: ClaimLine, amount: Decimal, *, on: dt.date, end: str) -> None:
    asked_on, sol, now = on + dt.timedelta(days=3), _user("supervisor"), _at(on + dt.timedelta(days=3))
    found = requests.refundable(source, actor=sol, today=asked_on)
    draft = requests.RefundDraft(amount, "The same services were paid twice.", _payee(found.credit))
    refund = requests.ask_refund(source, draft=draft, actor=_user("collector"), today=asked_on, now=now)
    if end == "asked":
        return
    question = ApprovalRequest.objects.get(subject=requests.REFUND, subject_id=refund.pk)
    approvals.approve(question.pk, actor=_user("admin"), today=asked_on, now=now)
    if end == "canceled":
        taken_on = asked_on + dt.timedelta(days=2)
        with transaction.atomic():
            ledger.post([_payment(line, amount, taken_on, "PAYER1", "CASH")], now=_at(taken_on))
            follow_takeback({(line.claim_id, "PAYER1")}, today=taken_on, now=_at(taken_on))
        return
    number = FIRST_CHECK + Refund.objects.exclude(number="").count()
    runs.issue_checks([refund.pk], first_number=number, actor=sol, today=asked_on, now=now)
    if end == "cleared":
        cleared_on = asked_on + dt.timedelta(days=9)
        runs.clear_refund(refund.pk, cleared_on=cleared_on, actor=sol, today=cleared_on, now=_at(cleared_on))


def _payee(credit: Credit) -> Payee:
    known = payees.payee_of(credit)
    if known.line1 and known.zip:
        return known
    return Payee(known.name, "PO Box 4400", "Refunds", "Hartford", "CT", "06101", known.payer_id)


def _payment(line: ClaimLine, amount: Decimal, on: dt.date, debit: str, credit: str) -> Entry:
    return Entry(
        practice_id=line.claim.practice_id,
        kind="payer_payment",
        debit=debit,
        credit=credit,
        amount=money(amount),
        posted_on=on,
        effective_on=on,
        key=posting_key("demo paid twice", line.pk, debit),
        claim_id=line.claim_id,
        line_id=line.pk,
        memo="Paid a second time" if debit == "CASH" else "Taken back",
    )


def _at(on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, _NOON, tzinfo=dt.UTC)


def _user(username: str) -> User:
    return User.objects.get(username=username)
