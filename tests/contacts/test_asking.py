"""The gate at the four places where it is asked: handing out, showing, sending, logging."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arwork.lib.errors import DomainError
from claims.parties.models import Person
from collections_app.contacts import against_the_rule as overrides
from collections_app.contacts import asking, services
from collections_app.contacts.asking import ContactBlocked
from collections_app.contacts.gate_models import ContactVerdict, Licence, Placement
from collections_app.contacts.models import Contact, ContactOutcome, Direction, Hold
from collections_app.worklist import queue
from collections_app.worklist import services as worklist
from collections_app.worklist.models import QueueEntry, WorkItem
from collections_app.worklist.patient_account import account_sheet_of, work_on_account
from tests.cast import NOW, TODAY, make_account, make_claim
from tests.contacts.stories import eastern, until

pytestmark = pytest.mark.django_db
SIX_DAYS = [f"2026-11-{day} 11:00" for day in range(14, 20)]


def ask(item: WorkItem, at: str = "2026-11-20 10:00", **more: object):
    asked = {"channel": "phone", "purpose": "collection", **more}
    return asking.verdict_for(account_id=item.account_id, at=eastern(at), **asked)  # type: ignore[arg-type]


def log(ana, item: WorkItem, outcome: str = "no_answer", at: str = "2026-11-20 10:00", **entered):
    now = eastern(at)
    return worklist.record_outcome(
        actor=ana, item_id=item.pk, disposition=outcome, now=now, today=now.date(), **entered
    )


class TestFacts:
    def test_a_wrong_number_counts_for_it_connected(self, balance, called):
        item = balance(state="MA", zip_code="02139")
        called(item, "2026-11-18 10:00", ContactOutcome.WRONG_NUMBER)
        assert ask(item).answer == "allow"
        called(item, "2026-11-19 10:00", ContactOutcome.WRONG_NUMBER)
        assert ask(item).rule == "ma-calls"

    def test_a_call_that_came_in_begins_the_wait(self, balance, ana):
        item = balance()
        services.log_unasked(
            actor=ana, now=eastern("2026-11-16 10:00"), is_call=True, note="asked about the bill",
            account_id=item.account_id,
        )  # fmt: skip
        found = ask(item)
        assert (found.rule, until(found)) == ("us-wait", "2026-11-23 08:00")

    def test_a_number_that_did_not_connect_is_not_counted_in_ohio_and_is_in_boston(self, balance, called):
        ohio, boston = balance(), balance(state="MA", zip_code="02139")
        for item in (ohio, boston):
            for at in SIX_DAYS:
                called(item, at, ContactOutcome.NOT_CONNECTED)
            called(item, "2026-11-20 08:30", ContactOutcome.NOT_CONNECTED)
        assert ask(ohio).answer == "allow"
        assert ask(boston).rule == "ma-calls"

    def test_a_hold_of_another_account_of_the_same_person_binds_them(self, balance):
        item = balance()
        assert item.account
        other = make_account(last="Other")
        other.guarantor = item.account.guarantor
        other.save()
        Hold.objects.create(
            practice=other.practice, account=other, reason="dispute", from_on=TODAY, placed_at=NOW
        )  # fmt: skip
        assert ask(item).answer == "allow"
        Hold.objects.create(practice=other.practice, account=other, reason="attorney", from_on=TODAY, placed_at=NOW)
        assert ask(item).rule == "attorney"

    def test_in_whose_name_an_account_is_worked_and_with_which_licence(self, balance, sol):
        item = balance(state="WA", zip_code="98101", phone="+12065550147")
        at = "2026-11-20 13:00"
        assert ask(item, at).answer == "allow"
        placed = {"practice": item.practice, "valid_from": TODAY, "entered_at": NOW, "entered_by": sol}
        Placement.objects.create(profile="third_party", **placed)
        assert ask(item, at).rule == "wa-licence"
        Licence.objects.create(practice=item.practice, jurisdiction="WA", number="602-1", valid_from=TODAY)
        assert ask(item, at).answer == "allow"
        Licence.objects.update(valid_to=TODAY - dt.timedelta(days=1), valid_from=dt.date(2025, 1, 1))
        Placement.objects.create(account=item.account, profile="first_party", **placed)
        assert ask(item, at).answer == "allow"

    def test_a_minor_who_is_the_guarantor(self, balance):
        item = balance()
        Person.objects.filter(accounts=item.account_id).update(birth_on=dt.date(2010, 3, 1))
        assert ask(item).rule == "minor"

    def test_many_are_asked_in_as_many_queries_as_one(self, balance):
        items = [balance() for _ in range(6)]
        asked = {"channel": "phone", "purpose": "collection", "at": NOW}
        with CaptureQueriesContext(connection) as one:
            asking.verdicts_for([items[0].account_id], **asked)
        with CaptureQueriesContext(connection) as many:
            found = asking.verdicts_for([item.account_id for item in items], **asked)
        assert len(found) == 6
        assert len(many) == len(one) <= 34


class TestHandingOut:
    def take(self, ana, at: str):
        now = eastern(at)
        return worklist.take_next(actor=ana, now=now, today=now.date())

    def test_what_may_not_be_called_keeps_its_place_and_comes_at_its_first_lawful_minute(self, balance, called, ana):
        large, small = balance(amount="900.00"), balance(amount="50.00")
        called(large, "2026-11-20 09:00", ContactOutcome.REACHED)  # logged elsewhere since the queue was built
        assert self.take(ana, "2026-11-20 10:00") == small
        entry = QueueEntry.objects.get(item=large)
        assert entry.not_before_at == eastern("2026-11-27 08:00")
        worklist.release_all(actor=ana)
        assert self.take(ana, "2026-11-27 08:00") == large

    def test_a_hundred_are_asked_about_at_once(self, balance, called, ana):
        items = [balance() for _ in range(8)]
        for item in items[:7]:
            called(item, "2026-11-20 09:00", ContactOutcome.REACHED)
        with CaptureQueriesContext(connection) as queries:
            assert self.take(ana, "2026-11-20 10:00") == items[7]
        assert len(queries) <= 92

    def test_work_for_the_office_on_a_disputed_account_is_handed_out_all_the_same(self, balance, ana):
        item = balance()
        log(ana, item, "disputed", reason="not my visit")
        worklist.refresh(accounts=[item.account_id], today=dt.date(2026, 11, 23), now=eastern("2026-11-23 09:00"))
        assert self.take(ana, "2026-11-23 10:00") == item

    def test_a_question_to_the_patient_for_the_payer_is_under_the_same_gate(self, called, ana):
        claim = make_claim()
        worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
        item = WorkItem.objects.get(claim=claim, state="open")
        log(ana, item, "waits_for_patient", spoke_to="Rep")
        item.refresh_from_db()
        assert item.next_action == "contact_patient"
        at = "2026-11-23 10:00"
        queue.sync_queue([item.pk], today=dt.date(2026, 11, 23))
        Hold.objects.create(
            practice=claim.practice, account=claim.account, reason="cease", from_on=TODAY, placed_at=NOW
        )
        assert self.take(ana, at) is None
        assert QueueEntry.objects.get(item=item).not_before_at == eastern("2026-11-24 00:00")
        Hold.objects.update(lifted_at=NOW)
        QueueEntry.objects.update(not_before_at=None)
        assert self.take(ana, at) == item


class TestShowing:
    def sheet(self, ana, item, at: str):
        now = eastern(at)
        return account_sheet_of(actor=ana, item=item, today=now.date(), now=now, viewer_zone="America/New_York")

    def test_the_number_and_its_key_stay_away_until_the_first_lawful_minute(self, balance, ana):
        item = balance()
        night = self.sheet(ana, item, "2026-11-20 06:00")
        [phone] = night.numbers
        assert (night.verdict, phone.value, phone.shown, phone.key) == ("block", "", "", "")
        assert phone.blocked
        assert until(night.gate) == "2026-11-20 08:00"
        [phone] = self.sheet(ana, item, "2026-11-20 08:00").numbers
        assert (phone.value, phone.key) == ("+16145550147", "p")
        reach = work_on_account(
            actor=ana, account_id=item.account_id, today=TODAY, now=eastern("2026-11-20 06:00"),
            viewer_zone="America/New_York",
        ).reach  # fmt: skip
        assert reach
        assert [one.number for one in reach.clocks] == [""]

    def test_neither_desk_nor_account_page_holds_it(self, balance, called, ana, time_machine):
        item = balance()
        called(item, "2026-11-19 10:00", ContactOutcome.REACHED)
        client = Client()
        client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
        time_machine.move_to(eastern("2026-11-20 10:00"))
        for page in (reverse("desk_item", args=[item.pk]), reverse("account", args=[item.account_id]),
                     reverse("account_work", args=[item.account_id])):  # fmt: skip
            shown = client.get(page).content.decode()
            assert "555-0147" not in shown, page
            assert "6145550147" not in shown, page
            assert "Nov 26" in shown or "2026-11-26" in shown, page

    def test_the_strongest_hold_is_named(self, balance, ana):
        item = balance()
        for reason, day in (("dispute", 2), ("bankruptcy", 19)):
            Hold.objects.create(
                practice=item.practice, account=item.account, reason=reason, from_on=dt.date(2026, 11, day),
                placed_at=NOW,
            )  # fmt: skip
        stopped = self.sheet(ana, item, "2026-11-20 10:00").stopped_by
        assert stopped
        assert stopped.reason == "bankruptcy"


class TestLogging:
    def test_twelve_calls_in_the_night_are_not_logged_without_a_word(self, balance, ana):
        item = balance()
        for minute in range(12):
            with pytest.raises(ContactBlocked, match="Not allowed at this moment") as refused:
                log(ana, item, at=f"2026-11-20 0{3 + minute // 3}:{minute:02}")
            assert refused.value.facts["field"] == "why_anyway"
        assert not Contact.objects.exists()

    def test_one_that_was_made_all_the_same_takes_a_reason_and_waits_for_a_supervisor(self, balance, ana, sol):
        item = balance()
        log(ana, item, at="2026-11-20 06:30", why_anyway="she asked for an early call by e-mail")
        kept = ContactVerdict.objects.get()
        assert (kept.answer, kept.rule) == ("block", "us-hours")
        assert kept.why_anyway == "she asked for an early call by e-mail"
        assert kept.until == eastern("2026-11-20 08:00")
        assert overrides.waiting_count(actor=sol) == 1
        with pytest.raises(DomainError, match="what follows"):
            overrides.review_contact(actor=sol, verdict_id=kept.pk, note=" ", now=NOW)
        overrides.review_contact(actor=sol, verdict_id=kept.pk, note="spoke with Ana", now=NOW)
        assert overrides.waiting_count(actor=sol) == 0
        with pytest.raises(DomainError, match="already"):
            overrides.review_contact(actor=sol, verdict_id=kept.pk, note="again", now=NOW)

    def test_an_allowed_call_keeps_its_verdict_too(self, balance, ana):
        log(ana, balance())
        kept = ContactVerdict.objects.get()
        assert (kept.answer, kept.why_anyway, kept.contact.outcome) == ("allow", "", "no_answer")

    def test_who_called_us_at_night_is_logged_and_waits(self, balance, ana):
        item = balance()
        log(ana, item, "will_think", at="2026-11-20 06:30", they_called=True)
        assert Contact.objects.get().direction == Direction.IN
        assert until(ask(item, "2026-11-21 10:00")) == "2026-11-27 08:00"

    def test_a_fact_of_law_is_never_refused(self, balance, ana):
        item = balance()
        log(
            ana, item, "filed_bankruptcy", at="2026-11-20 06:30", happened_on=TODAY, spoke_to="Dana Ruiz",
            reason="case 26-1187",
        )  # fmt: skip
        assert ask(item).rule == "bankruptcy"

    def test_a_day_of_ones_own_brings_no_call_forward_that_the_law_puts_off(self, balance, ana):
        item = balance()
        with pytest.raises(DomainError, match="Choose Nov 27 or later") as refused:
            log(ana, item, "will_think", next_on=dt.date(2026, 11, 24))
        assert refused.value.facts["field"] == "next_on"
        log(ana, item, "will_think", next_on=dt.date(2026, 11, 27))

    def test_a_card_number_is_no_reason(self, balance, ana):
        with pytest.raises(DomainError):
            log(ana, balance(), at="2026-11-20 06:30", why_anyway="card 4111 1111 1111 1111")

    def test_the_page_of_calls_against_the_rule(self, balance, ana, sol):
        log(ana, balance(), at="2026-11-20 06:30", why_anyway="she asked for it")
        client = Client()
        client.force_login(sol, backend="django.contrib.auth.backends.ModelBackend")
        page = " ".join(client.get(reverse("against_the_rule")).content.decode().split())
        assert "she asked for it" in page
        assert "1 waits for a supervisor" in page
        assert "Calls against the rule <span" in " ".join(client.get(reverse("team")).content.decode().split())
        [kept] = ContactVerdict.objects.all()
        client.post(reverse("against_the_rule_review", args=[kept.pk]), {"note": "fine"})
        assert "0 wait for a supervisor" in " ".join(client.get(reverse("against_the_rule")).content.decode().split())
