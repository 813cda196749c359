"""What a person enters posts as an 835 does: once it ties, by the same engine, and is taken back as a whole."""

import datetime as dt

import pytest

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.money import money
from arwork.staff.models import AuditEvent, User
from claims.billing.models import Claim, Submission
from claims.denials.models import Denial
from claims.eobs import drafts, posting, taking_back
from claims.eobs.models import Eob
from claims.ledger.models import Posting
from claims.ledger.periods import close_period
from claims.ledger.selectors import account_totals
from claims.practices.models import Practice
from claims.remits import exceptions
from claims.remits.models import RemitClaim, RemitException, Remittance
from claims.remits.selectors import tie_out
from claims.remits.verify import verify
from tests import cast
from tests.cast import NOW, TODAY
from tests.eobs.entering import entered, post, typed
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db
PAID = {"allowed": "180", "paid": "144"}


@pytest.fixture
def claim() -> Claim:
    return cast.make_claim(number="H1", lines=["240.00"])


@pytest.fixture
def sol(claim: Claim) -> User:
    return cast.make_sol(claim.practice)


def proven() -> None:
    practices = list(Practice.objects.values_list("pk", flat=True))
    assert [check.name for check in verify(practices) if not check.holds] == []


def test_allowed_and_paid_are_enough_for_a_common_line(claim: Claim, sol: User) -> None:
    eob = post(sol, typed((claim, [PAID])), "144.00")
    assert eob.state == "posted"
    assert buckets(claim) == {"PATIENT": "36.00"}
    moved = Posting.objects.filter(claim=claim).exclude(kind="charge")
    told = set(moved.values_list("kind", "group", "carc", "amount"))
    assert told == {
        ("payer_payment", "", "", money("144.00")),
        ("contractual", "CO", "45", money("60.00")),
        ("transfer", "PR", "2", money("36.00")),
    }
    remittance = Remittance.objects.get()
    assert (remittance.source, remittance.state, remittance.transaction_id) == ("by_hand", "posted", None)
    assert (remittance.practice_id, remittance.amount, remittance.method) == (claim.practice_id, money("144.00"), "CHK")
    assert tie_out(remittance.pk).is_tied
    assert Submission.objects.get(claim=claim).state == "adjudicated"
    proven()


def test_nothing_posts_before_it_ties_to_the_cent(claim: Claim, sol: User) -> None:
    eob, reading = entered(sol, typed((claim, [PAID])), "144.01")
    assert (reading.difference, reading.is_tied) == (money("0.01"), False)
    with pytest.raises(posting.NotTied, match="does not make the check"):
        posting.post_eob(eob.pk, version=eob.version, actor=sol, today=TODAY, now=NOW)
    assert not Remittance.objects.exists()
    eob.refresh_from_db()
    assert (eob.state, eob.entered_amount) == ("draft", money("144.00"))


def test_interest_and_what_is_taken_back_are_rows_at_provider_level(claim: Claim, sol: User) -> None:
    post(sol, typed((claim, [PAID]), provider=[("L6", "1.50"), ("WO", "-20")]), "125.50")
    remittance = Remittance.objects.get()
    rows = list(remittance.provider_adjustments.values_list("code", "amount", "account"))
    assert rows == [("L6", money("-1.50"), "INTEREST"), ("WO", money("20.00"), "RECOUPMENT")]
    assert tie_out(remittance.pk).is_tied
    assert RemitException.objects.get().code == "unsettled_plb"
    proven()


def test_a_denial_stays_with_the_payer_and_becomes_work(claim: Claim, sol: User) -> None:
    post(sol, typed((claim, [{"allowed": "0", "paid": "0", "other": "CO-50 240", "remarks": "n115"}])), "0")
    assert buckets(claim) == {"PAYER1": "240.00"}
    denial = Denial.objects.get()
    assert (denial.carc, denial.amount, denial.state) == ("50", money("240.00"), "open")


def test_what_the_engine_asks_about_waits_as_in_a_file(claim: Claim, sol: User) -> None:
    post(sol, typed((claim, [{"paid": "300", "contractual": "-60"}])), "300.00")
    assert RemitException.objects.get().code in ("over_credit", "unbalanced")
    assert account_totals([claim.practice_id])["UNAPPLIED"] == money("-300.00")
    proven()


def test_it_is_taken_back_as_a_whole_and_entered_anew(claim: Claim, sol: User) -> None:
    other = cast.make_claim(number="H2", lines=["100.00"])
    denied = {"allowed": "0", "paid": "0", "other": "CO-197 100"}
    eob = post(sol, typed((claim, [PAID]), (other, [denied]), provider=[("L6", "2.00")]), "146.00")
    assert Denial.objects.get().state == "open"
    back = taking_back.take_back(eob.pk, reason="Entered on the wrong patient", actor=sol, today=TODAY, now=NOW)
    assert (back.state, back.ended_because) == ("taken_back", "Entered on the wrong patient")
    assert [buckets(one) for one in (claim, other)] == [{"PAYER1": "240.00"}, {"PAYER1": "100.00"}]
    totals = account_totals([claim.practice_id])
    assert {name: totals.get(name, 0) for name in ("CASH", "UNAPPLIED", "INTEREST", "CONTRACTUAL")} == dict.fromkeys(
        ("CASH", "UNAPPLIED", "INTEREST", "CONTRACTUAL"), 0
    )
    assert Denial.objects.get().state != "open"
    assert set(Submission.objects.values_list("state", flat=True)) == {"sent"}
    assert not Claim.objects.exclude(awaiting_correction_since=None).exists()
    assert not RemitException.objects.filter(state="open").exists()
    assert {(tie_out(one.pk).is_tied, one.state) for one in Remittance.objects.all()} == {(True, "posted")}
    again = taking_back.enter_anew(eob.pk, actor=sol, now=NOW)
    assert (again.state, again.is_tied, again.entry) == ("draft", True, back.entry)
    posted = posting.post_eob(again.pk, version=again.version, actor=sol, today=TODAY, now=NOW)
    assert posted.state == "posted"
    assert buckets(claim) == {"PATIENT": "36.00"}
    proven()


def test_what_never_posted_of_it_is_undone_with_it(claim: Claim, sol: User) -> None:
    eob = post(sol, typed((claim, [{"paid": "300", "contractual": "-60"}])), "300.00")
    taking_back.take_back(eob.pk, reason="Typed wrong", actor=sol, today=TODAY, now=NOW)
    assert set(RemitClaim.objects.values_list("state", flat=True)) == {"dismissed"}
    assert not RemitException.objects.filter(state="open").exists()
    assert account_totals([claim.practice_id]).get("UNAPPLIED", 0) == 0
    with pytest.raises(Conflict, match="Only what is posted"):
        taking_back.take_back(eob.pk, reason="Once more", actor=sol, today=TODAY, now=NOW)
    proven()


def era(number: str = "H1", *, trace: str = "0040017", payer: str = "Meridian Choice") -> Era:
    line = Svc("240.00", "144.00", [("CO-45", "60.00"), ("PR-2", "36.00")])
    return Era([Clp(number, [line])], trace=trace, payer=payer)


def test_the_835_that_comes_after_the_paper_books_nothing_twice(claim: Claim, sol: User) -> None:
    eob = post(sol, typed((claim, [PAID])), "144.00")
    told = take(era())
    assert told.status == "staged"
    hold = RemitException.objects.get(state="open")
    assert hold.code == "entered_by_hand"
    assert "This check was entered by hand before: 144.00 under 40017" in hold.detail
    assert account_totals([claim.practice_id])["CASH"] == money("144.00")
    with pytest.raises(Conflict, match="was entered by hand before"):
        exceptions.accept_exception(hold.pk, actor=sol, today=TODAY, now=NOW)
    taking_back.take_back(eob.pk, reason="The file is here", actor=sol, today=TODAY, now=NOW)
    hold.refresh_from_db()
    assert hold.state == "resolved"
    assert account_totals([claim.practice_id])["CASH"] == money("144.00")
    assert buckets(claim) == {"PATIENT": "36.00"}
    proven()


def test_the_file_may_be_left_out_by_whoever_sees_it(claim: Claim, sol: User) -> None:
    post(sol, typed((claim, [PAID])), "144.00")
    take(era())
    ana = cast.make_ana(claim.practice)
    hold = RemitException.objects.get(state="open")
    exceptions.dismiss_exception(hold.pk, reason="Same check", actor=ana, today=TODAY, now=NOW)
    assert Remittance.objects.get(source="file").state == "left_out"
    proven()


def test_a_check_of_another_payer_with_that_number_is_a_question(claim: Claim, sol: User) -> None:
    post(sol, typed((claim, [PAID])), "144.00")
    cast.make_claim(number="H2", lines=["240.00"])
    take(era("H2", payer="Other Health"))
    hold = RemitException.objects.get(code="entered_by_hand")
    assert "Accept it if it is another one" in hold.detail
    exceptions.accept_exception(hold.pk, actor=sol, today=TODAY, now=NOW)
    assert account_totals([claim.practice_id])["CASH"] == money("288.00")
    proven()


def test_a_check_that_is_here_already_is_named_before_it_posts(claim: Claim, sol: User) -> None:
    take(era(trace="40017"))
    other = cast.make_claim(number="H2", lines=["240.00"])
    eob, _ = entered(sol, typed((other, [PAID])), "144.00", trace="00-40017")
    assert [one.trace for one in posting.twins_of(eob)] == ["40017"]
    with pytest.raises(posting.KnownCheck, match="came from a file before, so nothing was posted"):
        posting.post_eob(eob.pk, version=eob.version, actor=sol, today=TODAY, now=NOW)
    why = "The payer sent two checks under one number"
    posted = posting.post_eob(eob.pk, version=eob.version, another_because=why, actor=sol, today=TODAY, now=NOW)
    assert (posted.state, posted.another_because) == ("posted", why)


def test_two_people_never_overwrite_each_other(claim: Claim, sol: User) -> None:
    bea = cast.make_user(username="bea", role="supervisor", practices=[claim.practice])
    eob, _ = entered(sol, typed((claim, [{"allowed": "180"}])), "144.00")
    drafts.save_entry(eob.pk, typed((claim, [PAID])), version=2, actor=bea, now=NOW, today=TODAY)
    with pytest.raises(drafts.SavedMeanwhile, match="Bea Test saved this EOB at"):
        drafts.save_entry(eob.pk, typed((claim, [{"allowed": "1"}])), version=2, actor=sol, now=NOW, today=TODAY)
    with pytest.raises(drafts.SavedMeanwhile):
        posting.post_eob(eob.pk, version=2, actor=sol, today=TODAY, now=NOW)
    eob.refresh_from_db()
    assert (eob.version, eob.entry["claims"][0]["lines"][0]["paid"]) == (3, "144")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"paid_on": TODAY + dt.timedelta(days=1), "received_on": TODAY + dt.timedelta(days=1)}, "received_on"),
        ({"paid_on": TODAY, "received_on": TODAY - dt.timedelta(days=1)}, "paid_on"),
        ({"trace": ""}, "trace"),
        ({"method": "NON"}, "method"),
        ({"payer_id": 0}, "payer_id"),
    ],
)
def test_what_a_check_cannot_be_is_said_at_its_field(claim: Claim, sol: User, facts: dict, field: str) -> None:
    with pytest.raises(DomainError) as raised:
        entered(sol, typed((claim, [PAID])), "144.00", **facts)
    assert raised.value.facts["field"] == field


def test_no_deposit_is_added_to_a_month_that_is_closed(claim: Claim, sol: User) -> None:
    close_period(actor=sol, practice_id=claim.practice_id, ends_on=dt.date(2026, 10, 31), now=NOW)
    eob, _ = entered(sol, typed((claim, [PAID])), "144.00")
    with pytest.raises(DomainError, match="closed through Oct 31, 2026") as raised:
        posting.post_eob(eob.pk, version=eob.version, actor=sol, today=TODAY, now=NOW)
    assert raised.value.facts["field"] == "received_on"


def test_who_may_not_post_money_enters_nothing(claim: Claim) -> None:
    ana, carl = cast.make_ana(claim.practice), cast.make_user(username="carl", role="supervisor")
    with pytest.raises(Forbidden):
        entered(ana, typed((claim, [PAID])), "144.00")
    with pytest.raises(NotFound):
        entered(carl, typed((claim, [PAID])), "144.00")
    assert not Eob.objects.exists()


def test_each_step_stands_in_the_trail(claim: Claim, sol: User) -> None:
    eob = post(sol, typed((claim, [PAID])), "144.00")
    taking_back.take_back(eob.pk, reason="Wrong", actor=sol, today=TODAY, now=NOW)
    done = AuditEvent.objects.filter(subject="eob").order_by("pk").values_list("action", flat=True)
    assert list(done) == ["eob_opened", "eob_saved", "eob_posted", "eob_taken_back"]
