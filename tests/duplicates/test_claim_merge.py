"""Two claims become one and two again: money by postings, papers by name, numbers that find the one that stays."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from arwork.lib.errors import Conflict, Forbidden, NotFound
from arwork.lib.money import money
from claims.billing import selectors as billing
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine, PossibleDuplicate, Submission
from claims.duplicates import claim_questions
from claims.duplicates.claim_merge import MergeRefused, merge_claims, take_claims_apart
from claims.duplicates.merge_plan import plan_merge
from claims.ledger import services as ledger
from claims.ledger.models import Period, Posting
from claims.practices.models import Practice
from claims.remits.models import RemitClaim, RemitException
from tests import cast
from tests.duplicates.conftest import ensure_books_hold, how_books_stand
from tests.edi_intake.conftest import NOW, TODAY, TakeIn
from tests.edi_intake.writing import NPI, TIN, Sent, write_837
from tests.remits.era import Clp, Era, Svc

pytestmark = pytest.mark.django_db
GUS = Sent(number="A-1", charge="200.00", lines=(("99213", "150.00"), ("85025", "50.00")), served="20260914")
PAYEE = Practice(name="Harbor Clinic", npi=NPI, tin=TIN)
TWO_LINES = [
    Svc("150.00", "80.00", [("CO-45", "40.00"), ("PR-2", "30.00")], code="99213"),
    Svc("50.00", "50.00", code="85025"),
]


def answer(number: str, *, trace: str = "T1", status: str = "1", lines: list[Svc] | None = None) -> bytes:
    made = Clp(number, lines or TWO_LINES, status=status, icn=f"I{number}", member="MBR001")
    return Era([made], trace=trace, practice=PAYEE).text().encode()


def reversal(number: str, *, trace: str) -> bytes:
    back = [
        Svc("-150.00", "-80.00", [("CO-45", "-40.00"), ("PR-2", "-30.00")], code="99213"),
        Svc("-50.00", "-50.00", code="85025"),
    ]
    return answer(number, trace=trace, status="22", lines=back)


@pytest.fixture
def both(take_in: TakeIn, practice: Practice) -> tuple[Claim, Claim]:
    """The claim that stood first, and the one that repeats it."""
    take_in(write_837([GUS], sent_on="20260916"))
    take_in(write_837([GUS.but(number="B-7")], control=2, sent_on="20260920"))
    return Claim.objects.get(number="A-1"), Claim.objects.get(number="B-7")


def owed() -> dict[str, str]:
    found = {one: sum(getattr(line, one.lower()) for line in ClaimLine.objects.all()) for one in BUCKETS}
    return {one: str(amount) for one, amount in found.items() if amount}


def merge(gone: Claim, kept: Claim):
    sol = cast.make_sol(gone.practice)
    return merge_claims(gone.pk, into=kept.pk, actor=sol, today=TODAY, now=NOW), sol


def test_the_receivable_stands_once_and_twice_again(both: tuple[Claim, Claim]) -> None:
    kept, gone = both
    stood = how_books_stand()
    assert owed() == {"PAYER1": "400.00"}
    merger, sol = merge(gone, kept)
    assert owed() == {"PAYER1": "200.00"}
    gone.refresh_from_db()
    assert (gone.state, gone.merged_into_id, gone.balance) == (Claim.State.VOID, kept.pk, 0)
    assert Submission.objects.filter(claim=kept).count() == 2
    ensure_books_hold()
    take_claims_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    assert how_books_stand() == stood
    ensure_books_hold()


@pytest.mark.parametrize("number", ["A-1", "B-7"])
def test_an_answer_to_either_number_posts_to_the_one_that_stays(
    both: tuple[Claim, Claim], take_in: TakeIn, number: str
) -> None:
    kept, gone = both
    merge(gone, kept)
    take_in(answer(number))
    assert RemitException.objects.filter(state="open").count() == 0
    assert RemitClaim.objects.get().claim_id == kept.pk
    assert owed() == {"PATIENT": "30.00"}
    ensure_books_hold()


@pytest.mark.parametrize("paid", ["A-1", "B-7"])
def test_an_answer_from_before_comes_along_and_is_taken_back_by_its_payer(
    both: tuple[Claim, Claim], take_in: TakeIn, paid: str
) -> None:
    kept, gone = both
    take_in(answer(paid))
    stood = how_books_stand()
    merger, sol = merge(gone, kept)
    assert owed() == {"PATIENT": "30.00"}
    take_claims_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    assert how_books_stand() == stood
    merge_claims(gone.pk, into=kept.pk, actor=sol, today=TODAY, now=NOW)
    take_in(reversal(paid, trace="T2"))
    assert owed() == {"PAYER1": "200.00"}
    ensure_books_hold()


def test_what_was_paid_twice_is_said_before_and_leaves_the_overpayment(
    both: tuple[Claim, Claim], take_in: TakeIn
) -> None:
    kept, gone = both
    take_in(answer("A-1"))
    take_in(answer("B-7", trace="T2"))
    plan = plan_merge(gone, kept)
    assert "Payers paid both: $130.00 on the one that goes, $130.00 on the one that stays." in plan.warnings[0]
    assert plan.after["PAYER1"] == money("-130.00")
    merge(gone, kept)
    assert owed() == {"PAYER1": "-130.00", "PATIENT": "30.00"}
    ensure_books_hold()
    take_in(reversal("B-7", trace="T3"))  # the payer takes the second payment back: nothing else is left of it
    assert owed() == {"PATIENT": "30.00"}
    ensure_books_hold()


def test_what_the_payer_took_back_meanwhile_comes_back_to_neither(both: tuple[Claim, Claim], take_in: TakeIn) -> None:
    kept, gone = both
    take_in(answer("B-7"))
    merger, sol = merge(gone, kept)
    take_in(reversal("B-7", trace="T2"))
    take_claims_apart(merger.pk, actor=sol, today=TODAY, now=NOW)
    assert owed() == {"PAYER1": "400.00"}
    ensure_books_hold()


def test_the_bill_sent_again_under_the_other_number_opens_nothing(both: tuple[Claim, Claim], take_in: TakeIn) -> None:
    kept, gone = both
    merge(gone, kept)
    take_in(write_837([GUS.but(number="B-7")], control=3, sent_on="20261020"))
    take_in(write_837([GUS.but(number="B-7", frequency="8")], control=4, sent_on="20261022"))
    assert Claim.objects.count() == 2
    assert owed() == {"PAYER1": "200.00"}, "voiding the one bill of two leaves the other"
    take_in(write_837([GUS.but(frequency="8")], control=5, sent_on="20261023"))
    assert owed() == {}
    ensure_books_hold()


def test_both_numbers_find_it(both: tuple[Claim, Claim]) -> None:
    kept, gone = both
    _, sol = merge(gone, kept)
    for number in ("A-1", "B-7"):
        assert [claim.pk for claim in billing.claims_numbered(actor=sol, text=number)][:1] == [kept.pk]


def test_a_claim_that_bills_more_is_no_duplicate(take_in: TakeIn) -> None:
    take_in(write_837([GUS, GUS.but(number="C-1", charge="260.00", lines=(("99213", "150.00"), ("99080", "110.00")))]))
    kept, gone = Claim.objects.order_by("number")
    with pytest.raises(MergeRefused, match="Line 2 of claim C-1"):
        merge(gone, kept)
    assert owed() == {"PAYER1": "460.00"}


def test_two_patients_are_merged_first(take_in: TakeIn) -> None:
    take_in(write_837([GUS, GUS.but(number="C-1", born="19610413")]))
    kept, gone = Claim.objects.order_by("number")
    with pytest.raises(MergeRefused, match="two patients"):
        merge(gone, kept)


def test_who_may_and_within_which_walls(both: tuple[Claim, Claim]) -> None:
    kept, gone = both
    elsewhere = cast.make_practice(name="Elsewhere", npi="1679576722", tin="061234568")
    with pytest.raises(Forbidden):
        merge_claims(gone.pk, into=kept.pk, actor=cast.make_ana(gone.practice), today=TODAY, now=NOW)
    with pytest.raises(NotFound):
        merge_claims(gone.pk, into=kept.pk, actor=cast.make_sol(elsewhere), today=TODAY, now=NOW)


def test_closed_books_take_no_merger(both: tuple[Claim, Claim]) -> None:
    kept, gone = both
    sol = cast.make_sol(gone.practice)
    Period.objects.create(practice=gone.practice, ends_on=TODAY, closed_at=NOW, closed_by=sol)
    with pytest.raises(ledger.PeriodClosed), transaction.atomic():
        merge_claims(gone.pk, into=kept.pk, actor=sol, today=TODAY, now=NOW)
    gone.refresh_from_db()
    assert gone.merged_into_id is None


def test_a_claim_that_another_one_stands_for_takes_no_posting(both: tuple[Claim, Claim]) -> None:
    kept, gone = both
    line = gone.lines.get(number=1)
    merge(gone, kept)
    paid = cast.move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="10.00", on=TODAY)
    with pytest.raises(ledger.ClaimMerged):
        ledger.post([paid], now=NOW)


def test_a_decision_is_remembered_and_undone(both: tuple[Claim, Claim], take_in: TakeIn) -> None:
    kept, gone = both
    question = PossibleDuplicate.objects.get()
    sol, ana = cast.make_sol(gone.practice), cast.make_ana(gone.practice)
    assert str(claim_questions.counted_twice(actor=sol)) == "200.00"
    claim_questions.keep_both(question.pk, actor=ana, now=NOW)
    take_in(write_837([GUS.but(number="B-7")], control=9, sent_on="20261101"))
    assert not claim_questions.questions(actor=sol).exists()
    with pytest.raises(Conflict):
        claim_questions.keep_both(question.pk, actor=ana, now=NOW)
    claim_questions.take_decision_back(question.pk, actor=ana, today=TODAY, now=NOW)
    stood = how_books_stand()
    claim_questions.settle_as_same(question.pk, keep=kept.pk, actor=sol, today=TODAY, now=NOW)
    assert owed() == {"PAYER1": "200.00"}
    with pytest.raises(Forbidden):
        claim_questions.take_decision_back(question.pk, actor=ana, today=TODAY, now=NOW)
    claim_questions.take_decision_back(question.pk, actor=sol, today=TODAY, now=NOW)
    assert how_books_stand() == stood


STORIES: dict[str, Callable[[ClaimLine, int], ledger.Entry]] = {
    "paid": lambda line, n: _move(line, n, "payer_payment", "CASH", "PAYER1", "40.00"),
    "reduced": lambda line, n: _move(line, n, "contractual", "CONTRACTUAL", "PAYER1", "15.00"),
    "to patient": lambda line, n: _move(line, n, "transfer", "PATIENT", "PAYER1", "25.00"),
    "patient paid": lambda line, n: _move(line, n, "patient_payment", "CASH", "PATIENT", "25.00"),
    "written off": lambda line, n: _move(line, n, "write_off", "WO_SMALL", "PATIENT", "10.00"),
    "all paid": lambda line, n: _move(line, n, "payer_payment", "CASH", "PAYER1", "150.00"),
}


def _move(line: ClaimLine, n: int, kind: str, debit: str, credit: str, amount: str) -> ledger.Entry:
    on = dt.date(2026, 9, 20) + dt.timedelta(days=n)
    return cast.move(line, kind=kind, debit=debit, credit=credit, amount=amount, on=on, tag=n)


events = st.lists(st.tuples(st.sampled_from([*STORIES, "reversed"]), st.booleans(), st.integers(0, 9)), max_size=9)


PHASES = (Phase.explicit, Phase.generate)


class _Undo(Exception):
    pass


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(events, st.booleans())
@example([("to patient", True, 1), ("all paid", False, 6), ("all paid", False, 0), ("paid", False, 1)], False)
@example([("to patient", False, 6), ("all paid", True, 0), ("all paid", True, 3), ("written off", False, 0)], True)
def test_any_books_are_the_same_after_a_merger_and_its_taking_back(
    both: tuple[Claim, Claim], story: list[tuple[str, bool, int]], is_turned: bool
) -> None:
    lines = [claim.lines.get(number=1) for claim in both]
    sol = cast.User.objects.filter(username="sol").first() or cast.make_sol(both[0].practice)
    try:
        with transaction.atomic():
            for n, (what, of_gone, choice) in enumerate(story):
                line = lines[of_gone]
                if what == "reversed":
                    rows = Posting.objects.filter(line=line, reverses=None, reversed_by=None).exclude(kind="charge")
                    ids = list(rows.order_by("pk").values_list("pk", flat=True))
                    on = dt.date(2026, 10, 20) + dt.timedelta(days=n)
                    ledger.reverse(ids[choice % len(ids) :][:1] if ids else [], posted_on=on, now=NOW)
                else:
                    ledger.post([STORIES[what](line, n)], now=NOW)
            later = NOW + dt.timedelta(minutes=1)
            stood, total = how_books_stand(), sum(money(one) for one in owed().values())
            gone, kept = (both[0], both[1]) if is_turned else (both[1], both[0])
            plan = plan_merge(Claim.objects.get(pk=gone.pk), Claim.objects.get(pk=kept.pk))
            merger = merge_claims(gone.pk, into=kept.pk, actor=sol, today=TODAY, now=later)
            ensure_books_hold()
            found = {one: str(amount) for one, amount in plan.after.items() if amount}
            assert owed() == found, "what was shown before is what came"
            take_claims_apart(merger.pk, actor=sol, today=TODAY, now=later)
            assert how_books_stand() == stood
            assert sum(money(one) for one in owed().values()) == total
            ensure_books_hold()
            raise _Undo
    except _Undo:
        pass
