"""The worklist follows the books: what opens, changes and closes items, and that looking twice changes nothing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.billing.models import Acknowledgment, Submission
from claims.denials.models import Denial, Underpayment
from claims.ledger import services as ledger
from claims.remits.models import RemitClaim, RemitException, Remittance
from collections_app.contacts import services as contacts
from collections_app.limits.selectors import limit_book
from collections_app.worklist import refresh as refreshing
from collections_app.worklist import services as worklist
from collections_app.worklist import why
from collections_app.worklist.models import QueueEntry, WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_payer, make_practice, move

pytestmark = pytest.mark.django_db


def deny(claim, *, carc="197", amount="240.00", on=dt.date(2026, 11, 18), category="authorization"):
    remittance = Remittance.objects.create(
        practice=claim.practice, transaction_id=1, key=f"k{claim.pk}", trace="T1", method="ACH", amount=0,
        paid_on=on, received_on=on,
    )  # fmt: skip
    remit = RemitClaim.objects.create(
        remittance=remittance, position=1, segment=9, claim=claim, status="1", charge=claim.charge, paid=0
    )
    return Denial.objects.create(
        practice=claim.practice, claim=claim, line=claim.lines.first(), remit_claim=remit, payer=claim.payer,
        bucket="PAYER1", group="CO", carc=carc, amount=Decimal(amount), category=category, kind="soft", initial_on=on,
    )  # fmt: skip


def item_of(claim):
    return WorkItem.objects.get(claim=claim, state="open")


def pay(claim, amount, *, on=TODAY):
    line = claim.lines.first()
    return ledger.post(
        [move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount=amount, on=on)], now=NOW, reason="remit"
    )


def test_an_unanswered_claim_becomes_an_item_with_a_next_action_and_a_date(look):
    claim = make_claim(lines=("240.00",), billed_on=dt.date(2026, 11, 2))
    done = look(claim)
    item = item_of(claim)
    assert done.opened == 1
    assert (item.kind, item.amount) == ("no_response", Decimal("240.00"))
    assert (item.next_action, item.next_on) == ("check_status", dt.date(2026, 12, 2))
    assert not QueueEntry.objects.exists()


def test_a_claim_past_its_followup_day_is_due_now(due_claim):
    item = due_claim(billed_on=dt.date(2026, 9, 16))
    assert item.next_on == TODAY
    assert QueueEntry.objects.filter(item=item).exists()


def test_an_acknowledgment_that_never_came_climbs_the_ladder(look):
    claim = make_claim(billed_on=dt.date(2026, 11, 13))
    Acknowledgment.objects.create(
        practice=claim.practice, kind="277CA", verdict="accepted", effective_on=TODAY, source="other claim"
    )
    look(claim, today=dt.date(2026, 11, 13))
    assert (item_of(claim).next_action, item_of(claim).next_on) == ("check_acknowledgment", dt.date(2026, 11, 16))
    look(claim, today=dt.date(2026, 11, 17))
    assert (item_of(claim).next_action, item_of(claim).next_on) == ("call_clearinghouse", dt.date(2026, 11, 17))
    look(claim, today=dt.date(2026, 11, 18))
    assert (item_of(claim).next_action, item_of(claim).next_on) == ("look_up_claim", dt.date(2026, 11, 27))
    Submission.objects.filter(claim=claim).update(state="accepted")
    look(claim, today=dt.date(2026, 11, 18))
    assert (item_of(claim).next_action, item_of(claim).next_on) == ("check_status", dt.date(2026, 12, 14))


def test_a_rejected_claim_is_another_kind_of_work_than_an_unanswered_one(look):
    claim = make_claim()
    Submission.objects.filter(claim=claim).update(state="rejected")
    look(claim)
    assert (item_of(claim).kind, item_of(claim).next_action) == ("rejected", "fix_and_send")


def test_a_denial_turns_the_waiting_item_into_work_due_today_with_the_appeal_window(look):
    claim = make_claim(billed_on=dt.date(2026, 11, 2))
    look(claim, today=dt.date(2026, 11, 10))
    waiting = item_of(claim)
    deny(claim)
    look(claim)
    item = item_of(claim)
    assert item.pk == waiting.pk
    assert (item.kind, item.next_action, item.next_on) == ("denied", "work_denial", TODAY)
    assert item.deadline_kind == "appeal_1" or item.deadline_kind == "corrected"
    assert item.deadline_on > item.due_on > TODAY
    assert QueueEntry.objects.filter(item=item).exists()


def test_a_paid_claim_leaves_the_worklist(look):
    claim = make_claim(lines=("240.00",))
    look(claim)
    pay(claim, "240.00")
    done = look(claim)
    item = WorkItem.objects.get(claim=claim)
    assert done.closed == 1
    assert (item.state, item.closed_on, item.closed_reason) == ("closed", TODAY, "settled in the books")
    assert not QueueEntry.objects.exists()


def test_patient_responsibility_becomes_an_item_of_the_account(look):
    claim = make_claim(lines=("240.00",))
    line = claim.lines.first()
    ledger.post([move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="240.00", on=TODAY)], now=NOW)
    look(claim)
    item = WorkItem.objects.get(account=claim.account, claim=None, state="open")
    assert (item.kind, item.amount, item.next_action) == ("patient_balance", Decimal("240.00"), "call_patient")
    assert item.next_on == dt.date(2026, 12, 21)
    assert item.window is not None
    assert not WorkItem.objects.filter(claim=claim, state="open").exists()


def test_an_overpaid_claim_of_a_federal_payer_is_on_the_sixty_day_clock(look):
    claim = make_claim(payers=[make_payer(name="Medicare", payer_class="medicare", payer_id="MCR")], lines=("100.00",))
    pay(claim, "150.00")
    look(claim)
    item = item_of(claim)
    assert (item.kind, item.amount, item.lane) == ("credit_balance", Decimal("50.00"), 2)
    assert item.overpayment_due_on == TODAY + dt.timedelta(days=60)


def test_a_federal_credit_beside_a_larger_debt_has_its_clock_and_keeps_the_appeal_window(look):
    medicare = make_payer(name="Medicare", payer_class="medicare", payer_id="MCR")
    choice = make_payer()
    claim = make_claim(payers=[choice, medicare], lines=("400.00",))
    deny(claim)
    look(claim)
    denied = item_of(claim)
    assert (denied.kind, denied.payer) == ("denied", choice)
    line = claim.lines.first()
    ledger.post(
        [move(line, kind="payer_payment", debit="CASH", credit="PAYER2", amount="50.00", on=TODAY)],
        now=NOW, reason="remit",
    )  # fmt: skip
    look(claim)
    item = item_of(claim)
    assert (item.kind, item.amount, item.payer, item.bucket) == (
        "credit_balance", Decimal("50.00"), medicare, "PAYER2",
    )  # fmt: skip
    assert item.overpayment_due_on == TODAY + dt.timedelta(days=60)
    assert item.lane == 2
    windows = [(one.deadline_kind, one.deadline_on, one.denied_on) for one in (item, denied)]
    assert windows[0] == windows[1]
    assert item.deadline_on is not None
    assert why.reasons_of(item, today=TODAY, now=NOW)[1][0].last_day == item.deadline_on
    assert look(claim).changed == 0


@pytest.mark.parametrize(("state", "days"), [("GA", 180), ("TX", 95), ("", 95)])
def test_a_payer_of_one_state_brings_its_law_and_any_other_follows_that_of_the_practice(look, state, days):
    texan = make_practice(npi="1093817465")
    texan.state = "TX"
    texan.save()
    payer = make_payer(name="Medicaid", payer_class="medicaid", payer_id="MCD")
    payer.state = state
    payer.save()
    claim = make_claim(practice=texan, payers=[payer])
    look(claim)
    item = item_of(claim)
    assert (item.deadline_kind, item.deadline_on) == ("filing", claim.service_from + dt.timedelta(days=days))


def test_an_underpayment_outlives_the_balance(look):
    claim = make_claim(lines=("240.00",))
    denial = deny(claim)
    denial.delete()
    Underpayment.objects.create(
        practice=claim.practice, claim=claim, line=claim.lines.first(), remit_claim=RemitClaim.objects.get(),
        payer=claim.payer, expected=Decimal("120.00"), allowed=Decimal("80.00"), amount=Decimal("40.00"),
        opened_on=TODAY,
    )  # fmt: skip
    pay(claim, "240.00")
    look(claim)
    assert (item_of(claim).kind, item_of(claim).amount) == ("underpaid", Decimal("40.00"))


def test_what_a_waiting_payment_brings_is_at_stake_not_what_the_claim_owes(look):
    claim = make_claim(lines=("240.00",))
    remit = deny(claim).remit_claim
    waiting = RemitException.objects.create(
        practice=claim.practice, remittance=remit.remittance, remit_claim=remit, code="over_credit", detail="too much",
        amount=Decimal("22.88"), opened_at=NOW,
    )  # fmt: skip
    look(claim)
    assert (item_of(claim).kind, item_of(claim).amount) == ("remit_exception", Decimal("22.88"))
    RemitException.objects.filter(pk=waiting.pk).update(amount=0)  # a denial: nothing came
    look(claim)
    assert item_of(claim).amount == Decimal("240.00")


def test_an_exception_without_a_claim_has_an_item_of_its_own_until_it_is_settled(look):
    claim = make_claim()
    remittance = deny(claim).remit_claim.remittance
    loose = RemitClaim.objects.create(remittance=remittance, position=2, segment=20, status="1", charge=90, paid=90)
    exception = RemitException.objects.create(
        practice=claim.practice, remittance=remittance, remit_claim=loose, code="unmatched", detail="no such claim",
        amount=Decimal("90.00"), opened_at=NOW,
    )  # fmt: skip
    look()
    item = WorkItem.objects.get(exception=exception)
    assert (item.kind, item.amount, item.next_action) == ("remit_exception", Decimal("90.00"), "settle_exception")
    exception.state = "dismissed"
    exception.save()
    look()
    item.refresh_from_db()
    assert item.state == "closed"


def test_a_hold_takes_the_patient_off_the_queue_and_lifting_it_brings_the_call_back(look):
    practice = make_practice()
    ana = make_ana(practice)
    claim = make_claim(payers=(), lines=("90.00",))
    look(claim)
    assert QueueEntry.objects.count() == 1
    hold = contacts.place_hold(actor=ana, account_id=claim.account_id, reason="attorney", now=NOW, today=TODAY)
    look(claim)
    assert QueueEntry.objects.count() == 0
    contacts.lift_hold(actor=ana, hold_id=hold.pk, now=NOW)
    look(claim)
    assert QueueEntry.objects.count() == 1


@pytest.mark.parametrize(("day", "is_held"), [(-1, False), (0, True), (3, True), (4, False)])
def test_a_hold_stops_the_call_from_its_first_day_to_its_last(look, day, is_held):
    claim = make_claim(payers=(), lines=("90.00",))
    until = TODAY + dt.timedelta(days=3)
    ana = make_ana(make_practice())
    contacts.place_hold(actor=ana, account_id=claim.account_id, reason="attorney", until_on=until, now=NOW, today=TODAY)
    look(claim, today=TODAY + dt.timedelta(days=day))
    assert WorkItem.objects.get(account=claim.account, state="open").hold == ("attorney" if is_held else "")
    assert QueueEntry.objects.exists() is not is_held


def test_looking_again_changes_nothing(look):
    claims = [make_claim(number=f"N{n}", billed_on=dt.date(2026, 9, 1) + dt.timedelta(days=n * 9)) for n in range(6)]
    deny(claims[0])
    look(*claims)
    before = list(WorkItem.objects.order_by("pk").values())
    again = look(*claims)
    assert (again.opened, again.changed, again.closed) == (0, 0, 0)
    assert list(WorkItem.objects.order_by("pk").values()) == before
    everything = worklist.refresh_all(today=TODAY, now=NOW)
    assert (everything.opened, everything.changed, everything.closed) == (0, 0, 0)


def test_what_people_decided_survives_a_refresh(look, due_claim):
    item = due_claim()
    ana = make_ana(item.practice)
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="in_process", none_given=True, now=NOW, today=TODAY)
    decided = WorkItem.objects.get(pk=item.pk)
    pay(item.claim, "40.00")
    look(item.claim)
    after = WorkItem.objects.get(pk=item.pk)
    assert (after.next_action, after.next_on, after.owner) == (decided.next_action, decided.next_on, ana)
    assert after.amount == Decimal("200.00")


def test_a_remittance_wakes_what_waited_for_it(look, due_claim):
    item = due_claim()
    ana = make_ana(item.practice)
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="in_process", none_given=True, now=NOW, today=TODAY)
    pay(item.claim, "40.00")
    look(item.claim, event="remit")
    item.refresh_from_db()
    assert (item.next_on, item.woken_by) == (TODAY, "remit")
    assert QueueEntry.objects.filter(item=item).exists()


def test_the_announcement_of_the_books_reaches_the_items(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        claim = make_claim(lines=("75.00",))
    assert item_of(claim).amount == Decimal("75.00")
    with django_capture_on_commit_callbacks(execute=True):
        pay(claim, "75.00")
    assert not WorkItem.objects.filter(state="open").exists()


def test_queries_depend_on_batches_not_on_claims(look):
    few = [make_claim(number=f"F{n}") for n in range(2)]
    with CaptureQueriesContext(
        connection,
    ) as small:
        look(*few)
    many = [make_claim(number=f"M{n}") for n in range(30)]
    with CaptureQueriesContext(connection) as large:
        look(*many)
    assert len(large) <= len(small)


def test_a_refresh_over_everything_heals_what_no_event_told():
    claim = make_claim(lines=("75.00",))
    worklist.refresh_all(today=TODAY, now=NOW)
    assert item_of(claim).amount == Decimal("75.00")
    deny(claim)
    everything = refreshing.RowScope(first=0, end=10**6)
    assert refreshing.stale(refreshing.CLAIM_SIDE, everything, today=TODAY, limits=limit_book()) == [claim.pk]
    worklist.refresh_all(today=TODAY, now=NOW)
    assert item_of(claim).kind == "denied"
