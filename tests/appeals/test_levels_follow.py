"""What comes after an appeal was decided, by a person or by a later remittance; what an unsent one follows."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest

from arwork.lib.errors import Conflict
from collections_app.appeals import following, lists, runs, sending, services
from collections_app.appeals.models import AppealCase
from tests.appeals.conftest import denied_claim
from tests.cast import NOW, TODAY, make_ana, make_practice, make_sol
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
LATER = dt.date(2026, 12, 10)
UPHELD_ON = dt.date(2026, 11, 20)


def opened(found: SimpleNamespace, *, today: dt.date = TODAY) -> AppealCase:
    ids = [found.denial.pk]
    return services.open_case(found.claim.pk, denial_ids=ids, route="appeal", actor=found.ana, today=today, now=NOW)


def waiting(found: SimpleNamespace) -> AppealCase:
    """An appeal that left on the day it was opened, without its packet, which takes long to make."""
    case = opened(found)
    AppealCase.objects.filter(pk=case.pk).update(state="sent", sent_on=TODAY)
    return case


def decided(found: SimpleNamespace, outcome: str) -> AppealCase:
    amount = {"won": Decimal(240), "part": Decimal(100)}.get(outcome, Decimal(0))
    return sending.decide(
        waiting(found).pk, outcome=outcome, decided_on=LATER, amount=amount, words="As they say", actor=found.ana,
        today=LATER, now=NOW,
    )  # fmt: skip


def upheld(found: SimpleNamespace, carc: str) -> None:
    """The payer takes its answer back and denies the line anew, on November 20."""
    gone = Clp("G1", [Svc("-240.00", "0.00", [("CO-50", "-240.00")])], status="22")
    anew = Clp("G1", [Svc("240.00", "0.00", [(f"CO-{carc}", "240.00")])])
    take(Era([gone, anew], trace="EFT-3", paid_on=UPHELD_ON))


@pytest.mark.parametrize("outcome", ["lost", "part", "dismissed"])
def test_after_a_decision_against_us_the_next_level_is_opened(gus: SimpleNamespace, outcome: str) -> None:
    before = decided(gus, outcome)
    case = opened(gus, today=LATER)
    assert (case.level, case.previous_id) == (2, before.pk)
    with pytest.raises(Conflict):
        opened(gus, today=LATER)


def test_what_was_won_waits_for_its_money(gus: SimpleNamespace) -> None:
    decided(gus, "won")
    with pytest.raises(Conflict, match="wait for the payment"):
        opened(gus, today=LATER)


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_what_was_decided_is_not_listed_to_be_appealed_again(db: None, outcome: str) -> None:
    ana, sol = make_ana(make_practice()), make_sol(make_practice())
    first, *_ = [denied_claim(f"R{number}", carc="97", payer_id="ONE") for number in range(3)]
    first.ana = ana
    assert runs.shared_causes(sol)[0].claims == 3
    decided(first, outcome)
    assert lists.denials_to_appeal(first.claim.pk) == []
    assert runs.shared_causes(sol)[0].claims == 2


def test_a_level_that_was_given_up_unsent_is_opened_again(gus: SimpleNamespace) -> None:
    before = decided(gus, "lost")
    mistaken = services.open_next_level(before.pk, received_on=None, actor=gus.ana, today=LATER, now=NOW)
    services.withdraw(mistaken.pk, why="Opened by mistake", actor=gus.ana, today=LATER, now=NOW)
    again = services.open_next_level(before.pk, received_on=None, actor=gus.ana, today=LATER, now=NOW)
    assert (again.level, again.previous_id) == (2, before.pk)


def test_a_later_appeal_of_the_same_denial_keeps_the_next_level_shut(gus: SimpleNamespace) -> None:
    before = decided(gus, "lost")
    opened(gus, today=LATER)
    AppealCase.objects.filter(previous=before).update(previous=None)
    with pytest.raises(Conflict, match="appealed already"):
        services.open_next_level(before.pk, received_on=None, actor=gus.ana, today=LATER, now=NOW)


def test_a_later_remittance_that_upholds_it_loses_it_and_opens_the_next_level(gus: SimpleNamespace) -> None:
    case = waiting(gus)
    upheld(gus, "193")
    assert following.follow_books([gus.claim.pk], today=LATER, now=NOW) == 1
    case.refresh_from_db()
    assert (case.state, case.outcome, case.decided_on) == ("decided", "lost", UPHELD_ON)
    assert case.answer == "A later remittance upheld it."
    [anew] = gus.claim.denials.filter(state="open")
    assert anew.carc == "193"
    standing = lists.standings_of_appeals([gus.claim.pk])[gus.claim.pk][f"denial:{anew.pk}"]
    assert (standing.level, standing.upheld_on) == (1, UPHELD_ON)
    assert lists.denials_to_appeal(gus.claim.pk) == []
    second = services.open_case(gus.claim.pk, denial_ids=[anew.pk], route="appeal", actor=gus.ana, today=LATER, now=NOW)
    assert (second.level, second.previous_id, second.notice_on) == (2, case.pk, UPHELD_ON)
    assert second.amount == Decimal(240)


def test_an_unsent_appeal_of_what_is_denied_anew_is_given_up(gus: SimpleNamespace) -> None:
    case = opened(gus)
    upheld(gus, "193")
    following.follow_books([gus.claim.pk], today=LATER, now=NOW)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("withdrawn", "")


def test_what_a_payer_takes_back_without_a_new_answer_is_not_lost(gus: SimpleNamespace) -> None:
    case = waiting(gus)
    gone = Clp("G1", [Svc("-240.00", "0.00", [("CO-50", "-240.00")])], status="22")
    take(Era([gone], trace="EFT-3", paid_on=UPHELD_ON))
    following.follow_books([gus.claim.pk], today=LATER, now=NOW)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("withdrawn", "")
