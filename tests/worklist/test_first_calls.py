"""Nobody is asked to call a patient who was never billed: the clock of each visit starts with its first statement."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.dates import next_business_day
from claims.ledger import services as ledger
from claims.ledger.models import Receivable
from collections_app.limits import services as limits
from collections_app.worklist import patient_account, queue, rule_changes
from collections_app.worklist import services as worklist
from collections_app.worklist.first_calls import first_call_on, first_statement_on, statement_words
from collections_app.worklist.models import QueueEntry, WorkItem
from tests.cast import NOW, TODAY, make_claim, make_oona, make_patient, make_sol, move

DAY = dt.timedelta(days=1)
NOV_9, NOV_19 = dt.date(2026, 11, 9), dt.date(2026, 11, 19)


class TestTheRule:
    @pytest.mark.parametrize(
        ("known", "sent_after", "statement"),
        [
            (None, None, None),  # nobody knows of a statement
            (None, 10, NOV_19),  # sent elsewhere, ten days after
            (None, 0, NOV_9),
            (dt.date(2026, 11, 12), None, dt.date(2026, 11, 12)),
            (dt.date(2026, 11, 12), 10, dt.date(2026, 11, 12)),  # what is known beats what is usual
        ],
    )
    def test_the_first_statement(self, known, sent_after, statement):
        assert first_statement_on(since_on=NOV_9, known_on=known, sent_after=sent_after) == statement

    @pytest.mark.parametrize(
        ("statements", "call"),
        [
            ((), None),
            ((None, None), None),
            ((dt.date(2026, 11, 21),), None),  # tomorrow's statement starts no clock today
            ((NOV_9,), NOV_9 + 30 * DAY),
            ((None, NOV_19, NOV_9), NOV_9 + 30 * DAY),
            ((dt.date(2026, 10, 22),), dt.date(2026, 11, 23)),  # day 30 is a Saturday
        ],
    )
    def test_the_first_call(self, statements, call):
        assert first_call_on(statements, today=TODAY, after=30) == call

    def test_its_words(self):
        assert (statement_words(None), statement_words(NOV_9)) == ("no statement known", "first statement Nov 9")


DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))


@given(st.lists(st.none() | DAYS, max_size=6), DAYS, st.integers(0, 90))
def test_no_call_comes_before_a_statement_that_was_sent_and_its_days(statements, today, after):
    found = first_call_on(statements, today=today, after=after)
    sent = [day for day in statements if day is not None and day <= today]
    assert (found is None) == (not sent)
    if found is not None:
        assert found == next_business_day(min(sent) + after * DAY)


@given(DAYS, st.integers(0, 365))
def test_a_statement_sent_elsewhere_never_precedes_what_it_asks_for(since, days):
    assert first_statement_on(since_on=since, known_on=None, sent_after=days) >= since


def owes(*amounts: tuple[str, dt.date], patient=None):
    """One account whose visits became the patient's on these days."""
    patient = patient or make_patient()
    claims = []
    for amount, since in amounts:
        claim = make_claim(patient=patient, lines=(amount,), service_on=since - 20 * DAY, billed_on=since - 18 * DAY)
        line = claim.lines.get()
        moved = move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount=amount, on=since)
        ledger.post([moved], now=NOW)
        claims.append(claim)
    return claims


def item_of(claim):
    return WorkItem.objects.get(account=claim.account, claim=None, state="open")


def sheet(item, actor, *, today=TODAY):
    return patient_account.account_sheet_of(
        actor=actor, item=item, today=today, now=NOW, viewer_zone="America/New_York"
    )


@pytest.fixture
def sent_after(db):
    """Say that statements are sent elsewhere, so many days after the balance became the patient's."""
    owner = make_oona()

    def enter(days, since=dt.date(2026, 1, 1)):
        draft = limits.LimitDraft("first_statement_days", days, since, "The billing office")
        return limits.add_limit(draft, actor=owner, now=NOW)

    return enter


@pytest.mark.django_db
@pytest.mark.usefixtures("no_statements")
class TestTheWorklist:
    def test_while_no_statement_is_known_nobody_is_asked_to_call(self, ana, look):
        [claim] = owes(("90.00", TODAY - 200 * DAY))
        look(claim)
        item = item_of(claim)
        assert (item.next_action, item.hold) == ("first_statement", "unbilled")
        assert item.because.endswith("no statement known: nobody calls before it")
        assert not QueueEntry.objects.filter(item=item).exists()
        assert worklist.take_next(actor=ana, now=NOW, today=TODAY) is None
        found = sheet(item, ana)
        assert (found.verdict, found.is_too_early, found.asked) == ("block", True, 0)
        assert [visit.pause for visit in found.waiting] == ["no statement known"]

    def test_a_statement_that_the_books_know_starts_its_clock(self, look):
        [claim] = owes(("90.00", NOV_9))
        Receivable.objects.filter(claim=claim, bucket="PATIENT").update(first_statement_on=dt.date(2026, 11, 16))
        look(claim)
        item = item_of(claim)
        assert (item.next_action, item.hold, item.next_on) == ("call_patient", "", dt.date(2026, 12, 16))
        assert item.because == "first statement Nov 16; first call after 30 days"

    def test_statements_sent_elsewhere_start_it_so_many_days_after(self, look, sent_after):
        sent_after(10)
        [claim] = owes(("90.00", NOV_19))
        look(claim)
        item = item_of(claim)
        assert (item.next_action, item.hold, item.next_on) == ("first_statement", "unbilled", dt.date(2026, 11, 29))
        look(claim, today=dt.date(2026, 11, 28))
        assert item_of(claim).hold == "unbilled"
        look(claim, today=dt.date(2026, 11, 29))
        item.refresh_from_db()
        assert (item.next_action, item.hold, item.next_on) == ("call_patient", "", dt.date(2026, 12, 29))

    def test_the_nightly_run_sees_a_clock_begin(self, look, sent_after):
        sent_after(10)
        [claim] = owes(("90.00", NOV_19))
        look(claim)
        worklist.refresh_all(today=dt.date(2026, 11, 29), now=NOW + 9 * DAY)
        assert item_of(claim).next_action == "call_patient"

    def test_an_admins_figure_is_carried_to_what_waits_and_its_end_stops_it_again(self, look, sent_after):
        [claim] = owes(("90.00", TODAY - 60 * DAY))
        look(claim)
        figure = sent_after(5)
        assert rule_changes.refresh_under_limit("first_statement_days", today=TODAY, now=NOW).changed == 1
        item = item_of(claim)
        assert (item.next_action, item.next_on, item.hold) == ("call_patient", TODAY, "")
        figure.delete()
        rule_changes.refresh_under_limit("first_statement_days", today=TODAY, now=NOW)
        item.refresh_from_db()
        assert (item.next_action, item.hold) == ("first_statement", "unbilled")

    def test_a_call_is_about_the_visits_that_were_billed_and_the_others_say_why_not(self, ana, look, sent_after):
        sent_after(10)
        old, new = owes(("90.00", TODAY - 60 * DAY), ("70.00", NOV_19))
        look(old, new)
        item = item_of(old)
        assert (item.amount, item.next_action, item.hold) == (Decimal("160.00"), "call_patient", "")
        found = sheet(item, ana)
        assert (found.asked, [visit.number for visit in found.waiting]) == (Decimal("90.00"), [new.number])
        assert [visit.pause for visit in found.waiting] == ["first statement Nov 29"]

    def test_a_planned_call_is_not_made_about_a_visit_that_nobody_was_billed_for(self, ana, look, sent_after):
        """The old visit is paid after the call about it was planned; what is left is new."""
        sent_after(10)
        old, new = owes(("90.00", TODAY - 60 * DAY), ("70.00", NOV_19))
        look(old, new)
        item = item_of(old)
        worklist.record_outcome(actor=ana, item_id=item.pk, disposition="left_message", now=NOW, today=TODAY)
        paid = move(old.lines.get(), kind="patient_payment", debit="CASH", credit="PATIENT", amount="90.00", on=TODAY)
        ledger.post([paid], now=NOW)
        look(old, new)
        item.refresh_from_db()
        assert (item.amount, item.hold) == (Decimal("70.00"), "unbilled")
        due = dt.date(2026, 11, 27)
        queue.sync_queue([item.pk], today=due)
        assert not QueueEntry.objects.filter(item=item).exists()
        look(old, new, today=dt.date(2026, 11, 29))
        item.refresh_from_db()
        assert (item.next_action, item.next_on, item.hold) == ("call_patient", dt.date(2026, 12, 29), "")

    def test_who_asked_for_a_call_gets_it(self, ana, look, sent_after):
        sent_after(10)
        [claim] = owes(("90.00", NOV_19))
        look(claim)
        item = item_of(claim)
        at = NOW + dt.timedelta(hours=2)
        worklist.record_outcome(
            actor=ana, item_id=item.pk, disposition="will_call_back", callback_on=TODAY, callback_at=at, now=NOW,
            today=TODAY, they_called=True,
        )  # fmt: skip
        look(claim)
        item.refresh_from_db()
        assert (item.hold, item.next_at) == ("unbilled", at)
        assert QueueEntry.objects.get(item=item).not_before_at == at
        assert item.window_id is not None

    def test_the_team_page_says_how_many_wait_until_somebody_says_when(self, client, look, sent_after):
        [claim] = owes(("90.00", TODAY - 60 * DAY))
        look(claim)
        client.force_login(make_sol(claim.practice), backend="django.contrib.auth.backends.ModelBackend")
        page = " ".join(client.get("/team").content.decode().split())
        assert "1 patient balance waits: nobody is called who was never billed" in page
        sent_after(300)
        assert "never billed" not in client.get("/team").content.decode()
