"""Two at one check at the same moment: whoever is second is told, and the money is booked once."""

import pytest

from arwork.lib.errors import DomainError
from claims.eobs import drafts, posting, taking_back
from claims.eobs.models import Eob
from claims.ledger.selectors import account_totals
from claims.remits.models import RemitException, Remittance
from tests import cast
from tests.cast import NOW, TODAY
from tests.eobs.entering import entered, typed
from tests.remits.era import Clp, Era, Svc, take
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PAID = {"allowed": "180", "paid": "144"}


def begun():
    claim = cast.make_claim(number="H1", lines=["240.00"])
    sol = cast.make_sol(claim.practice)
    bea = cast.make_user(username="bea", role="supervisor", practices=[claim.practice])
    eob, _ = entered(sol, typed((claim, [PAID])), "144.00")
    return claim, sol, bea, eob


def cash(claim) -> str:
    return f"{account_totals([claim.practice_id])['CASH']}"


@pytest.mark.parametrize("_again", range(3))
def test_two_people_post_one_draft_once(_again: int) -> None:
    claim, sol, bea, eob = begun()
    told = at_once(
        *(
            lambda actor=actor: posting.post_eob(eob.pk, version=eob.version, actor=actor, today=TODAY, now=NOW)
            for actor in (sol, bea)
        )
    )
    assert sorted(isinstance(one, Eob) for one in told) == [False, True], told
    assert (cash(claim), Remittance.objects.count()) == ("144.00", 1)


@pytest.mark.parametrize("_again", range(3))
def test_two_people_save_one_draft_and_one_is_told(_again: int) -> None:
    claim, sol, bea, eob = begun()
    told = at_once(
        *(
            lambda actor=actor, paid=paid: drafts.save_entry(
                eob.pk, typed((claim, [{"paid": paid}])), version=eob.version, actor=actor, now=NOW, today=TODAY
            )
            for actor, paid in ((sol, "1"), (bea, "2"))
        )
    )
    assert sum(isinstance(one, drafts.SavedMeanwhile) for one in told) == 1, told
    kept = Eob.objects.get()
    assert (kept.version, kept.entry["claims"][0]["lines"][0]["paid"] in "12") == (eob.version + 1, True)


@pytest.mark.parametrize("_again", range(4))
def test_a_file_and_a_person_bring_one_check_and_it_is_booked_once(_again: int) -> None:
    claim, sol, _, eob = begun()
    line = Svc("240.00", "144.00", [("CO-45", "60.00"), ("PR-2", "36.00")])
    era = Era([Clp("H1", [line])], trace="40017")
    told = at_once(
        lambda: take(era), lambda: posting.post_eob(eob.pk, version=eob.version, actor=sol, today=TODAY, now=NOW)
    )
    assert cash(claim) == "144.00", told
    is_held = RemitException.objects.filter(code="entered_by_hand", state="open").exists()
    assert is_held or isinstance(told[1], posting.KnownCheck), told


@pytest.mark.parametrize("_again", range(3))
def test_two_people_take_one_back_once(_again: int) -> None:
    claim, sol, bea, eob = begun()
    posting.post_eob(eob.pk, version=eob.version, actor=sol, today=TODAY, now=NOW)
    told = at_once(
        *(
            lambda actor=actor: taking_back.take_back(eob.pk, reason="Wrong", actor=actor, today=TODAY, now=NOW)
            for actor in (sol, bea)
        )
    )
    assert sum(isinstance(one, DomainError) for one in told) == 1, told
    assert (cash(claim), Remittance.objects.count()) == ("0.00", 2)
