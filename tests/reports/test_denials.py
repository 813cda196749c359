"""Denials of a period: what was denied, by whom and why, and what became of it; every figure opens its rows."""

import csv
import datetime as dt
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from arwork.lib.money import money
from arwork.staff.models import AuditEvent
from claims.denials.models import Denial
from claims.practices.models import Practice
from collections_app.reports import denials
from collections_app.reports.denial_breakdowns import DenialOutcome, DenialQuery, DenialsBy
from tests import cast
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
OCT = {"since": dt.date(2026, 10, 1), "until": dt.date(2026, 10, 31)}
PAGE = "/reports/denials?since=2026-10-01&until=2026-10-31"


def asked(by: DenialsBy = DenialsBy.PAYER, **narrowed: object) -> DenialQuery:
    return DenialQuery(practice_ids=[cast.make_practice().pk], by=by, **OCT, **narrowed)  # type: ignore[arg-type]


def denied(number: str, amount: str, reason: str = "CO-197", *, day: int = 5, charge: str = "") -> None:
    """A claim of which the payer denies `amount` and pays the rest."""
    charge = charge or amount
    cast.make_claim(number=number, lines=[charge])
    paid = money(charge) - money(amount)
    svc = Svc(charge, str(paid), [(reason, amount)])
    take(Era([Clp(number, [svc], icn=f"I{number}")], trace=f"D{number}", paid_on=dt.date(2026, 10, day)))


@pytest.fixture
def october() -> Practice:
    """Four denials of $500.00 on $600.00 charged, and one clean payment of $400.00: open, overturned, accepted and
    reversed by the payer."""
    practice = cast.make_practice()
    denied("H1", "200.00")
    denied("H2", "150.00", "CO-16")
    denied("H3", "100.00", "CO-16", charge="200.00")
    denied("H4", "50.00", "CO-96")
    cast.make_claim(number="H5", lines=["400.00"])
    take(Era([Clp("H5", [Svc("400.00", "400.00")])], trace="CLEAN"))
    take(Era([Clp("H2", [Svc("150.00", "120.00", [("CO-45", "30.00")])])], trace="WON", paid_on=dt.date(2026, 11, 3)))
    fourth = Denial.objects.get(claim__number="H4")
    Denial.objects.filter(claim__number="H3").update(state="accepted", closed_on=cast.TODAY)
    back = Clp("H4", [Svc("-50.00", "0.00", [("CO-96", "-50.00")])], status="22", icn="IH4")
    take(Era([back], trace="BACK", paid_on=dt.date(2026, 11, 4)))
    fourth.refresh_from_db()
    assert fourth.state == "reversed"
    return practice


def test_what_was_denied_is_open_overturned_accepted_or_reversed(october: Practice) -> None:
    found = denials.denial_report(asked())

    (row,) = found.rows
    assert row.label == "Meridian Choice"
    for one in (row, found.totals):
        assert (one.claims, one.denied) == (4, money("500.00"))
        assert (one.open, one.overturned) == (money("200.00"), money("150.00"))
        assert (one.accepted, one.reversed) == (money("100.00"), money("50.00"))
        assert one.open + one.overturned + one.accepted + one.reversed == one.denied
        assert one.recovered == money("120.00")
        assert one.won == Decimal(150) / 250
        # H4's answer was reversed, so it is none; the payment of November is no answer of October.
        assert (one.remitted, one.charged) == (4, money("950.00"))
        assert (one.claim_rate, one.dollar_rate) == (Decimal(1), Decimal(500) / 950)


def test_rows_come_by_reason_with_the_rate_of_all_answers(october: Practice) -> None:
    found = denials.denial_report(asked(DenialsBy.REASON))
    assert [(row.key, row.denied, row.remitted) for row in found.rows] == [
        ("CO-16", money("250.00"), 4),
        ("CO-197", money("200.00"), 4),
        ("CO-96", money("50.00"), 4),
    ]
    assert [row.label for row in denials.denial_report(asked(DenialsBy.MONTH)).rows] == ["2026-10"]
    assert sum(row.denied for row in denials.denial_report(asked(DenialsBy.CATEGORY)).rows) == money("500.00")


@pytest.mark.parametrize("by", list(DenialsBy))
def test_every_figure_opens_the_denials_it_is_made_of(october: Practice, by: DenialsBy) -> None:
    question = asked(by)
    report = denials.denial_report(question)
    assert report.rows
    for row in report.rows:
        assert row.label
        for part in DenialOutcome:
            behind = denials.denials(question, part=part, key=row.key)
            figure = row.denied if part is DenialOutcome.ALL else getattr(row, part.value)
            assert denials.total_of(behind) == figure, (by, row.key, part)
    assert sum(row.denied for row in report.rows) == report.totals.denied


def test_a_denial_that_is_repeated_counts_once_on_its_first_day() -> None:
    denied("H1", "200.00")
    again = Svc("200.00", "0.00", [("CO-197", "200.00")])
    back = Svc("-200.00", "0.00", [("CO-197", "-200.00")])
    both = [Clp("H1", [back], status="22"), Clp("H1", [again])]
    take(Era(both, trace="E3", paid_on=dt.date(2026, 11, 10)))
    assert Denial.objects.get().remit_claim.remittance.trace == "E3"

    totals = denials.denial_report(asked()).totals
    assert (totals.claims, totals.denied, totals.open, totals.reversed) == (1, money("200.00"), money("200.00"), 0)


def test_a_claim_that_was_answered_twice_is_charged_once(october: Practice) -> None:
    again = Svc("200.00", "120.00", [("CO-45", "80.00")])
    take(Era([Clp("H1", [again], icn="IH1")], trace="SOON", paid_on=dt.date(2026, 10, 20)))

    for by in (DenialsBy.PAYER, DenialsBy.REASON, DenialsBy.PRACTICE, DenialsBy.MONTH):
        found = denials.denial_report(asked(by))
        for one in (*found.rows, found.totals):
            assert (one.remitted, one.charged) == (4, money("950.00"))  # as on the day before, though five answers came


def test_it_costs_the_same_however_many(october: Practice, django_assert_num_queries) -> None:
    for number in range(12):
        denied(f"M{number}", "10.00", "CO-50")
    by_payer, by_reason = asked(), asked(DenialsBy.REASON)
    with django_assert_num_queries(4):
        denials.denial_report(by_payer)
    with django_assert_num_queries(3):
        denials.denial_report(by_reason)


def test_the_page_leads_from_payer_to_reason_to_denials_and_exports(client: Client, october: Practice) -> None:
    client.force_login(cast.make_sol(october))
    page = client.get(PAGE).content.decode()
    payer = Denial.objects.values_list("payer", flat=True).first()
    assert (
        f"payer={payer}&amp;by=reason" in page
        or f"by=reason&amp;since=2026-10-01&amp;until=2026-10-31&amp;payer={payer}" in page
    )

    narrowed = client.get(f"{PAGE}&by=reason&payer={payer}").content.decode()
    assert "Meridian Choice" in narrowed
    assert "250.00" in narrowed
    rows = client.get("/reports/denials/rows?since=2026-10-01&until=2026-10-31&by=reason&key=CO-16&part=accepted")
    assert "<strong>$100.00</strong> in 1 denial " in rows.content.decode()

    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(client.get(f"{PAGE}&export=xlsx").streaming_content)))
    sheet = book.get_sheet_by_index(0).to_python()
    assert next(row for row in sheet if row[0] == "Meridian Choice")[4] == 500.0
    text = b"".join(client.get(f"{PAGE}&export=csv").streaming_content).decode("utf-8-sig")
    shares = [row[name] for row in csv.DictReader(text.splitlines()) for name in row if " of " in name]
    assert any(shares)
    assert all(len(share) <= len("0.1234") for share in shares)  # a share, not every place of a quotient
    lines = b"".join(client.get(f"/reports/denials/rows?{PAGE.partition('?')[2]}&export=csv").streaming_content)
    assert len(lines.decode("utf-8-sig").splitlines()) == 5
    assert AuditEvent.objects.filter(action="exported").count() == 3


def test_nonsense_in_the_address_shows_nothing_of_others(client: Client, october: Practice) -> None:
    other = cast.make_practice(name="Cedar Group", npi="1987654328")
    client.force_login(cast.make_sol(other))
    for tail in (
        "",
        "&by=x&payer=9e9&reason=%00",
        "&by=month&key=soon&part=none",
        "&by=payer&key=99999999999999999999",
    ):
        for address in (f"{PAGE}{tail}", f"/reports/denials/rows?{PAGE.partition('?')[2]}{tail}"):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert "Meridian" not in answer.content.decode()
    client.force_login(cast.make_user(username="cora", practices=[october]))
    assert client.get(PAGE).status_code == 403
