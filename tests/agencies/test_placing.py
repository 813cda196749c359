"""Placing: whole or not at all, once, taken back whole; called back to the cent; nothing lands that may not."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db.models import Sum

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff.models import AuditEvent
from claims.billing.models import Claim
from claims.ledger.models import Receivable
from claims.receipts.recording import ReceivedMoney, post_receipts
from claims.remits.verify import verify
from collections_app.agencies import files_out, recalling, selectors, services, setup
from collections_app.agencies.models import AgencyPlacement, PlacementBatch
from collections_app.agencies.placing import candidates, place, undo_batch
from collections_app.contacts.models import Hold
from tests.agencies.conftest import FIRST_BILLED, SERVED
from tests.cast import NOW, TODAY, make_practice, make_user
from tests.disputes.opening import disputed
from tests.releases.rows import requests_of_every_kind

pytestmark = pytest.mark.django_db
LATER = TODAY + dt.timedelta(days=20)


def owed(bucket):
    return Receivable.objects.filter(bucket=bucket).aggregate(total=Sum("amount"))["total"] or Decimal(0)


def hold(account, sol, reason="dispute"):
    return Hold.objects.create(
        practice=account.practice, account=account, reason=reason, from_on=TODAY, placed_at=NOW, placed_by=sol
    )


def open_placement(account_id):
    return AgencyPlacement.objects.get(account=account_id, state="placed")


def holds_together(agency):
    """The agency's bucket is the sum of what open placements still hold."""
    rows = AgencyPlacement.objects.filter(state="placed")
    return sum((amount for _, amount in recalling.visits_left(list(rows))), Decimal(0)) == owed("AGENCY")


def test_a_batch_moves_the_balances_and_freezes_its_file(agency, owing, placed):
    batch = placed([owing("200.00", "80.00"), owing("50.00", last="Halloran")])
    assert (batch.count, batch.amount, batch.file.count) == (2, Decimal("330.00"), 3)
    assert (owed("AGENCY"), owed("PATIENT")) == (Decimal("330.00"), Decimal(0))
    assert holds_together(agency)
    assert all(check.holds for check in verify([agency.practice_id]))
    text = batch.file.content
    assert "diagnos" not in text.lower()
    assert "99214" not in text
    assert "Halloran" in text
    assert "2026-06-10" in text
    first = batch.placements.order_by("pk").first()
    assert (first.reference[:1], first.number, first.next_on) == ("P", 1, dt.date(2027, 2, 18))
    assert AuditEvent.objects.filter(action="accounts_placed").count() == 1


def test_the_same_confirmation_places_once(agency, owing, placed):
    account, key = owing(), uuid4()
    assert placed([account], key=key).pk == placed([account], key=key).pk
    assert owed("AGENCY") == Decimal("200.00")
    with pytest.raises(DomainError, match="already"):
        placed([account])


def test_one_that_may_not_stops_all_of_them(agency, owing, placed, sol):
    first, second = owing(), owing("75.00", last="Halloran")
    hold(second, sol)
    with pytest.raises(DomainError, match="1 of these 2"):
        placed([first, second])
    assert (owed("AGENCY"), PlacementBatch.objects.count()) == (Decimal(0), 0)


def test_the_preview_counts_and_says_each_reason(agency, owing, sol):
    owing("200.00")
    hold(owing("75.00", last="Halloran"), sol)
    owing("10.00", last="Ibarra")
    owing("90.00", last="Jensen", billed=TODAY)
    shown = candidates(agency, actor=sol, today=TODAY)
    assert [one.account.guarantor.last for one in shown.fitting] == ["Guarino"]
    assert shown.amount == Decimal("200.00")
    assert {words for words, _ in shown.reasons} >= {
        "It owes less than the $25.00 that it takes",
        "120 days have to pass since the first statement of its latest visit",
    }
    assert len(candidates(agency, actor=sol, today=TODAY, least=Decimal("80.00")).candidates) == 2
    assert candidates(agency, actor=sol, today=TODAY, older_than=400).candidates == []


def test_why_not_asks_the_same_queries_for_many(agency, owing, django_assert_max_num_queries):
    accounts = [owing(last=f"Name{number}") for number in range(12)]
    with django_assert_max_num_queries(50):
        few = services.why_not_placed([accounts[0].pk], agency.pk, today=TODAY)
    with django_assert_max_num_queries(50):
        many = services.why_not_placed([one.pk for one in accounts], agency.pk, today=TODAY)
    assert few == {accounts[0].pk: []}
    assert set(map(tuple, many.values())) == {()}


def test_neither_a_dispute_nor_a_request_for_records_is_placed_over(agency, owing, sol):
    disputing, asking, plain = owing(), owing(last="Halloran"), owing(last="Ibarra")
    disputed(Claim.objects.get(account=disputing), sol)
    requests_of_every_kind(Claim.objects.get(account=asking), sol, words="Smith & Lee")
    Hold.objects.filter(account=disputing).update(lifted_at=NOW)  # the case alone stops it as well
    found = services.why_not_placed([disputing.pk, asking.pk, plain.pk], agency.pk, today=TODAY)
    assert found[plain.pk] == []
    assert any("A dispute is open" in words for words in found[disputing.pk])
    assert any("A request for records is open" in words for words in found[asking.pk])


def test_the_wait_of_a_state_is_kept(agency, owing, ada):
    account = owing()
    account.guarantor.addresses.update(state="CA", zip="94103")
    setup.add_licence(
        agency.pk, state="CA", number="CA-1", valid_from=dt.date(2026, 1, 1), valid_to=None, actor=ada, now=NOW
    )
    said = services.why_not_placed([account.pk], agency.pk, today=TODAY)[account.pk]
    assert len(said) == 1
    assert "180 days" in said[0]
    assert "Dec 28, 2026" in said[0]
    assert "127425" in said[0]
    assert services.why_not_placed([account.pk], agency.pk, today=dt.date(2026, 12, 28))[account.pk] == []


def test_taken_back_whole_it_is_as_if_it_had_never_been(agency, owing, placed, sol):
    account = owing("200.00", "80.00")
    before = sorted(Receivable.objects.values_list("claim_id", "bucket", "amount", "since_on", "first_statement_on"))
    batch = placed([account])
    undo_batch(batch.pk, because="Wrong list", actor=sol, today=TODAY, now=NOW)
    after = sorted(Receivable.objects.values_list("claim_id", "bucket", "amount", "since_on", "first_statement_on"))
    assert after == before
    assert all(check.holds for check in verify([agency.practice_id]))
    assert services.why_not_placed([account.pk], agency.pk, today=TODAY)[account.pk] == []
    assert placed([account]).placements.get().number == 1


def test_once_the_file_was_taken_it_is_not_taken_back(agency, owing, placed, sol):
    batch = placed([owing()])
    file = files_out.download(batch.file_id, actor=sol, today=TODAY, now=NOW)
    assert files_out.download(batch.file_id, actor=sol, today=LATER, now=NOW).sha256 == file.sha256
    with pytest.raises(Conflict, match="Call accounts back"):
        undo_batch(batch.pk, because="Wrong list", actor=sol, today=TODAY, now=NOW)
    assert AuditEvent.objects.filter(action="exported", subject="agency_file").count() == 2


def test_nothing_leaves_without_an_agreement_in_force(agency, owing, placed, sol):
    batch = placed([owing()])
    agency.agreement_until = TODAY
    agency.save()
    with pytest.raises(Conflict, match="business associate"):
        files_out.download(batch.file_id, actor=sol, today=LATER, now=NOW)


def test_called_back_the_patient_owes_since_the_day_they_did(agency, owing, placed, sol):
    account = owing("200.00", "80.00")
    before = sorted(Receivable.objects.values_list("claim_id", "bucket", "amount", "since_on"))
    placed([account])
    placement = open_placement(account.pk)
    [file] = recalling.recall(
        [placement.pk], code="dispute", because="They call it wrong", actor=sol, today=LATER, now=NOW
    )
    assert sorted(Receivable.objects.values_list("claim_id", "bucket", "amount", "since_on")) == before
    assert placement.reference in file.content
    assert "280.00" in file.content
    placement.refresh_from_db()
    assert (placement.state, placement.ended_code, placement.ended_on) == ("recalled", "dispute", LATER)
    with pytest.raises(NotFound):
        recalling.recall([placement.pk], code="dispute", because="", actor=sol, today=LATER, now=NOW)
    assert placed([account], today=LATER).placements.get().number == 2


def test_a_gate_that_closes_proposes_to_call_back(agency, owing, placed, sol):
    disputed, quiet = owing(), owing("60.00", last="Halloran")
    placed([disputed, quiet])
    row = hold(disputed, sol)
    assert services.keep_up(today=LATER, now=NOW) == (1, 0)
    assert services.keep_up(today=LATER, now=NOW) == (0, 0)
    assert open_placement(disputed.pk).recall_code == "dispute"
    assert open_placement(quiet.pk).recall_code == ""
    assert selectors.waiting_count(sol, LATER) == 1
    row.lifted_at = NOW
    row.save()
    services.keep_up(today=LATER, now=NOW)
    assert open_placement(disputed.pk).recall_code == ""


def test_what_reaches_us_is_proposed_and_told_to_the_agency_once(agency, owing, placed, sol):
    account = owing()
    placed([account])
    post_receipts(
        [ReceivedMoney(account.pk, account.practice_id, Decimal("40.00"), LATER, "1041")], posted_on=LATER, now=NOW
    )
    services.keep_up(today=LATER, now=NOW)
    assert open_placement(account.pk).recall_code == "paid_us"
    file = recalling.report_direct(agency, actor=sol, today=LATER, now=NOW)
    assert (file.count, file.amount) == (1, Decimal("40.00"))
    assert recalling.report_direct(agency, actor=sol, today=LATER, now=NOW) is None


def test_the_agency_of_another_practice_is_not_ours(agency, owing):
    stranger = make_user(username="zoe", role="supervisor", practices=[make_practice(name="Other", npi="1093817465")])
    with pytest.raises(NotFound):
        place([owing().pk], agency.pk, key=uuid4(), actor=stranger, today=TODAY, now=NOW)


def test_figures_of_the_tests_are_what_they_say():
    assert (TODAY - FIRST_BILLED).days == 142
    assert (TODAY - SERVED).days == 163
    assert Claim.objects.count() == 0
