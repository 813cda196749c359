"""Who posts and who closes at the same moment: what is posted is in the frozen reports, or refused."""

import datetime as dt
import threading

import pytest
from django.db import connections, transaction

from claims.closing import reports, services
from claims.closing.models import FrozenReport
from claims.ledger import services as ledger
from claims.ledger.services import PeriodClosed
from tests.cast import NOW, make_claim, make_practice, make_sol, move
from tests.closing.books import LATER, OCTOBER, failures, month

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LONG = 10.0


@pytest.mark.parametrize("is_poster_first", [True, False], ids=["the poster first", "the closer first"])
def test_a_posting_is_in_the_frozen_reports_or_refused(is_poster_first: bool) -> None:
    practice = make_practice()
    sol, claim = make_sol(practice), make_claim(practice=practice)
    paid = move(claim.lines.get(), kind="write_off", debit="WO_SMALL", credit="PAYER1", amount="9.00", on=OCTOBER)
    begun, raised = threading.Event(), []

    def post() -> None:
        with transaction.atomic():
            ledger.post([paid], now=NOW)
            begun.set()
            threading.Event().wait(0.5)  # the other waits for the end of this transaction

    def close() -> None:
        with transaction.atomic():
            services.close_month(month(practice), actor=sol, now=LATER)
            begun.set()
            threading.Event().wait(0.5)

    def in_turn(first: bool) -> None:
        try:
            if not first:
                assert begun.wait(LONG)
            (post if first is is_poster_first else close)()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=in_turn, args=(first,)) for first in (True, False)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [type(error) for error in raised] == ([] if is_poster_first else [PeriodClosed])
    later = month(practice, today=dt.date(2026, 12, 1))
    assert all(reports.compare(one, later).is_same for one in FrozenReport.objects.all())
    assert FrozenReport.objects.exists()
    assert not failures(practice)
