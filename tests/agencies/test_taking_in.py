"""What an agency reports: posted to the cent, tied to its deposit, once; nothing lost; what is settled and returned."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import Sum

from arwork.lib.errors import Conflict, DomainError
from claims.billing.buckets import BUCKETS
from claims.ledger.models import Posting, Receivable
from claims.receipts.models import Receipt
from claims.remits.verify import verify
from collections_app.agencies import judging, recalling, scorecard, selectors, services, taking_in
from collections_app.agencies.models import AgencyFile, AgencyFileRow, AgencyPlacement
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db
PAID_ON = dt.date(2026, 12, 1)
DAY = dt.date(2026, 12, 10)
HEAD = "key,reference,type,date,amount,fee,code,note"


def file_of(*lines):
    return "\r\n".join([HEAD, *lines, ""]).encode()


@pytest.fixture
def one(owing, placed):
    """Guarino's $200.00 and $80.00, placed."""
    return placed([owing("200.00", "80.00")]).placements.get()


@pytest.fixture
def take(agency, sol):
    def make(*lines, deposit, name="dec.csv", on=DAY):
        return taking_in.take_in(
            agency.pk, name, file_of(*lines), deposit=Decimal(deposit), deposit_reference="ACH 77", actor=sol, today=on,
            now=NOW,
        )  # fmt: skip

    return make


def owed(*buckets):
    rows = Receivable.objects.filter(bucket__in=buckets or BUCKETS)
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def test_a_payment_net_of_its_fee_is_posted_gross(one, take):
    file = take(f"T1,{one.reference},payment,2026-12-01,100.00,25.00,,", deposit="75.00")
    assert (file.amount, file.fee, file.fee_due, file.deposit) == (100, 25, 25, 75)
    receipt = Receipt.objects.get()
    assert (receipt.method, receipt.amount, receipt.received_on) == ("agency", Decimal("100.00"), PAID_ON)
    assert (owed("AGENCY"), owed("PATIENT")) == (Decimal("180.00"), Decimal(0))
    cash = Posting.objects.filter(debit="CASH").aggregate(total=Sum("amount"))["total"]
    assert cash == file.deposit + file.fee
    assert all(check.holds for check in verify([one.practice_id]))


def test_a_fee_beyond_the_contract_is_named_to_the_cent(agency, sol, one):
    report = judging.read(
        agency.pk, file_of(f"T1,{one.reference},payment,2026-12-01,100.01,27.00,,"), actor=sol, today=DAY
    )
    assert (report.rows[0].fee_due, report.rows[0].fee_difference) == (Decimal("25.00"), Decimal("2.00"))
    assert report.deposit == Decimal("73.01")


def test_a_deposit_that_does_not_tie_posts_nothing(one, take):
    with pytest.raises(DomainError, match=r"deposit of \$75.00, and \$74.99 arrived: \$0.01 less"):
        take(f"T1,{one.reference},payment,2026-12-01,100.00,25.00,,", deposit="74.99")
    assert (Receipt.objects.count(), AgencyFile.objects.filter(kind="answer").count()) == (0, 0)


def test_gross_remittance_sends_all_of_it(agency, one, take):
    agency.remits = "gross"
    agency.save()
    assert take(f"T1,{one.reference},payment,2026-12-01,100.00,25.00,,", deposit="100.00").fee == 25


def test_what_was_paid_to_us_is_held_already(one, take):
    take(
        f"T1,{one.reference},payment,2026-12-01,100.00,,,", f"T2,{one.reference},direct,2026-12-02,40.00,,,",
        deposit="65.00",
    )  # fmt: skip
    assert Receipt.objects.get().amount == Decimal("100.00")


def test_the_same_file_and_the_same_line_count_once(one, take):
    line = f"T1,{one.reference},payment,2026-12-01,100.00,25.00,,"
    take(line, deposit="75.00")
    with pytest.raises(Conflict, match="before"):
        take(line, deposit="75.00")
    with pytest.raises(Conflict, match="Every line"):
        take(line, "", deposit="75.00")
    file = take(line, f"T2,{one.reference},payment,2026-12-03,20.00,5.00,,", deposit="15.00")
    assert (file.count, owed("AGENCY")) == (1, Decimal("160.00"))


def test_a_line_that_is_wrong_stops_the_file_and_says_where(one, take):
    with pytest.raises(DomainError, match="line 3: Its type"):
        take(
            f"T1,{one.reference},payment,2026-12-01,100.00,25.00,,", f"T2,{one.reference},gift,2026-12-01,1,,,",
            deposit="75.00",
        )  # fmt: skip
    assert owed("AGENCY") == Decimal("280.00")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("T1,{ref},payment,2027-01-01,1.00,,,", "still to come"),
        ("T1,{ref},payment,2026-12-01,1.00,,,4111 1111 1111 1111", "must not be kept"),
        ("ours-receipt-5,{ref},direct,2026-12-01,1.00,,,", "one of ours"),
    ],
)
def test_lines_that_can_not_be_so(agency, sol, one, line, words):
    report = judging.read(agency.pk, file_of(line.format(ref=one.reference)), actor=sol, today=DAY)
    assert words in report.bad[0].trouble


def test_a_reference_of_nobody_waits_and_is_given_to_somebody(one, take, sol):
    file = take("T1,P99999999,payment,2026-12-01,60.00,15.00,,", deposit="45.00")
    row = file.rows.get()
    assert (row.state, Receipt.objects.count(), selectors.waiting_count(sol, DAY)) == ("waiting", 0, 1)
    with pytest.raises(DomainError, match="no placement"):
        taking_in.give_to_account(row.pk, "P00000000", actor=sol, today=DAY, now=NOW)
    taking_in.give_to_account(row.pk, one.reference, actor=sol, today=DAY, now=NOW)
    assert (owed("AGENCY"), Receipt.objects.get().amount) == (Decimal("220.00"), Decimal("60.00"))
    with pytest.raises(Conflict):
        taking_in.seen_to(row.pk, why="Again", actor=sol, now=NOW)


def test_more_than_is_left_stays_unapplied_on_the_account(one, take):
    take(f"T1,{one.reference},payment,2026-12-01,300.00,75.00,,", deposit="225.00")
    one.refresh_from_db()
    one.account.refresh_from_db()
    assert (one.state, one.ended_on, one.account.unapplied) == ("paid", DAY, Decimal("20.00"))
    assert owed() == Decimal(0)


def test_what_is_returned_is_the_patients_again(one, take):
    take(f"T1,{one.reference},return,2026-12-05,,,exhausted,moved away", deposit="0.00")
    one.refresh_from_db()
    assert (one.state, one.ended_code, owed("PATIENT"), owed("AGENCY")) == ("returned", "exhausted", 280, 0)
    assert not selectors.placed_accounts([one.account_id])


def test_what_comes_in_after_it_was_returned_waits(one, take, sol):
    recalling.recall([one.pk], code="request", because="", actor=sol, today=DAY, now=NOW)
    file = take(f"T1,{one.reference},return,2026-12-05,,,recalled,", deposit="0.00")
    assert "not with the agency" in file.rows.get().why


def test_a_settlement_within_authority_is_taken_off(one, take, ada, agency):
    taking_in.take_in(
        agency.pk, "dec.csv",
        file_of(f"T1,{one.reference},payment,2026-12-01,270.00,67.50,,", f"T2,{one.reference},settled,2026-12-01,,,,"),
        deposit=Decimal("202.50"), deposit_reference="", actor=ada, today=DAY, now=NOW,
    )  # fmt: skip
    row = AgencyFileRow.objects.get(key="T2")
    one.refresh_from_db()
    assert "$10.00" in row.why
    if "second person" in row.why:
        assert (one.state, owed("AGENCY")) == ("placed", Decimal("10.00"))
    else:
        assert (one.state, owed("AGENCY")) == ("settled", Decimal(0))
    assert all(check.holds for check in verify([one.practice_id]))


def test_the_scorecard_says_what_became_of_a_month(agency, one, take):
    take(f"T1,{one.reference},payment,2026-12-01,70.00,18.00,,", deposit="52.00")
    [month] = scorecard.cohorts(agency)
    assert (month.month, month.accounts, month.placed) == (TODAY.replace(day=1), 1, Decimal("280.00"))
    assert (month.recovered, month.liquidation, month.fees, month.fees_due) == (
        70,
        Decimal("0.25"),
        18,
        Decimal("17.5"),
    )
    assert (month.kept, month.days_to_remit) == (Decimal("52.00"), 9)
    assert scorecard.together([month, month]).placed == Decimal("560.00")


def test_what_is_fully_paid_elsewhere_is_closed_at_night(one, take):
    take(f"T1,{one.reference},payment,2026-12-01,280.00,70.00,,", deposit="210.00")
    assert AgencyPlacement.objects.get().state == "paid"
    assert services.keep_up(today=DAY, now=NOW) == (0, 0)


def test_many_lines_ask_as_many_queries_as_few(agency, sol, owing, placed, django_assert_max_num_queries):
    batch = placed([owing("50.00", last=f"Name{number}") for number in range(8)])
    lines = [
        f"T{number},{one.reference},payment,2026-12-01,40.00,10.00,,"
        for number, one in enumerate(batch.placements.all())
    ]
    with django_assert_max_num_queries(110):
        taking_in.take_in(
            agency.pk, "dec.csv", file_of(*lines), deposit=Decimal("240.00"), deposit_reference="", actor=sol,
            today=DAY, now=NOW,
        )  # fmt: skip
    assert owed("AGENCY") == Decimal("80.00")
