"""The aging report as of any day: every dollar in one column, today and again tomorrow."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.billing.models import Submission
from claims.ledger import services as ledger
from claims.ledger.balances import redate_receivables
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting, Receivable
from collections_app.aging import selectors
from collections_app.aging.buckets import Basis
from collections_app.aging.table_columns import AgingBy
from tests.cast import NOW, TODAY, make_account, make_claim, make_payer, make_practice, move

pytestmark = pytest.mark.django_db


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def report(*, as_of: dt.date = TODAY, basis: Basis = Basis.DOS, by: AgingBy = AgingBy.PAYER, today: dt.date = TODAY):
    return selectors.aging(practice_ids=[make_practice().pk], basis=basis, as_of=as_of, today=today, by=by)


def amounts(row) -> dict[str, Decimal]:
    return {code: cell.amount for code, cell in row.parts.items()}


def unapplied(*, practice, amount: str, on: dt.date, account=None) -> Entry:
    return Entry(
        practice_id=practice.pk,
        kind="unapplied",
        debit="CASH",
        credit="UNAPPLIED",
        amount=Decimal(amount),
        posted_on=on,
        effective_on=on,
        key=posting_key("unapplied", practice.pk, amount, on, account and account.pk),
        account_id=account.pk if account else None,
    )


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (-1, "future"),
        (0, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-120"),
        (120, "91-120"),
        (121, "121-180"),
        (180, "121-180"),
        (181, "181-365"),
        (365, "181-365"),
        (366, "366+"),
    ],
)
def test_each_day_of_age_is_in_exactly_one_column(age, code):
    make_claim(lines=["100.00"], service_on=days_ago(age), billed_on=None, posted_on=TODAY)
    now = report()
    assert amounts(now.totals) == {code: Decimal("100.00")}
    ledger.post([unapplied(practice=make_practice(), amount="1.00", on=TODAY + dt.timedelta(days=1))], now=NOW)
    assert amounts(report().totals) == {code: Decimal("100.00")}  # told from the postings, because one lies ahead


def test_the_oldest_columns_are_one_unless_asked_apart():
    make_claim(lines=["100.00"], service_on=days_ago(121))
    make_claim(lines=["10.00"], service_on=days_ago(400))
    assert report().totals.cell("121+").amount == Decimal("110.00")
    assert [column.code for column in report().columns] == ["0-30", "31-60", "61-90", "91-120", "121+"]


def test_a_credit_is_shown_beside_the_debts_and_never_netted():
    owed = make_claim(lines=["100.00"], service_on=days_ago(10))
    paid_twice = make_claim(lines=["80.00"], service_on=days_ago(10))
    line = paid_twice.lines.get()
    for tag in "ab":
        entry = move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="80.00", on=TODAY, tag=tag)
        ledger.post([entry], now=NOW)
    table = report()
    assert (table.totals.debits.amount, table.totals.credits.amount) == (Decimal("100.00"), Decimal("-80.00"))
    assert (table.totals.net.amount, table.totals.debits.count) == (Decimal("20.00"), 1)
    assert owed.balance == Decimal("100.00")


def test_last_month_can_be_printed_again():
    october, november = dt.date(2026, 10, 31), dt.date(2026, 11, 10)
    claim = make_claim(lines=["240.00"], service_on=dt.date(2026, 9, 14), billed_on=dt.date(2026, 9, 16))
    line = claim.lines.get()
    before = report(as_of=october, today=october, basis=Basis.LAST_BILLED)
    assert before.totals.cell("31-60").amount == Decimal("240.00")
    ledger.post(
        [
            move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="150.00", on=november),
            move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="90.00", on=november),
        ],
        now=NOW,
    )
    claim.last_billed_on = november
    claim.save()
    Submission.objects.create(
        claim=claim, submitted_on=november, state_on=november, charge=claim.charge, source="test:second"
    )
    redate_receivables([claim.pk])
    for basis in Basis:
        assert report(as_of=october, basis=basis).totals.net.amount == Decimal("240.00")
    again = report(as_of=october, basis=Basis.LAST_BILLED)
    assert (again.rows, again.totals) == (before.rows, before.totals)
    assert report(basis=Basis.LAST_BILLED).totals.cell("0-30").amount == Decimal("90.00")


def test_moving_to_the_patient_starts_a_date_of_its_own_and_keeps_the_service_date():
    claim = make_claim(lines=["100.00"], service_on=days_ago(100), billed_on=days_ago(95))
    moved = move(claim.lines.get(), kind="transfer", debit="PATIENT", credit="PAYER1", amount="100.00", on=days_ago(20))
    ledger.post([moved], now=NOW)
    assert report(basis=Basis.RESPONSIBILITY).totals.cell("0-30").amount == Decimal("100.00")
    assert report(basis=Basis.DOS).totals.cell("91-120").amount == Decimal("100.00")
    assert report(basis=Basis.FIRST_STATEMENT).totals.cell("undated").amount == Decimal("100.00")
    assert [row.label for row in report().rows] == ["Patients"]


def test_a_patient_share_undone_and_corrected_counts_from_the_correction():
    claim = make_claim(lines=["100.00"], service_on=days_ago(100), billed_on=days_ago(95))
    line = claim.lines.get()
    first = move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="100.00", on=days_ago(60))
    ledger.post([first], now=NOW)
    undo = ledger.mirror(Posting.objects.get(key=first.key), posted_on=days_ago(10))
    again = move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="70.00", on=days_ago(9))
    ledger.post([undo, again], now=NOW)  # one batch: the bucket passes through zero inside it
    assert Receivable.objects.get(claim=claim, bucket="PATIENT").since_on == days_ago(9)
    patients = next(row for row in report(as_of=days_ago(30), basis=Basis.RESPONSIBILITY).rows)
    assert (patients.label, amounts(patients)) == ("Patients", {"0-30": Decimal("100.00")})


def test_every_cut_adds_up_to_the_same():
    practice, second = make_practice(), make_payer(name="Second Mutual", payer_id="SEC01")
    make_claim(practice=practice, lines=["100.00"])
    make_claim(practice=practice, lines=["70.00"], payers=[second])
    make_claim(practice=practice, lines=["55.00"], payers=())
    rows = {by: {row.label: row.net.amount for row in report(by=by).rows} for by in AgingBy}
    assert rows[AgingBy.PAYER] == {
        "Meridian Choice": Decimal("100.00"),
        "Second Mutual": Decimal("70.00"),
        "Patients": Decimal("55.00"),
    }
    assert rows[AgingBy.PAYER_CLASS] == {"Commercial": Decimal("170.00"), "Patients": Decimal("55.00")}
    assert rows[AgingBy.PLAN] == {
        "Meridian Choice, PPO": Decimal("100.00"),
        "Second Mutual, PPO": Decimal("70.00"),
        "Patients": Decimal("55.00"),
    }
    assert rows[AgingBy.RESPONSIBILITY] == {"Primary payer": Decimal("170.00"), "Patient": Decimal("55.00")}
    assert rows[AgingBy.PRACTICE] == {"Harbor Clinic": Decimal("225.00")}


def test_buckets_credits_and_unapplied_add_up_to_the_control_total():
    practice, account = make_practice(), make_account()
    make_claim(practice=practice, lines=["100.00"])
    ledger.post(
        [
            unapplied(practice=practice, amount="25.00", on=TODAY, account=account),
            unapplied(practice=practice, amount="40.00", on=TODAY),
        ],
        now=NOW,
    )
    tie = selectors.tie_out(practice_ids=[practice.pk], as_of=TODAY, today=TODAY)
    assert (tie.debits, tie.unapplied, tie.control) == (Decimal("100.00"), Decimal("65.00"), Decimal("35.00"))
    assert tie.is_tied
    Receivable.objects.update(amount=Decimal("99.00"))
    broken = selectors.tie_out(practice_ids=[practice.pk], as_of=TODAY, today=TODAY)
    assert (broken.is_tied, broken.difference) == (False, Decimal("-1.00"))


def test_the_number_of_queries_does_not_grow_with_the_claims(django_assert_num_queries):
    practice = make_practice()
    for _ in range(2):
        make_claim(lines=["100.00"])
        with django_assert_num_queries(4):  # latest posting, one GROUP BY, names
            selectors.aging(practice_ids=[practice.pk], basis=Basis.DOS, as_of=TODAY, today=TODAY)
