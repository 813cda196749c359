"""Whatever happens in whatever order: what the events left is what a look at everything finds, to the last column.

Remittances (payments, denials, reversals), patients' money, outcomes of every kind, holds, undoings, reassignments
and new days, told to the worklist as they are in the running house: by announcements after the commit.
"""

import datetime as dt
from decimal import Decimal
from unittest import mock

import pytest
from django.db import transaction
from django.test import TestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arwork.lib.errors import DomainError
from claims.ledger import services as ledger
from collections_app.contacts import services as contacts
from collections_app.contacts.models import Hold
from collections_app.day import steps
from collections_app.worklist import queue
from collections_app.worklist import services as worklist
from collections_app.worklist.dispositions import dispositions_for
from collections_app.worklist.models import QueueEntry, WorkAction, WorkItem
from tests.cast import make_claim, make_patient, make_payer, make_practice, make_sol, make_user, move
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
BEGINS = dt.date(2026, 10, 28)  # the clocks go back, an election, Veterans Day, Thanksgiving, a month's end
DAY = dt.timedelta(days=1)
#: What the books alone decide of an item, whatever was done about it.
OF_THE_BOOKS = (
    "claim_id", "account_id", "exception_id", "practice_id", "kind", "payer_id", "amount", "credit", "category",
    "bucket", "aged_from", "submission_state", "deadline_kind", "deadline_on", "due_on", "denied_on", "window_id",
    "hold",
)  # fmt: skip

small = st.integers(0, 5)
KINDS = ("remit", "work", "hold", "lift", "patient_pays", "undo", "reassign", "pin", "answer")
happenings = st.one_of(
    st.tuples(st.sampled_from([*KINDS, *KINDS, *KINDS[:4], "days"]), small, small),
    st.tuples(st.sampled_from([*KINDS[:4], "days"]), small, small),
)


class House:
    """A practice with four claims (three of one guarantor account, one of a federal payer), and a clock."""

    def __init__(self):
        self.today, self.number = BEGINS, 0
        practice = make_practice()
        self.sol = make_sol(practice)
        self.people = [make_user(username=f"c{number}", practices=[practice]) for number in range(2)]
        patient = make_patient()
        medicare = make_payer(name="Medicare", payer_class="medicare", payer_id="MCR")
        second = make_payer(name="Second", payer_id="SEC")
        of = {"service_on": dt.date(2026, 9, 14), "billed_on": dt.date(2026, 9, 16), "lines": ("100.00", "140.00")}
        self.claims = [
            make_claim(number="H1", patient=patient, payers=[make_payer(), second], **of),
            make_claim(number="H2", patient=patient, **of),
            make_claim(number="H3", payers=[medicare], **of),
            make_claim(number="H4", patient=patient, payers=(), lines=("90.00",)),
        ]
        worklist.refresh_all(today=self.today, now=self.now)
        self.opens()

    @property
    def now(self):
        return dt.datetime.combine(self.today, dt.time(15), dt.UTC) + dt.timedelta(minutes=self.number)

    def opens(self):
        """What the opening of a day does to the worklist; what it keeps for reports is told elsewhere."""
        opened = steps.DayOpening(day=self.today, now=self.now, progress=lambda done, total: None)
        for step in (steps.detect, steps.refresh, steps.score, steps.give):
            step(opened)

    def happens(self, what, one, other):
        """One event; an error is an answer too."""
        self.number += 1
        told = TestCase.captureOnCommitCallbacks(execute=True)
        clock = mock.patch.multiple("arwork.lib.clock", today=lambda: self.today, now=lambda: self.now)
        try:
            with clock, told, transaction.atomic():
                getattr(self, what)(one, other)
        except DomainError:
            pass

    def days(self, count, _):
        self.today += DAY * (1, 2, 3, 7, 14, 35)[count]
        self.opens()

    def remit(self, which, how):
        claim = self.claims[which % 3]  # nobody answers for the fourth but the patient
        first, second = {
            0: ([("CO-45", "20.00")], [("CO-45", "40.00")]),
            1: ([("CO-197", "100.00")], [("CO-45", "40.00")]),
            2: ([("CO-50", "100.00")], [("CO-16", "140.00")]),
            3: ([("PR-1", "100.00")], [("CO-45", "20.00"), ("PR-2", "24.00")]),
            4: ([("CO-45", "-20.00")], [("CO-45", "-40.00")]),
            5: ([("CO-45", "10.00")], [("CO-252", "140.00")]),
        }[how]
        status, sign = ("22", -1) if how == 4 else ("1", 1)
        charges = [("100.00", first), ("140.00", second)]
        lines = [
            Svc(
                str(sign * Decimal(charge)),
                str(sign * Decimal(charge) - sum(Decimal(amount) for _, amount in cas)),
                cas,
                code=code,
                control=f"{claim.number}-{position}",
            )
            for position, ((charge, cas), code) in enumerate(zip(charges, ("99214", "85025"), strict=True), 1)
        ]
        payer = {"payer": claim.payer.name, "payer_id": claim.payer.identifiers.first().value}
        era = Era([Clp(claim.number, lines, status=status)], trace=f"T{self.number}", paid_on=self.today, **payer)
        take(era, today=self.today)

    def patient_pays(self, which, how):
        line = self.claims[which % 4].lines.first()
        debit, credit = ("PATIENT", "CASH") if how == 5 else ("CASH", "PATIENT")
        paid = move(
            line, kind="patient_payment", debit=debit, credit=credit, amount="30.00", on=self.today, tag=self.number
        )
        ledger.post([paid], now=self.now)

    def work(self, which, how):
        item = self.open_items[which % len(self.open_items)] if self.open_items else None
        if item is None:
            return
        choices = dispositions_for(item.kind)
        chosen = choices[(7 * how + self.number) % len(choices)]
        given = {
            "trace": "T9", "amount": Decimal("30.00"), "reason": "because", "document": "a form",
            "reference": "R1", "phone": "2125550147",
            "promised_on": self.today + how * DAY, "callback_on": self.today + how * DAY,
            "until_on": self.today + 3 * how * DAY, "decided_on": self.today, "happened_on": self.today,
            "spoke_to": "Kim", "books_to": "WO_ADMIN",
        }  # fmt: skip
        if (chosen.within_open or chosen.needs_approval) and item.amount < given["amount"]:
            given["amount"] = max(item.amount, Decimal("0.01"))
        asked = {name: given[name] for name in chosen.requires}
        if chosen.needs_proof:
            asked["reference"] = given["reference"]
        worklist.record_outcome(
            actor=self.people[how % 2],
            item_id=item.pk,
            disposition=chosen.code,
            now=self.now,
            today=self.today,
            given_up="nobody answers" if how % 3 else "",
            **asked,
        )

    def undo(self, *_):
        action = WorkAction.objects.order_by("-pk").first()
        if action is not None:
            worklist.undo_action(actor=action.by, action_id=action.pk, now=self.now, today=self.today)

    def hold(self, which, how):
        reason = ("dispute", "attorney", "assistance", "nsa", "cease", "correction")[how]
        until = self.today + how * DAY if how % 2 else None
        contacts.place_hold(
            actor=self.sol, account_id=self.claims[which % 4].account_id, reason=reason, until_on=until,
            claim_id=self.claims[which % 4].pk if which > 2 else None, now=self.now, today=self.today,
        )  # fmt: skip

    def lift(self, *_):
        hold = Hold.objects.filter(lifted_at=None).order_by("-pk").first()
        if hold is not None:
            contacts.lift_hold(actor=self.sol, hold_id=hold.pk, now=self.now)

    def reassign(self, which, how):
        ids = [item.pk for item in self.open_items[: which + 1]]
        owner = self.people[how % 2].pk if how else None
        worklist.reassign(actor=self.sol, item_ids=ids, owner_id=owner, now=self.now, today=self.today)

    def pin(self, which, how):
        if self.open_items:
            item = self.open_items[which % len(self.open_items)]
            worklist.pin(actor=self.sol, item_id=item.pk, is_pinned=how < 4, now=self.now, today=self.today)

    def answer(self, *_):
        for item in WorkItem.objects.exclude(escalated_at=None).filter(state="open")[:1]:
            worklist.answer_escalation(actor=self.sol, item_id=item.pk, note="Go on", now=self.now, today=self.today)

    @property
    def open_items(self):
        return list(WorkItem.objects.filter(state="open").order_by("pk"))


COLUMNS = [field.attname for field in WorkItem._meta.concrete_fields]


def items(names=COLUMNS):
    """Every open item's columns, one a line, so that a difference names itself."""
    rows = WorkItem.objects.filter(state="open").order_by("claim", "account", "exception")
    return [(row["claim_id"], row["account_id"], name, row[name]) for row in rows.values(*names) for name in names]


def queued():
    return list(QueueEntry.objects.order_by("item").values_list("item", "shelf", "household", "not_before_at"))


def assert_same(found, expected):
    assert [one for one in found if one not in expected] == [one for one in expected if one not in found]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(happenings, min_size=3, max_size=14))
def test_what_the_events_left_is_what_a_look_at_everything_finds(story):
    with transaction.atomic():
        house = House()
        for what in story:
            house.happens(*what)
        left, entries = items(), queued()

        done = worklist.refresh_all(today=house.today, now=house.now)
        assert_same(items(), left)
        assert (done.opened, done.changed, done.closed) == (0, 0, 0)
        worklist.refresh(
            claims=[claim.pk for claim in house.claims],
            accounts=[claim.account_id for claim in house.claims],
            today=house.today,
            now=house.now,
        )
        assert_same(items(), left)
        assert_same(queued(), entries)
        offered = WorkItem.objects.filter(queue.offerable(house.today))
        assert [entry[0] for entry in entries] == list(offered.order_by("pk").values_list("pk", flat=True))

        known = items(OF_THE_BOOKS)
        WorkItem.objects.filter(state="open").update(state="closed", closed_on=house.today)
        worklist.refresh_all(today=house.today, now=house.now)
        assert_same(items(OF_THE_BOOKS), known)
        transaction.set_rollback(True)
