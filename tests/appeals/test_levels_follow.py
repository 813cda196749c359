"""What comes after an appeal was decided, by a person or by a later remittance; what an unsent one follows."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest

from arwork.lib.errors import Conflict
from claims.billing.models import Acknowledgment
from claims.remits.models import RemitClaim
from collections_app.appeals import following, lists, runs, sending, services
from collections_app.appeals.case_files import files_of
from collections_app.appeals.models import AppealCase
from tests.appeals.conftest import DENIED_ON, denied_claim
from tests.cast import NOW, TODAY, make_ana, make_claim, make_payer, make_practice, make_sol
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LATER = dt.date(2026, 12, 10)
UPHELD_ON = dt.date(2026, 11, 20)


def opened(found: SimpleNamespace, *, today: dt.date = TODAY) -> AppealCase:
    ids = [found.denial.pk]
    return services.open_case(found.claim.pk, denial_ids=ids, route="appeal", actor=found.ana, today=today, now=NOW)


def waiting(found: SimpleNamespace) -> AppealCase:
    """An appeal that left on November 10, without its packet, which takes long to make."""
    case = opened(found)
    AppealCase.objects.filter(pk=case.pk).update(state="sent", sent_on=TODAY - 10 * DAY)
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


@pytest.mark.parametrize("carc", ["193", "50"])
def test_a_later_remittance_that_upholds_it_loses_it_and_opens_the_next_level(gus: SimpleNamespace, carc: str) -> None:
    case = waiting(gus)
    upheld(gus, carc)
    assert following.follow_books([gus.claim.pk], today=LATER, now=NOW) == 1
    case.refresh_from_db()
    assert (case.state, case.outcome, case.decided_on) == ("decided", "lost", UPHELD_ON)
    assert case.answer == "A later remittance upheld it."
    [anew] = gus.claim.denials.filter(state="open")
    assert anew.carc == carc
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


def test_what_was_paid_before_it_is_sent_is_asked_for_no_more(gus: SimpleNamespace) -> None:
    two = [("CO-50", "100.00")], [("CO-50", "80.00")]
    claim = make_claim(number="G2", lines=("100.00", "80.00"), payers=[gus.payer])
    denied = [Svc("100.00", "0.00", two[0]), Svc("80.00", "0.00", two[1], code="85025")]
    take(Era([Clp("G2", denied)], trace="EFT-4", paid_on=DENIED_ON))
    case = services.open_case(claim.pk, denial_ids=[], route="appeal", actor=gus.ana, today=TODAY, now=NOW)
    assert case.amount == Decimal(180)
    AppealCase.objects.filter(pk=case.pk).update(state="ready")
    paid = [Svc("100.00", "100.00"), Svc("80.00", "0.00", two[1], code="85025")]
    take(Era([Clp("G2", paid)], trace="EFT-5", paid_on=UPHELD_ON))
    assert following.follow_books([claim.pk], today=LATER, now=NOW + DAY) == 0
    assert following.follow_books([claim.pk], today=LATER, now=NOW) == 0
    case.refresh_from_db()
    assert (case.state, case.amount, case.changed_at) == ("drafting", Decimal(80), NOW + DAY)
    assert [one.amount for one in files_of([case.pk], today=TODAY).files[0].denials] == [Decimal(80)]
    assert list(case.events.order_by("pk").values_list("kind", flat=True)) == ["opened", "written"]


def test_a_packet_tells_a_payer_nothing_of_another(gus: SimpleNamespace) -> None:
    case = opened(gus)
    claim, second = gus.claim, make_payer(name="Second", payer_id="SECOND")
    type(claim).objects.filter(pk=claim.pk).update(icn="FIRST-ICN")
    Acknowledgment.objects.create(
        claim=claim, kind="277CA", verdict="accepted", effective_on=DENIED_ON, source="a:1",
        submission=claim.submissions.first(),
    )  # fmt: skip
    [first] = files_of([case.pk], today=TODAY).files
    assert (first.icn, first.coverage.member_id, first.proof.source) == ("ICN1", "M100", "a:1")
    RemitClaim.objects.update(icn="")
    assert files_of([case.pk], today=TODAY).files[0].icn == "FIRST-ICN"
    AppealCase.objects.filter(pk=case.pk).update(payer=second)
    gus.claim.denials.update(payer=second, bucket="PAYER2")
    [other] = files_of([case.pk], today=TODAY).files
    assert (other.icn, other.coverage, other.proof) == ("", None, None)
