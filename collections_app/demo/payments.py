"""Cards in the demo: paid on the card page and kept, charged by themselves, declined, disputed, given back."""

import datetime as dt
from decimal import Decimal
from functools import partial

from django.conf import settings

from arwork.lib import events
from arwork.lib.money import round_money
from claims.ledger.models import Receivable
from collections_app.demo.setting import supervisor
from collections_app.payments import runner, services
from collections_app.payments.applying import apply
from collections_app.payments.methods import keep_token, renew
from collections_app.payments.models import Payment, PaymentMethod
from collections_app.payments.payouts import read_payout
from collections_app.payments.sandbox.processor import Sandbox
from collections_app.payments.words import consent_to_keep

_VISA, _DISPUTED = "4242424242424242", "4000000000000259"
_ACCOUNTS = 7


def take_payments(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last two days, at the sandbox; nothing where another processor is set up."""
    there = settings.CARD_PROCESSOR
    if there.name != Sandbox.name or Payment.objects.exists():
        return
    owing = Receivable.objects.filter(bucket="PATIENT", amount__gt=20, claim__state="open").order_by("-claim__number")
    rows = list({row.account_id: row for row in owing.select_related("account__practice")[:200]}.values())[:_ACCOUNTS]
    if len(rows) < _ACCOUNTS:
        return
    with events.quiet():
        _tell(Sandbox(there.webhook_secret), rows, until, now)


def _tell(there: Sandbox, rows: list[Receivable], until: dt.date, now: dt.datetime) -> None:
    before, then = until - dt.timedelta(days=1), now - dt.timedelta(days=1)
    kept = _by_page(there, rows[0], _VISA, before, then, keeps=True)
    disputed = _by_page(there, rows[1], _DISPUTED, before, then)
    charge = partial(services.charge, on=until, actor=None, today=until, now=now)
    if kept.method_id is not None:
        charge(method_id=kept.method_id, amount=Decimal("15.00"), key="demo-autopay-1")
    poor = _kept(there, rows[2], "nofunds", dt.date(until.year + 2, 5, 31), until, now)
    charge(method_id=poor.pk, amount=Decimal("25.00"), key="demo-autopay-2")
    soon = (until.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    _kept(there, rows[3], "amex", soon, until, now)
    renewed = _kept(there, rows[4], "mastercard", soon, until, now)
    there.replace_card(renewed.token, last4="5100", ends=dt.date(until.year + 4, 3, 31))
    renew(there, renewed.token, now=now)
    part = _by_page(there, rows[4], _VISA, before, then)
    told = there.refund(part.reference, amount=round_money(part.captured / 2), key="demo-refund")
    apply(part.pk, told, actor=supervisor(), today=until, now=now)
    won = _by_page(there, rows[5], _DISPUTED, before, then)
    apply(won.pk, there.end_dispute(won.reference, is_won=True), actor=None, today=until, now=now)
    services.open_card_page(
        account_id=rows[6].account_id, amount=rows[6].amount, key="demo-link", return_url="/paid", actor=supervisor(),
        today=until, now=now, source=Payment.Source.LINK,
    )  # fmt: skip
    paid_out = [one.reference for one in (kept, disputed)]
    read_payout(there, there.pay_out(references=paid_out, arrives_on=until, now=now), now=now)
    runner.run_payments(today=until, now=now)


def _by_page(
    there: Sandbox, row: Receivable, number: str, on: dt.date, at: dt.datetime, *, keeps: bool = False
) -> Payment:
    """Paid by somebody on the phone, on the card page."""
    words = consent_to_keep(row.account.practice.name) if keeps and row.account else ""
    payment = services.open_card_page(
        account_id=row.account_id, amount=row.amount, key=f"demo-page-{row.account_id}", return_url="/paid",
        actor=supervisor(), today=on, now=at, consent_words=words,
    )  # fmt: skip
    there.type_card(payment.session, number=number, expiry=f"12/{on.year + 2}", code="123", now=at, today=on)
    return services.look_again(payment.pk, actor=supervisor(), today=on, now=at)


def _kept(there: Sandbox, row: Receivable, name: str, ends: dt.date, on: dt.date, at: dt.datetime) -> PaymentMethod:
    card = there.keep(card_name=name, expires_on=ends, now=at)
    return keep_token(
        account_id=row.account_id, processor=there.name, card=card, how=PaymentMethod.How.SPOKEN,
        words=consent_to_keep(row.account.practice.name), actor=supervisor(), today=on, now=at,
    )  # fmt: skip
