"""What an auditor looks for in the demo: who saw, told, asked and was let in. Through the same verbs as the pages.

The webhook alone is written as rows: its address is of a name that never resolves (RFC 2606) and it is switched off, so
its log is told, not made.
"""

import datetime as dt
from decimal import Decimal
from io import BytesIO

from django.db import transaction

from arwork.lib import events
from arwork.staff import api_tokens, audit, emergencies
from arwork.staff.access import Capability, enter_emergency
from arwork.staff.models import Role, User
from arwork.webhooks import listening
from arwork.webhooks.models import Webhook, WebhookDelivery
from arwork.webhooks.signatures import new_secret
from claims.billing.models import Claim
from claims.edi.file_actions import leave_out_transaction
from claims.edi.services import take_in
from claims.parties.models import Account
from claims.practices.models import Practice
from claims.privacy.services import record_disclosure
from claims.remits.models import RemitException
from claims.remits.second_decisions import ask_second_person
from claims.remits.second_person import DISMISS
from collections_app.demo.envelope import HUB, Segment, amount, day, interchange
from collections_app.demo.files import REMITS
from collections_app.demo.places import PAYERS, PRACTICES, DemoPayer, DemoPractice
from collections_app.limits.services import LimitDraft, add_limit

TRACE, CONTROL = "EFT00990001", 990001
STRAY, ALONE_CENTS = Decimal("318.40"), 15000
HOOK_URL = "https://hooks.harborlane.example/arwork"
_NOON, _EVENING = dt.time(17, 0), dt.time(23, 40)  # UTC
#: What the webhook was told: days ago, what, what became of it, attempts, the last answer.
_TOLD = (
    (31, listening.PAYMENT_POSTED, WebhookDelivery.State.SENT, 1, 204),
    (9, listening.DENIAL_OPENED, WebhookDelivery.State.SENT, 1, 204),
    (6, listening.PAYMENT_POSTED, WebhookDelivery.State.SENT, 3, 200),
    (4, listening.PAYMENT_POSTED, WebhookDelivery.State.FAILED, 7, 503),
    (1, listening.DENIAL_OPENED, WebhookDelivery.State.WAITING, 0, None),
)
_SCAN = b"%PDF-1.7 a remittance that somebody scanned instead of downloading it"


def leave_traces(until: dt.date) -> None:
    """Leave them once, in the days before `until`; the whole or nothing, but for the two files."""
    practices = [Practice.objects.get(npi=one.npi) for one in PRACTICES]
    refused_on = until - dt.timedelta(days=91)
    refused = _receive(_SCAN, "scan-of-remittance.pdf", on=refused_on)
    yesterday = until - dt.timedelta(days=1)  # today's noon may not have come
    stray = _stray_payment(PRACTICES[0], PAYERS[0], on=yesterday)
    _receive(stray.encode(), f"{yesterday:%Y%m%d}-{PRACTICES[0].npi}-{CONTROL}.835", on=yesterday)
    with transaction.atomic():
        if Webhook.objects.filter(url=HOOK_URL).exists():
            return
        reason = "A scan: the file itself came the next day."
        leave_out_transaction(refused, position=0, reason=reason, actor=_user("owner"), now=_at(refused_on, _EVENING))
        _read_in_emergency(practices[1], on=until - dt.timedelta(days=3))
        _let_a_program_in(practices, on=until - dt.timedelta(days=20))
        _tell_a_program(practices[0], until=until)
        _disclose(practices[0], on=until - dt.timedelta(days=12))
        _ask(yesterday)


def _receive(data: bytes, name: str, *, on: dt.date) -> int:
    npi = PRACTICES[0].npi
    with events.quiet():
        return take_in(BytesIO(data), name=name, via="demo", practice_npi=npi, today=on, now=_at(on)).file_id


def _at(on: dt.date, time: dt.time = _NOON) -> dt.datetime:
    return dt.datetime.combine(on, time, tzinfo=dt.UTC)


def _user(username: str) -> User:
    return User.objects.get(username=username)


def _read_in_emergency(practice: Practice, *, on: dt.date) -> None:
    """Somebody of another practice read one claim there, late in the evening; nobody has reviewed it yet."""
    tess, now = _user("supervisor2"), _at(on, _EVENING)
    reason = "Storm closed the Chicago office; a patient's surgery needs the authorization of this claim tonight."
    opened = emergencies.open_in_emergency(npi=practice.npi, reason=reason, actor=tess, now=now)
    running = emergencies.running(opened.pk, user_id=tess.pk, now=now)
    assert running is not None  # for the type: it has just begun
    enter_emergency(tess, running)
    claim = Claim.objects.filter(practice=practice).order_by("number").first()
    if claim is not None:
        soon = now + dt.timedelta(minutes=2)
        emergencies.note_page(f"/claims/{claim.pk}", actor=tess, now=soon)
        audit.record_read(tess, "claim", claim.pk, practice_id=practice.pk, now=soon, seen={"claim": [claim.pk]})
    emergencies.end(actor=tess, now=now + dt.timedelta(minutes=9))


def _let_a_program_in(practices: list[Practice], *, on: dt.date) -> None:
    """A program reads reports with a token of its own; the text of the token is shown to nobody."""
    adele, now = _user("admin"), _at(on)
    mine = [practice.pk for practice in practices]
    program = api_tokens.open_service_account(
        name="Nightly export", role=Role.AUDITOR, practices=mine, actor=adele, now=now
    )
    facts = api_tokens.TokenFacts(
        name="Data warehouse",
        capabilities=frozenset({Capability.SEE_CLAIMS, Capability.SEE_REPORTS}),
        practice_id=None,
        expires_on=on + dt.timedelta(days=180),
    )
    _, text = api_tokens.open_token(facts, owner=program, actor=adele, today=on, now=now)
    api_tokens.owner_of(text, now=now + dt.timedelta(days=19, hours=9))


def _tell_a_program(practice: Practice, *, until: dt.date) -> None:
    """A webhook that was switched off yesterday, with what it was told before: arrived, given up, waiting."""
    adele, opened_at, off_at = _user("admin"), _at(until - dt.timedelta(days=40)), _at(until - dt.timedelta(days=1))
    hook = Webhook.objects.create(
        practice_id=practice.pk,
        name="Practice management",
        url=HOOK_URL,
        events=sorted((listening.PAYMENT_POSTED, listening.DENIAL_OPENED)),
        secret=new_secret(),
        opened_by=adele,
        opened_at=opened_at,
        off_at=off_at,
        off_because=Webhook.OffBecause.PERSON,
    )
    audit.record(adele, "webhook_opened", "webhook", hook.pk, practice_id=practice.pk, now=opened_at)
    audit.record(adele, "webhook_off", "webhook", hook.pk, practice_id=practice.pk, now=off_at)
    claims = list(Claim.objects.filter(practice=practice).order_by("number").values_list("pk", flat=True)[:3])
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            webhook=hook,
            event=event,
            data={"claims": claims},
            happened_at=_at(until - dt.timedelta(days=back)),
            tried_at=_at(until - dt.timedelta(days=back), _EVENING) if attempts else None,
            state=state,
            attempts=attempts,
            status=status,
            message=f"it answered {status}" if state == WebhookDelivery.State.FAILED else "",
        )
        for back, event, state, attempts, status in _TOLD
    )


def _disclose(practice: Practice, *, on: dt.date) -> None:
    """A report to a health department, which the patient may ask about (45 CFR 164.512(b), 164.528)."""
    account = Account.objects.filter(practice=practice).order_by("number").first()
    if account is None:
        return
    record_disclosure(
        actor=_user("admin"),
        account_id=account.pk,
        disclosed_on=on,
        recipient="Kings Harbor Department of Health",
        recipient_address="40 Ferry Plaza, Brooklyn, NY 11201",
        what="Name, date of birth, day of service and diagnosis of one visit",
        purpose="Report of a notifiable disease, 45 CFR 164.512(b)",
        today=on,
        now=_at(on),
    )


def _ask(on: dt.date) -> None:
    """A collector wants to leave a deposit out that is more than collectors settle alone since the owner's limit."""
    draft = LimitDraft(
        name="alone_cash_left_out",
        scope=Role.COLLECTOR,
        value=ALONE_CENTS,
        valid_from=on - dt.timedelta(days=60),
        source="Compliance committee, minutes of the autumn meeting",
    )
    add_limit(draft, actor=_user("owner"), now=_at(draft.valid_from))
    stray = RemitException.objects.get(remittance__trace=TRACE)
    reason = "Not ours: the patient was seen by the practice that had this office before. The payer was told by phone."
    ask_second_person(
        stray.pk, action=DISMISS, reason=reason, actor=_user("collector"), today=on, now=_at(on, _EVENING)
    )


def _stray_payment(practice: DemoPractice, payer: DemoPayer, *, on: dt.date) -> str:
    """An 835 that pays one claim which nobody here has billed."""
    charge = STRAY + Decimal("81.60")
    body: list[Segment] = [
        ("BPR", "I", amount(STRAY), "C", "ACH", *[""] * 11, day(on)),
        ("TRN", "1", TRACE, f"1{payer.tin}"),
        ("DTM", "405", day(on)),
        ("N1", "PR", payer.name.upper(), "XV", payer.payer_id),
        ("N3", "PO BOX 99"),
        ("N4", "ANYTOWN", "IL", "60601"),
        ("REF", "2U", payer.payer_id),
        ("PER", "BL", "PROVIDER SERVICE", "TE", payer.phone),
        ("N1", "PE", practice.name.upper(), "XX", practice.npi),
        ("REF", "TJ", practice.tin),
        ("LX", 1),
        ("CLP", "HLM-20871", "1", amount(charge), amount(STRAY), "", "12", "U2087100419", "11", "1"),
        ("NM1", "QC", "1", "BRANNIGAN", "ODA", "", "", "", "MI", "ZQH448120937"),
        ("SVC", "HC:99214", amount(charge), amount(STRAY), "", 1),
        ("DTM", "472", day(on - dt.timedelta(days=44))),
        ("CAS", "CO", "45", amount(charge - STRAY)),
    ]
    return interchange(
        sender=HUB, receiver=practice.npi, on=on, control=CONTROL, functional="HP", version=REMITS,
        transactions=[("835", body)],
    )  # fmt: skip
