"""When the first payer has answered, the clock of the next one runs: what the first said proves nothing (RULES 9.2)."""

import datetime as dt

import pytest

from claims.billing.claim_detail import submissions_with_acknowledgments
from claims.billing.models import Submission
from claims.denials.claim_windows import PayerCorrespondence, deadlines_of_claim, is_corrected_on_file, is_said_on_file
from claims.payers.models import Contract, FeeItem, PayerRule
from collections_app.worklist import services as worklist
from collections_app.worklist import why
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_payer
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
PRIMARY_EOB, SECONDARY_LIMIT = dt.date(2026, 10, 5), dt.date(2027, 1, 3)  # 90 days


def answered(*, status="1"):
    """The first payer left 16.00 to the second, to which nothing was sent."""
    first, second = make_payer(), make_payer(name="Second", payer_id="SEC")
    claim = make_claim(number="H1", lines=["100.00"], payers=[first, second])
    clp = Clp("H1", [Svc("100.00", "64.00", [("CO-45", "20.00"), ("PR-2", "16.00")])], status=status)
    return claim, lambda: take(Era([clp], paid_on=PRIMARY_EOB))


def test_a_claim_that_nobody_sent_to_the_next_payer_is_to_be_sent_before_its_filing_limit(look):
    claim, primary_pays = answered()
    primary_pays()
    look(claim)
    item = WorkItem.objects.get(claim=claim, state="open")
    assert (item.bucket, item.submission_state) == ("PAYER2", "")
    assert (item.next_action, item.next_on) == ("send_to_next", TODAY)
    assert (item.deadline_kind, item.deadline_on) == ("filing_secondary", SECONDARY_LIMIT)
    claim.refresh_from_db()
    submissions, _ = submissions_with_acknowledgments(claim)
    assert [one.submission.state for one in submissions] == ["adjudicated"]
    shown = deadlines_of_claim(claim, submissions=submissions, denials=[], underpayments=[], primary_eob_on=PRIMARY_EOB)
    assert [(one.kind, one.last_day) for one in shown] == [("filing_secondary", SECONDARY_LIMIT)]


def test_a_crossover_is_asked_about_thirty_days_after_it_was_forwarded_and_not_sent(look):
    claim, primary_pays = answered(status="19")
    primary_pays()
    look(claim, today=dt.date(2026, 10, 7))
    item = WorkItem.objects.get(claim=claim, state="open")
    assert (item.next_action, item.next_on) == ("check_status", dt.date(2026, 11, 4))
    assert item.deadline_on is None  # the next payer has it: filing it again makes a duplicate
    forwarded = {"PAYER2": PRIMARY_EOB}
    claim.refresh_from_db()
    facts = {"submissions": [], "denials": [], "underpayments": [], "primary_eob_on": PRIMARY_EOB}
    assert deadlines_of_claim(claim, **facts, forwarded_on=forwarded) == []
    assert [one.last_day for one in deadlines_of_claim(claim, **facts)] == [SECONDARY_LIMIT]


def test_a_crossover_that_did_not_arrive_is_to_be_filed_before_the_limit(look):
    claim, primary_pays = answered(status="19")
    primary_pays()
    look(claim)
    item = WorkItem.objects.get(claim=claim, state="open")
    ana = make_ana(item.practice)
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="not_on_file", now=NOW, today=TODAY)
    item.refresh_from_db()
    assert (item.deadline_kind, item.deadline_on) == ("filing_secondary", SECONDARY_LIMIT)


def test_a_first_payer_that_the_next_ones_bill_says_has_decided_owes_its_remittance(look):
    """The bill to the second says that the first paid 64.00: nobody sends the first anything, and no filing limit
    runs there."""
    first, second = make_payer(), make_payer(name="Second", payer_id="SEC")
    claim = make_claim(number="H1", lines=["100.00"], payers=[first, second])
    Submission.objects.filter(claim=claim).delete()
    Submission.objects.create(
        claim=claim, payer=second, sequence="S", submitted_on=dt.date(2026, 10, 12), charge="100.00",
        state_on=dt.date(2026, 10, 12), prior_paid="64.00", source="second",
    )  # fmt: skip
    look(claim)
    item = WorkItem.objects.get(claim=claim, state="open")
    assert (item.bucket, item.next_action, item.next_on) == ("PAYER1", "find_payment", TODAY)
    assert item.deadline_on is None


def test_the_filing_limit_of_the_next_payer_stops_when_that_payer_has_the_claim(look):
    claim, primary_pays = answered()
    primary_pays()
    Submission.objects.create(
        claim=claim, payer=claim.coverage2.payer, sequence="S", submitted_on=dt.date(2026, 11, 2), charge="100.00",
        state="accepted", state_on=dt.date(2026, 11, 3), source="second",
    )  # fmt: skip
    look(claim)
    item = WorkItem.objects.get(claim=claim, state="open")
    assert (item.next_action, item.next_on, item.deadline_on) == ("check_status", dt.date(2026, 12, 2), None)


def test_what_the_first_payer_said_does_not_stop_the_clock_of_the_next(look):
    claim, primary_pays = answered()
    look(claim)
    item = WorkItem.objects.get(claim=claim, state="open")
    early = NOW.replace(month=9, day=28)
    ana = make_ana(item.practice)
    worklist.record_outcome(
        actor=ana, item_id=item.pk, disposition="in_process", none_given=True, now=early, today=early.date()
    )
    primary_pays()
    look(claim)
    item.refresh_from_db()
    assert (item.bucket, item.deadline_on) == ("PAYER2", SECONDARY_LIMIT)


def test_a_denial_or_a_short_payment_is_worked_with_its_own_payer_however_much_the_next_one_owes(look):
    first, second = make_payer(), make_payer(name="Second", payer_id="SEC")
    PayerRule.objects.create(
        payer=second, kind="filing_secondary", value=80, basis="primary_eob", valid_from=dt.date(2026, 1, 1)
    )
    denied = make_claim(number="H1", lines=["100.00"], payers=[first, second])
    take(Era([Clp("H1", [Svc("100.00", "0", [("CO-197", "20.00"), ("PR-1", "80.00")])])]))
    short = make_claim(number="H2", lines=["100.00"], payers=[first, second])
    terms = Contract.objects.create(practice=short.practice, payer=first, name="A", valid_from=dt.date(2026, 1, 1))
    FeeItem.objects.create(contract=terms, code="99214", allowed="95.00")
    take(Era([Clp("H2", [Svc("100.00", "64.00", [("CO-45", "20.00"), ("PR-2", "16.00")])])], trace="EFT2"))
    look(denied, short)
    for claim, kind in ((denied, "denied"), (short, "underpaid")):
        item = WorkItem.objects.get(claim=claim, state="open")
        assert (item.kind, item.payer, item.bucket, item.submission_state) == (kind, first, "PAYER1", "adjudicated")
        # nothing was sent to the second: its limit runs meanwhile, before the 90 and 180 days of the first
        assert (item.deadline_kind, item.deadline_on) == ("filing_secondary", dt.date(2026, 12, 24))
        assert why.reasons_of(item, today=TODAY, now=NOW)[1][0].last_day == item.deadline_on


@pytest.mark.parametrize(("days_after", "counts"), [(-1, False), (0, True), (1, True)])
def test_what_a_payer_says_counts_from_the_day_on_which_it_begins_to_owe(days_after, counts):
    heard = PayerCorrespondence(on_file=PRIMARY_EOB + dt.timedelta(days=days_after))
    assert is_said_on_file(heard, PRIMARY_EOB) is counts
    assert is_said_on_file(heard, None)


@pytest.mark.parametrize(("sent_on", "counts"), [(-1, True), (0, True), (1, True), (2, True), (3, False)])
def test_a_rejected_claim_is_on_file_when_that_is_said_after_its_last_sending(sent_on, counts):
    sent_again = dt.date(2026, 11, 2)
    heard = PayerCorrespondence(corrected_on=sent_again, on_file=sent_again + dt.timedelta(days=2))
    assert is_corrected_on_file(heard, sent_again + dt.timedelta(days=sent_on)) is counts
    assert not is_corrected_on_file(PayerCorrespondence(on_file=heard.on_file), sent_again)
