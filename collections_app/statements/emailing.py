"""Statements by e-mail, of people who agreed to be written to so: a message that leads to the patient's own page, where
the statement is. What can't be sent so goes by mail with the others."""

import datetime as dt

from arwork.lib.errors import DomainError
from collections_app.contacts.gate import EMAIL, Purpose
from collections_app.deliveries import services as deliveries
from collections_app.deliveries.links import link_to_read
from collections_app.deliveries.models import Delivery
from collections_app.statements.models import Statement, StatementRun


def announce_run(run: StatementRun, *, today: dt.date, now: dt.datetime) -> int:
    """Queue a message for each statement of a released run that goes by e-mail and has none; how many. One that can't
    be sent, or has no page to lead to, is mailed. Done again after a crash, it goes on."""
    rows = Statement.objects.filter(
        run=run, state=Statement.State.RELEASED, channel=Statement.Channel.EMAIL, delivery=None
    )
    count = 0
    for statement in rows.select_related("account__guarantor", "account__practice").order_by("pk"):
        sent = _sent(statement, today=today, now=now)
        if sent is None:
            Statement.objects.filter(pk=statement.pk).update(channel=Statement.Channel.MAIL)
        else:
            Statement.objects.filter(pk=statement.pk).update(delivery=sent)
            count += 1
    return count


def _sent(statement: Statement, *, today: dt.date, now: dt.datetime) -> Delivery | None:
    if not link_to_read(statement.account, now=now, today=today):
        return None
    try:
        sent = deliveries.send(
            account_id=statement.account_id, channel=EMAIL, purpose=Purpose.STATEMENT, actor=None, now=now, today=today
        )
    except DomainError:
        return None
    return None if sent.state == Delivery.State.REFUSED else sent
