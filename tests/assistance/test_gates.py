"""Why no collection action may begin, in sets: 501(r) with its notice, New Jersey, an open application; bounded
queries. And who is never billed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import Conflict, NotFound
from claims.adjustments.models import WriteOff
from claims.billing.models import Claim
from claims.parties.models import PersonAddress
from collections_app.assistance import never_billed, papers
from collections_app.assistance.selectors import clocks_of, eca_gates
from collections_app.deliveries.models import Delivery
from collections_app.statements.owing import owed_by
from tests.assistance.conftest import DAY, apply, billed, hospital, owed
from tests.cast import (
    NOW,
    TODAY,
    make_account,
    make_claim,
    make_coverage,
    make_patient,
    make_payer,
    make_practice,
    make_user,
)

pytestmark = pytest.mark.django_db
D = Decimal


def left(letter, on):
    """The notice leaves on a day."""
    contact = letter.account.contact_log.create(
        practice_id=letter.practice_id, channel="letter", outcome="sent", at=NOW, person_id=letter.account.guarantor_id
    )
    at = dt.datetime.combine(on, dt.time(17), dt.UTC)
    Delivery.objects.filter(letter=letter).update(state="sent", left_at=at, contact=contact)


def test_a_hospital_waits_120_days_sends_its_notice_and_waits_30(account, oona):
    hospital(oona)
    billed(account, TODAY - 200 * DAY, TODAY - 119 * DAY)
    assert "Not before Nov 21, 2026" in eca_gates([account.pk], TODAY)[account.pk]
    later = TODAY + DAY
    assert "notice of the actions has not been sent" in eca_gates([account.pk], later)[account.pk]
    letter = papers.send_notice(account.pk, ["suit", "lien"], actor=oona, today=later, now=NOW + DAY)
    assert letter.facts["actions"] == "a lawsuit, a lien on property"
    assert letter.facts["begins_on"] == {"day": (later + 30 * DAY).isoformat()}
    assert letter.facts["apply_by_on"] == {"day": (TODAY - 119 * DAY + 240 * DAY).isoformat()}
    assert "100 percent off up to 200 percent" in letter.facts["summary"]
    assert "has not been sent" in eca_gates([account.pk], later + 30 * DAY)[account.pk]  # it only waits in the batch
    left(letter, later)
    assert eca_gates([account.pk], later + 29 * DAY)[account.pk].endswith("Not before Dec 21, 2026.")
    assert eca_gates([account.pk], later + 30 * DAY) == {}
    apply(account, oona)
    assert "Assistance was applied for" in eca_gates([account.pk], later + 30 * DAY)[account.pk]


def test_a_notice_that_came_back_was_none(account, oona):
    hospital(oona)
    billed(account, TODAY - 200 * DAY, TODAY - 200 * DAY)
    letter = papers.send_notice(account.pk, ["suit"], actor=oona, today=TODAY, now=NOW)
    left(letter, TODAY)
    assert eca_gates([account.pk], TODAY + 30 * DAY) == {}
    Delivery.objects.filter(letter=letter).update(state="returned")
    assert "has not been sent" in eca_gates([account.pk], TODAY + 30 * DAY)[account.pk]


def test_no_notice_where_501r_does_not_bind_or_nothing_was_billed(account, oona):
    with pytest.raises(Conflict, match="does not bind"):
        papers.send_notice(account.pk, ["suit"], actor=oona, today=TODAY, now=NOW)
    hospital(oona)
    with pytest.raises(Conflict, match="no first statement"):
        papers.send_notice(account.pk, ["suit"], actor=oona, today=TODAY, now=NOW)


def test_california_waits_180_days_and_new_jersey_120_whoever_the_practice_is(account, oona):
    billed(account, TODAY - 119 * DAY, TODAY - 119 * DAY)
    assert eca_gates([account.pk], TODAY) == {}
    PersonAddress.objects.filter(person=account.guarantor_id).update(state="NJ")
    assert eca_gates([account.pk], TODAY)[account.pk] == (
        "NJ asks for 120 days from the first bill: not before Nov 21, 2026."
    )
    assert eca_gates([account.pk], TODAY + DAY) == {}
    hospital(oona)
    PersonAddress.objects.filter(person=account.guarantor_id).update(state="CA")
    assert "180 days from the latest first bill" in eca_gates([account.pk], TODAY + 60 * DAY)[account.pk]
    assert "has not been sent" in eca_gates([account.pk], TODAY + 61 * DAY)[account.pk]


def test_the_questions_cost_the_same_for_one_account_and_for_twenty(account, oona, practice):
    hospital(oona)
    many = [account.pk]
    for number in range(20):
        patient = make_patient(account=make_account(practice=practice, last=f"Guest{number}", first="Ida"))
        make_claim(patient=patient, payers=(), lines=("50.00",))
        many.append(patient.account_id)
    counts = []
    for asked in ([account.pk], many):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert set(eca_gates(asked, TODAY)) == set(asked)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7
    assert set(clocks_of(many, today=TODAY)) == set(many)


def test_a_medicaid_patient_is_listed_left_out_and_written_off_by_law(account, ana, oona):
    claim = Claim.objects.filter(account=account).order_by("pk").first()
    assert list(never_billed.forbidden_balances(ana)) == []
    medicaid = make_payer(name="State Medicaid", payer_class="medicaid", payer_id="MCD01")
    cover = make_coverage(patient=claim.patient, payer=medicaid, rank=2)
    cover.valid_from, cover.valid_to = dt.date(2026, 8, 1), dt.date(2026, 8, 31)
    cover.save()
    (row,) = never_billed.told(list(never_billed.forbidden_balances(ana)))
    assert (row.claim_id, row.owed, row.is_qmb) == (claim.pk, D("300.00"), False)
    assert "42 CFR 447.15" in row.law
    with pytest.raises(NotFound):
        never_billed.write_off_by_law(
            Claim.objects.filter(account=account).order_by("pk").last().pk, actor=oona, today=TODAY, now=NOW
        )
    never_billed.write_off_by_law(claim.pk, actor=oona, today=TODAY, now=NOW)
    assert owed(account) == D("100.10")
    assert WriteOff.objects.get().books_to == "WO_STATUTORY"
    assert list(never_billed.forbidden_balances(ana)) == []
    assert owed_by([account.pk], today=TODAY)[account.pk].asked == D("100.10")


def test_another_practices_patients_are_not_listed(account, ana):
    stranger = make_user(username="zed", practices=[make_practice(name="Other", npi="1999999976")])
    claim = Claim.objects.filter(account=account).order_by("pk").first()
    make_coverage(
        patient=claim.patient, payer=make_payer(name="State Medicaid", payer_class="medicaid", payer_id="MCD01")
    )
    assert never_billed.forbidden_balances(ana).count() == 2
    assert never_billed.forbidden_balances(stranger).count() == 0
