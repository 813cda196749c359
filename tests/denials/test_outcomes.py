"""How denials end: by later money of their own payer, with the amount, and what brought it; or lost, and won after all.

The oracle below keeps a denial as one would on paper: a state, a sum, a day.
"""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.money import money
from arwork.staff.models import AuditEvent
from claims.billing.models import Submission
from claims.denials import services
from claims.denials.lists import outcome_words
from claims.denials.models import Denial
from claims.denials.outcomes import SentAnswer, brought_by
from claims.denials.win_rates import own_win_rates
from tests import cast
from tests.cast import NOW, TODAY
from tests.remits.era import PAID_ON, Clp, Era, Svc, buckets, take

DAY = dt.timedelta(days=1)


def _denied(number: str = "H1", *, amount: str = "240.00") -> Denial:
    cast.make_claim(number=number, lines=[amount])
    take(Era([Clp(number, [Svc(amount, "0", [("CO-197", amount)])])], trace=f"D{number}"))
    return Denial.objects.get(claim__number=number)


def _sent_again(row: Denial, on: dt.date, *, frequency: str = "7") -> None:
    Submission.objects.create(
        claim=row.claim,
        frequency=frequency,
        submitted_on=on,
        charge=row.amount,
        state_on=on,
        source=f"{on} {frequency}",
        sequence="P",
    )


class TestWhatBroughtIt:
    """Pure: the last thing sent to the payer that denied, between the denial and the outcome."""

    SENT = (SentAnswer(1, "corrected", PAID_ON + 3 * DAY, "PAYER1"), SentAnswer(1, "appeal", PAID_ON + 9 * DAY))

    @pytest.mark.parametrize(
        ("bucket", "until", "expected"),
        [
            ("PAYER1", 2, "payer"), ("PAYER1", 3, "corrected"), ("PAYER1", 8, "corrected"), ("PAYER1", 9, "appeal"),
            ("PAYER2", 8, "payer"), ("PAYER2", 9, "appeal"),
        ],
    )  # fmt: skip
    def test_the_last_thing_that_was_sent_to_its_payer_before(self, bucket: str, until: int, expected: str) -> None:
        assert brought_by(self.SENT, bucket=bucket, since=PAID_ON, until=PAID_ON + until * DAY) == expected

    def test_what_was_sent_before_the_denial_brought_nothing(self) -> None:
        assert brought_by(self.SENT, bucket="PAYER1", since=PAID_ON + 10 * DAY, until=PAID_ON + 20 * DAY) == "payer"


@pytest.mark.django_db
class TestWon:
    def test_paid_after_a_corrected_claim(self) -> None:
        row = _denied()
        _sent_again(row, PAID_ON - DAY, frequency="1")
        _sent_again(row, PAID_ON + 4 * DAY)
        paid = Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])
        take(Era([paid], trace="P1", paid_on=PAID_ON + 20 * DAY))
        row.refresh_from_db()
        assert (row.state, row.recovered) == ("recovered", money("150.00"))
        assert (row.outcome, row.decided_on, row.came_by) == ("won", PAID_ON + 20 * DAY, "corrected")

    def test_paid_in_part_where_the_payer_still_refuses_some_of_the_line(self) -> None:
        row = _denied()
        paid = Clp("H1", [Svc("240.00", "100.00", [("CO-50", "140.00")])])
        take(Era([paid], trace="P1", paid_on=PAID_ON + 20 * DAY))
        row.refresh_from_db()
        assert (row.state, row.outcome, row.came_by) == ("recovered", "part", "payer")
        assert Denial.objects.exclude(pk=row.pk).get().outcome == ""

    def test_paid_in_part_with_the_same_reason_for_the_rest_it_stays_open_with_what_came(self) -> None:
        row = _denied()
        paid = Clp("H1", [Svc("240.00", "80.00", [("CO-197", "160.00")])])
        take(Era([paid], trace="P1", paid_on=PAID_ON + 20 * DAY))
        row.refresh_from_db()
        assert (row.state, row.outcome) == ("open", "")
        assert (row.amount, row.recovered) == (money("240.00"), money("80.00")), "160 are refused still"
        assert outcome_words(row) == ("open, $80.00 paid", "tag-amber")

    def test_a_correction_that_pays_a_part_and_refuses_the_rest_for_the_same_reason(self) -> None:
        row = _denied()
        take(Era([Clp("H1", [Svc("-240.00", "0", [("CO-197", "-240.00")])], status="22")], trace="B1", paid_on=TODAY))
        row.refresh_from_db()
        assert row.state == "reversed"
        paid = Clp("H1", [Svc("240.00", "80.00", [("CO-197", "160.00")])])
        take(Era([paid], trace="P1", paid_on=TODAY))
        row.refresh_from_db()
        assert (row.state, row.outcome) == ("open", "")
        assert (row.amount, row.recovered) == (money("240.00"), money("80.00"))


def _taken_back(paid: str, cut: str, *, on: dt.date, reason: str = "CO-45", trace: str = "B1") -> None:
    """The payer takes back its answer of `paid` to H1."""
    said = Clp("H1", [Svc("-240.00", f"-{paid}", [(reason, f"-{cut}")])], status="22", icn="P")
    take(Era([said], trace=trace, paid_on=on))


@pytest.mark.django_db
class TestTakenBack:
    """A payment that won a denial and is reversed has won nothing: the refusal stands as before."""

    def test_the_refusal_stands_again_until_the_correction_speaks(self) -> None:
        row = _denied()
        paid = Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])], icn="P")
        take(Era([paid], trace="P1", paid_on=PAID_ON + 2 * DAY))
        _taken_back("150.00", "90.00", on=PAID_ON + 4 * DAY)
        row.refresh_from_db()
        assert (row.state, row.closed_on, row.recovered) == ("open", None, money("0"))
        assert (row.outcome, row.decided_on, row.came_by) == ("", None, "")

        said = Clp("H1", [Svc("240.00", "160.00", [("CO-45", "80.00")])], icn="P")
        take(Era([said], trace="P2", paid_on=PAID_ON + 6 * DAY))
        row.refresh_from_db()
        assert (row.state, row.recovered, row.outcome) == ("recovered", money("160.00"), "won")

    def test_a_part_that_was_paid_is_refused_again(self) -> None:
        row = _denied()
        paid = Clp("H1", [Svc("240.00", "80.00", [("CO-197", "160.00")])], icn="P")
        take(Era([paid], trace="P1", paid_on=PAID_ON + 2 * DAY))
        _taken_back("80.00", "160.00", reason="CO-197", on=PAID_ON + 4 * DAY)
        row.refresh_from_db()
        assert (row.state, row.amount, row.recovered) == ("open", money("240.00"), money("0"))

    def test_what_was_denied_by_an_answer_that_was_taken_back_before_is_not_denied_again(self) -> None:
        row = _denied()
        said = Clp("H1", [Svc("-240.00", "0", [("CO-197", "-240.00")])], status="22")
        take(Era([said], trace="B0", paid_on=PAID_ON + DAY))
        paid = Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])], icn="P")
        take(Era([paid], trace="P1", paid_on=PAID_ON + 2 * DAY))
        row.refresh_from_db()
        assert row.state == "recovered"
        _taken_back("150.00", "90.00", on=PAID_ON + 4 * DAY)
        row.refresh_from_db()
        assert (row.state, row.closed_on, row.recovered) == ("reversed", PAID_ON + DAY, money("0"))
        assert row.outcome == ""


@pytest.mark.django_db
class TestLost:
    def test_its_money_stands_where_it_stood_and_what_is_paid_after_all_wins_it(self) -> None:
        row = _denied()
        ana = cast.make_ana(row.practice)
        services.lose(row.pk, reason="Level two upheld it", came_by="appeal", actor=ana, today=TODAY, now=NOW)
        row.refresh_from_db()
        assert (row.state, row.outcome, row.decided_on, row.came_by) == ("open", "lost", TODAY, "appeal")
        assert buckets(row.claim) == {"PAYER1": "240.00"}
        assert AuditEvent.objects.filter(subject="denial", subject_id=row.pk, action="lose").count() == 1
        with pytest.raises(Conflict):
            services.lose(row.pk, reason="again", came_by="", actor=ana, today=TODAY, now=NOW)

        paid = Clp("H1", [Svc("240.00", "240.00")])
        take(Era([paid], trace="P1", paid_on=TODAY), today=TODAY)
        row.refresh_from_db()
        assert (row.state, row.outcome, row.recovered) == ("recovered", "won", money("240.00"))

    def test_a_loss_is_taken_back_and_nobody_else_may_touch_it(self) -> None:
        row = _denied()
        other = cast.make_oona(cast.make_practice(name="Elsewhere", npi="1679576722", tin="061234568"))
        ana = cast.make_ana(row.practice)
        with pytest.raises(NotFound):
            services.lose(row.pk, reason="no", came_by="", actor=other, today=TODAY, now=NOW)
        services.lose(row.pk, reason="Gave up", came_by="", actor=ana, today=TODAY, now=NOW)
        services.take_back_loss(row.pk, actor=ana, now=NOW)
        row.refresh_from_db()
        assert (row.outcome, row.decided_on, row.came_by) == ("", None, "")
        with pytest.raises(Conflict):
            services.take_back_loss(row.pk, actor=ana, now=NOW)


@pytest.mark.django_db
def test_own_win_rates_count_what_was_decided_and_leave_out_what_was_accepted() -> None:
    rows = [_denied(f"H{number}") for number in range(4)]
    ana = cast.make_ana(rows[0].practice)
    for number, paid in enumerate(("240.00", "100.00")):
        rest = money("240.00") - money(paid)
        cut = [("CO-50", str(rest))] if rest else []
        take(Era([Clp(f"H{number}", [Svc("240.00", paid, cut)])], trace=f"P{number}", paid_on=TODAY), today=TODAY)
    services.lose(rows[2].pk, reason="Upheld", came_by="appeal", actor=ana, today=TODAY, now=NOW)
    services.accept_denial(rows[3].pk, actor=ana, reason="right", today=TODAY, now=NOW)

    found = {one.came_by: one for one in own_win_rates([rows[0].practice_id], today=TODAY, category="authorization")}
    by_payer, appealed = found["payer"], found["appeal"]
    assert (by_payer.won, by_payer.part, by_payer.lost, by_payer.recovered) == (1, 1, 0, money("340.00"))
    assert (appealed.won, appealed.lost, appealed.win_share) == (0, 1, Decimal(0))
    assert own_win_rates([rows[0].practice_id], today=TODAY, category="coding") == []


#: What a payer may say of a line of 100.00 next: who says it, what it pays, what it still denies of it for CO-197.
_answers = st.lists(
    st.tuples(st.sampled_from(["first", "second"]), st.sampled_from([0, 30, 100]), st.booleans()), max_size=4
)


class _OnPaper:
    """The first payer's refusal of 100.00, kept by hand."""

    def __init__(self) -> None:
        self.state, self.recovered, self.outcome, self.refused = "open", 0, "", 100

    def hear(self, payer: str, paid: int, still: bool) -> None:
        if payer != "first" or self.state != "open":
            return
        if still:
            rest = min(self.refused, 100 - paid)
            self.recovered, self.refused = self.recovered + min(paid, self.refused - rest), rest
        elif paid:
            self.state, self.recovered, self.outcome = "recovered", self.recovered + min(paid, self.refused), "won"
        elif self.recovered:
            self.state, self.outcome = "recovered", "part"
        else:
            self.state = "reversed"


@pytest.mark.django_db
@settings(max_examples=12)
@given(_answers)
def test_only_money_of_its_own_payer_wins_a_denial_with_the_amount(answers: list[tuple[str, int, bool]]) -> None:
    with transaction.atomic():
        first, second = cast.make_payer(), cast.make_payer(name="Second", payer_id="SEC")
        cast.make_claim(number="H1", lines=["100.00"], payers=[first, second])
        take(Era([Clp("H1", [Svc("100.00", "0", [("CO-197", "100.00")])])]))
        paper, row = _OnPaper(), Denial.objects.get()
        for number, (who, paid, still) in enumerate(answers, 1):
            if who == "second":
                cut, status, of = [("OA-23", str(100 - paid))], "2", {"payer": "Second", "payer_id": "SEC"}
            else:
                still = still and paid < 100
                rest = str(100 - paid)
                cut = [("CO-197" if still else "CO-45", rest)] if paid < 100 else []
                status, of = "1", {}
            said = Clp("H1", [Svc("100.00", str(paid), cut)], status=status, icn=f"I{number}")
            summary = take(Era([said], trace=f"E{number}", paid_on=PAID_ON + number * DAY, **of))
            if not summary.posted:  # a person looks first: nothing is decided by it
                break
            paper.hear(who, paid, still)
            row.refresh_from_db()
            assert (row.state, row.recovered, row.outcome) == (paper.state, paper.recovered, paper.outcome)
            assert row.state != "open" or row.amount - row.recovered == paper.refused
            if paper.state != "open":
                break
        transaction.set_rollback(True)
