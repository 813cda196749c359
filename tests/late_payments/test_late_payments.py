"""Late payments among what was posted, and the demands for their interest, from gathered to paid."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import Conflict, NotFound
from arwork.staff.models import AuditEvent
from claims.billing.models import Acknowledgment
from claims.denials.models import Denial
from claims.payers.models import Plan
from claims.remits.models import ProviderAdjustment, RemitClaim
from collections_app.contacts.open_cases import cases_of
from collections_app.late_payments import demands, selectors
from collections_app.late_payments.demand_letter import demand_data
from collections_app.late_payments.demands import BadDemand
from collections_app.late_payments.finding import find_late_payments
from collections_app.late_payments.models import InterestDemandEvent, LatePayment
from tests.cast import NOW, TODAY, make_payer, make_practice, make_sol
from tests.late_payments.conftest import DAY, PAID, SENT, D, accepted, billed, paid

pytestmark = pytest.mark.django_db


def found(since: dt.date = PAID) -> list[LatePayment]:
    find_late_payments(since=since, today=TODAY)
    return list(LatePayment.objects.order_by("pk"))


def test_a_payment_of_day_76_owes_46_days_of_interest(practice: Any) -> None:
    paid(billed(practice))
    one = found()[0]
    assert (one.received_on, one.due_on, one.paid_on, one.days_late) == (SENT, dt.date(2026, 10, 1), PAID, 46)
    assert (one.rate, one.interest, one.is_proven) == (1200, D("9.07"), False)  # 600 x 12 % x 46 / 365
    assert one.counted == "46 days at 12 % a year on $600.00"
    assert find_late_payments(since=PAID, today=TODAY) == 0


def test_the_clock_begins_when_the_payer_accepted_it(practice: Any) -> None:
    claim = billed(practice)
    accepted(claim, SENT + 6 * DAY)
    paid(claim)
    one = found()[0]
    assert (one.received_on, one.is_proven, one.days_late) == (SENT + 6 * DAY, True, 40)


def test_interest_that_came_with_it_is_taken_off(practice: Any) -> None:
    paid(billed(practice), interest="4.00")
    one = found()[0]
    assert (one.interest_paid, one.owed) == (D("4.00"), D("5.07"))
    paid(billed(practice), interest="9.07")
    assert len(found()) == 1


@pytest.mark.parametrize("what", ["in time", "self-funded", "funding not known", "a reversal", "nothing paid"])
def test_what_is_no_late_payment(practice: Any, what: str) -> None:
    if what in ("self-funded", "funding not known"):
        make_payer()
        Plan.objects.update(funding="self_funded" if what == "self-funded" else "unknown")
    claim = billed(practice)
    if what == "in time":
        paid(claim, on=dt.date(2026, 10, 1))
    elif what == "a reversal":
        paid(claim, status="22")
    else:
        paid(claim, amount="0.00" if what == "nothing paid" else "600.00")
    assert found(SENT) == []


def test_medicare_owes_from_day_31_by_federal_law(practice: Any) -> None:
    payer = make_payer(name="Medicare Part B", payer_class="medicare", payer_id="MCR01")
    paid(billed(practice, payer=payer), on=SENT + 45 * DAY)
    one = found(SENT)[0]
    assert (one.days_late, one.rate, one.interest) == (15, 413, D("1.02"))  # 600 x 4.13 % x 15 / 365
    assert one.doubt == "The rate is not verified since Jun 30, 2026"


def test_a_claim_that_was_denied_first_is_looked_at_by_a_person(practice: Any, ana: Any) -> None:
    claim = billed(practice)
    first = paid(claim, on=SENT + 20 * DAY, amount="0.00", status="4")
    Denial.objects.create(
        practice=practice, claim=claim, remit_claim=first, payer=claim.payer, bucket="PAYER1", group="CO", carc="16",
        amount=D(1000), category="missing_info", kind="soft", initial_on=SENT + 20 * DAY,
    )  # fmt: skip
    paid(claim)
    assert found()[0].doubt == "It was denied first, on Sep 21, 2026"
    assert [one.count for one in selectors.tab_figures(actor=ana)] == [0, 1, 0, 0, 0]


def test_a_claim_for_which_the_payer_asked_for_more_too(practice: Any) -> None:
    claim = billed(practice)
    Acknowledgment.objects.create(
        practice=practice, claim=claim, kind="277", verdict="info", category="R4", effective_on=SENT + 9 * DAY,
        source="late:r",
    )  # fmt: skip
    paid(claim)
    assert found()[0].doubt == "The payer asked for more on Sep 10, 2026"


def test_in_process_is_no_excuse(practice: Any) -> None:
    claim = billed(practice)
    Acknowledgment.objects.create(
        practice=practice, claim=claim, kind="277", verdict="pending", category="P1", effective_on=SENT + 9 * DAY,
        source="late:p",
    )  # fmt: skip
    paid(claim)
    assert found()[0].doubt == ""


def test_interest_of_the_deposit_counts_where_it_names_the_claim(practice: Any) -> None:
    row = paid(billed(practice))
    l6 = ProviderAdjustment.objects.create(
        remittance=row.remittance, position=1, code="L6", reference="9001", amount=-D("9.07")
    )
    assert found() == []
    l6.reference = "SUM"
    l6.save()
    assert found()[0].doubt == "Interest came with this deposit and names no claim (PLB L6)"


def test_a_correction_is_no_first_payment(practice: Any) -> None:
    claim = billed(practice)
    first = paid(claim, on=SENT + 20 * DAY)
    paid(claim, on=PAID, amount="-600.00", status="22", reverses=first)
    paid(claim, on=PAID, amount="640.00")
    assert [one.doubt for one in found(SENT)] == ["It was answered first on Sep 21, 2026"]


def test_somebody_says_that_it_is_owed(practice: Any, ana: Any) -> None:
    claim = billed(practice)
    paid(claim, on=SENT + 20 * DAY, amount="0.00", status="4")
    paid(claim)
    late = found()[0]
    assert late.doubt
    assert selectors.by_payer(actor=ana) == []
    demands.call_clean(late.pk, actor=ana, now=NOW)
    assert [one.count for one in selectors.by_payer(actor=ana)] == [1]


def test_a_payment_that_was_taken_back_is_late_no_more(practice: Any) -> None:
    row = paid(billed(practice))
    found()
    RemitClaim.objects.filter(pk=row.pk).update(state="dismissed")
    assert found()[0].state == "gone"
    RemitClaim.objects.filter(pk=row.pk).update(state="posted")
    assert found()[0].state == "open"


def test_a_demand_with_a_payment_that_was_taken_back_does_not_leave(practice: Any, ana: Any) -> None:
    row = paid(billed(practice))
    demand = drafted(practice, ana)
    RemitClaim.objects.filter(pk=row.pk).update(state="dismissed")
    with pytest.raises(Conflict, match="took some of these payments back"):
        sent(demand, ana)


def test_a_last_answer_that_pays_some_says_so(practice: Any, ana: Any) -> None:
    paid(billed(practice))
    demand = sent(drafted(practice, ana), ana)
    demands.answer_demand(demand.pk, paid=D("1.00"), is_final=True, words="No more", actor=ana, today=TODAY, now=NOW)
    assert LatePayment.objects.get().state == "part"


def test_the_questions_do_not_grow_with_the_payments(practice: Any) -> None:
    paid(billed(practice))
    with CaptureQueriesContext(
        connection,
    ) as one:
        found()
    LatePayment.objects.all().delete()
    for _ in range(5):
        paid(billed(practice))
    with CaptureQueriesContext(connection) as many:
        assert len(found()) == 6
    assert len(many) == len(one) <= 16


def drafted(practice: Any, actor: Any) -> Any:
    rows = found()
    return demands.draft_demand(
        practice.pk, rows[0].payer_id, payment_ids=[one.pk for one in rows], actor=actor, today=TODAY, now=NOW
    )


def sent(demand: Any, actor: Any) -> Any:
    return demands.send_demand(demand.pk, method="portal", reference="P-77", actor=actor, today=TODAY, now=NOW)


def test_two_payments_are_demanded_and_paid_in_two_parts(practice: Any, ana: Any) -> None:
    for _ in range(2):
        paid(billed(practice))
    demand = drafted(practice, ana)
    assert (demand.amount, demand.count, demand.next_action) == (D("18.14"), 2, "Send the demand")
    assert [one.kind for one in cases_of([practice.pk], TODAY) if one.url_name == "interest_demand"]
    demand = sent(demand, ana)
    assert (demand.state, demand.reference, len(demand.sha256)) == ("sent", "P-77", 64)
    assert demand.document.links.count() == 2
    told = demand_data(demand, demands.payments_of(demand), today=TODAY)
    assert "Guarino, Gus" in str(told)
    assert told["elements"][5]["total"][-1] == "$18.14"
    assert demand.next_on > TODAY
    told = {"words": "First half", "actor": ana, "today": TODAY, "now": NOW}
    demand = demands.answer_demand(demand.pk, paid=D("9.07"), is_final=False, **told)
    assert (demand.state, demand.paid) == ("sent", D("9.07"))
    with pytest.raises(BadDemand, match=r"At most \$9\.07"):
        demands.answer_demand(demand.pk, paid=D("9.08"), is_final=False, **told)
    demand = demands.answer_demand(demand.pk, paid=D("9.07"), is_final=False, **told)
    assert (demand.state, demand.closed_on, demand.next_on) == ("paid", TODAY, None)
    assert set(LatePayment.objects.values_list("state", flat=True)) == {"paid"}
    codes = list(InterestDemandEvent.objects.order_by("pk").values_list("code", flat=True))
    assert codes == ["drafted", "sent", "answered", "answered"]
    assert AuditEvent.objects.filter(action="interest_demand_sent").count() == 1


def test_what_is_in_a_demand_is_in_no_other(practice: Any, ana: Any) -> None:
    paid(billed(practice))
    demand = drafted(practice, ana)
    with pytest.raises(BadDemand):
        drafted(practice, ana)
    demands.cancel_demand(demand.pk, why="Wrong payer address", actor=ana, today=TODAY, now=NOW)
    assert drafted(practice, ana).pk != demand.pk


def test_a_refusal_leaves_nothing_to_demand(practice: Any, ana: Any) -> None:
    paid(billed(practice))
    demand = sent(drafted(practice, ana), ana)
    with pytest.raises(BadDemand, match="Write what the payer said"):
        demands.answer_demand(demand.pk, paid=D(0), is_final=True, words="", actor=ana, today=TODAY, now=NOW)
    demand = demands.answer_demand(
        demand.pk, paid=D(0), is_final=True, words="Not clean, they say", actor=ana, today=TODAY, now=NOW
    )
    assert demand.state == "refused"
    late = LatePayment.objects.get()
    assert late.state == "waived"
    with pytest.raises(Conflict):
        demands.pursue(late.pk, actor=ana, now=NOW)


def test_one_is_left_and_pursued_after_all(practice: Any, ana: Any) -> None:
    paid(billed(practice))
    late = found()[0]
    demands.waive(late.pk, why="Two cents", actor=ana, today=TODAY, now=NOW)
    with pytest.raises(Conflict):
        demands.waive(late.pk, why="Again", actor=ana, today=TODAY, now=NOW)
    assert demands.pursue(late.pk, actor=ana, now=NOW).state == "open"


def test_others_practices_are_out_of_reach(practice: Any, ana: Any) -> None:
    paid(billed(practice))
    demand = drafted(practice, ana)
    stranger = make_sol(make_practice(name="Elsewhere", npi="1003000126", tin="069999999"))
    assert selectors.by_payer(actor=stranger) == []
    with pytest.raises(NotFound):
        selectors.own_demand(demand.pk, actor=stranger)


def test_what_was_done_stays_below_the_orm(practice: Any, ana: Any) -> None:
    paid(billed(practice))
    drafted(practice, ana)
    with pytest.raises(DatabaseError), transaction.atomic():
        InterestDemandEvent.objects.update(code="x")


def test_a_payment_in_time_can_not_stand_here(practice: Any) -> None:
    paid(billed(practice))
    late = found()[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        LatePayment.objects.filter(pk=late.pk).update(due_on=PAID)
    with pytest.raises(IntegrityError), transaction.atomic():
        LatePayment.objects.filter(pk=late.pk).update(state="demanded")
