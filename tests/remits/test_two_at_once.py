"""An import and a person at payments of one claim in two remittances: both come through, whoever is first."""

import datetime as dt
import threading
import time

import pytest
from django.db import connection, connections, transaction

from arwork.lib.errors import Conflict
from arwork.lib.races import ChangedMeanwhile
from arwork.staff.models import User
from claims.billing.models import Claim
from claims.remits import decisions, exceptions, posting
from claims.remits import undo as undo_module
from claims.remits.models import RemitException, Remittance
from claims.remits.selectors import tie_out
from claims.remits.undo import undo_decision
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PAID = Clp("H1", [Svc("240.00", "120.00", [("CO-45", "120.00")])])
REVERSED = Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-120.00")])], status="22")
ELSEWHERE = Clp("NOBODY", [Svc("50.00", "40.00", [("CO-45", "10.00")])], icn="ICN9", member="M9", last="ELSE")
LONG = 10.0


class Meeting:
    """The import stands at the claim and looks for what it cures; the person stands at the other remittance."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.import_has_claim, self.person_has_remittance = threading.Event(), threading.Event()
        self.raised: list[Exception] = []
        cure, lock = posting._retry_once, decisions.locked_exception

        def curing(*args, **kwargs):
            self.import_has_claim.set()
            assert self.person_has_remittance.wait(LONG)
            return cure(*args, **kwargs)

        def locked(*args, **kwargs):
            assert self.import_has_claim.wait(LONG)
            found = lock(*args, **kwargs)
            self.person_has_remittance.set()
            return found

        monkeypatch.setattr(posting, "_retry_once", curing)
        monkeypatch.setattr(decisions, "locked_exception", locked)

    def run(self, *deeds) -> None:
        def safely(deed):
            try:
                deed()
            except Exception as error:
                self.raised.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=safely, args=(deed,)) for deed in deeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def test_a_person_decides_about_the_payment_that_an_import_cures(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    sol = cast.make_sol(claim.practice)
    take(Era([REVERSED], trace="EFT2", paid_on=dt.date(2026, 10, 12)))
    waiting = RemitException.objects.get()
    assert waiting.code == "no_original"
    meeting = Meeting(monkeypatch)
    meeting.run(
        lambda: take(Era([PAID])),
        lambda: exceptions.retry_exception(waiting.pk, actor=sol, today=cast.TODAY, now=cast.NOW),
    )
    assert meeting.raised == []
    assert buckets(claim) == {"PAYER1": "240.00"}
    assert [tie_out(row.pk).is_tied for row in Remittance.objects.all()] == [True, True]
    assert set(RemitException.objects.values_list("state", flat=True)) == {"resolved"}


def test_a_payment_is_cured_once_a_person_is_done_with_another_of_its_remittance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    sol = cast.make_sol(claim.practice)
    take(Era([REVERSED, ELSEWHERE], trace="EFT2", paid_on=dt.date(2026, 10, 12)))
    other = RemitException.objects.get(code="unmatched")
    meeting = Meeting(monkeypatch)
    meeting.run(
        lambda: take(Era([PAID])),
        lambda: exceptions.dismiss_exception(
            other.pk, reason="not a patient of ours", actor=sol, today=cast.TODAY, now=cast.NOW
        ),
    )
    assert meeting.raised == []
    assert buckets(claim) == {"PAYER1": "240.00"}
    assert dict(RemitException.objects.values_list("code", "state")) == {
        "no_original": "resolved",
        "unmatched": "dismissed",
    }
    assert set(Remittance.objects.values_list("state", flat=True)) == {"posted"}


@pytest.fixture
def decided() -> tuple[RemitException, Claim, User]:
    """A payment of another number that somebody gave to a claim a moment ago."""
    claim = cast.make_claim(number="H1", lines=["240.00"])
    sol = cast.make_sol(claim.practice)
    take(Era([Clp("ZZ9", [Svc("240.00", "120.00", [("CO-45", "120.00")])], icn="ICN9", member="M9", last="ELSE")]))
    waiting = RemitException.objects.get()
    exceptions.match_exception(waiting.pk, claim_id=claim.pk, actor=sol, today=cast.TODAY, now=cast.NOW)
    return waiting, claim, sol


def undo(waiting: RemitException, sol: User) -> RemitException:
    return undo_decision(waiting.pk, actor=sol, today=cast.TODAY, now=cast.NOW)


def test_two_undo_the_same_and_one_is_told(decided: tuple[RemitException, Claim, User]) -> None:
    waiting, claim, sol = decided
    results = at_once(lambda: undo(waiting, sol), lambda: undo(waiting, sol))
    assert sorted(isinstance(one, Conflict) for one in results) == [False, True], results
    assert buckets(claim) == {"PAYER1": "240.00"}


def test_an_undo_that_waits_for_who_waits_for_it_is_told_to_look_again(
    decided: tuple[RemitException, Claim, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, claim, sol = decided
    has_claim, has_remittance, lock = threading.Event(), threading.Event(), decisions.locked_exception

    def locked(*args, **kwargs):
        assert has_claim.wait(LONG)
        found = lock(*args, **kwargs)
        has_remittance.set()
        time.sleep(0.5)  # now the other one waits for it
        return found

    def impatient():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '10ms'")
            return undo(waiting, sol)

    def other():
        with transaction.atomic():
            Claim.objects.select_for_update().get(pk=claim.pk)
            has_claim.set()
            assert has_remittance.wait(LONG)
            Remittance.objects.select_for_update().get(pk=waiting.remittance_id)

    monkeypatch.setattr(undo_module, "locked_exception", locked)
    undone, came_through = at_once(impatient, other)
    assert came_through is None
    assert isinstance(undone, ChangedMeanwhile), undone
    waiting.refresh_from_db()
    assert waiting.state == "resolved"
