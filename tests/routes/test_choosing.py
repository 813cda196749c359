"""Choosing a route: kept with what was offered, followed by the item, opened where a page does it, taken back."""

import datetime as dt
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.sensitive import SensitiveText
from arwork.staff.models import AuditEvent
from claims.denials.models import Denial
from collections_app.routes import lists, outcomes, selectors, services
from collections_app.routes.models import RouteChoice, RouteWithdrawal
from collections_app.routes.openers import _openers
from collections_app.routes.route_rules import RouteCode
from collections_app.worklist import services as worklist
from collections_app.worklist.actions import undo_action
from collections_app.worklist.leases import HeldByOther
from collections_app.worklist.models import WorkAction, WorkItem
from collections_app.worklist.recommendation import recommendation_for
from tests.cast import NOW, TODAY, make_payer, make_practice, make_user
from tests.desk.conftest import denied_item

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def denied(carc="50", **of):
    return denied_item(carc=carc, **of)


def choose(item, actor, route="appeal", why="", *, now=NOW, denial_ids=()):
    return services.choose(
        item.claim_id, denial_ids=denial_ids, route=route, why=why, actor=actor, today=TODAY, now=now
    )


def test_the_best_route_is_chosen_in_one_step_and_the_item_follows(ana):
    item = denied()
    chosen = choose(item, ana)
    item.refresh_from_db()
    # 180 days from November 15; five business days from Friday the 20th, Thanksgiving between
    assert (item.next_action, item.next_on) == ("send_appeal", dt.date(2026, 11, 30))
    assert item.because == "chosen by Ana Test: first-level appeal (level 1 of 3), last day May 14"
    assert item.decided_at == NOW
    told = recommendation_for(item, payer_class="commercial")
    assert (told.words, told.because) == ("Send the appeal", item.because)
    kept = chosen.choice
    assert (kept.route, kept.best, kept.last_on) == ("appeal", "appeal", dt.date(2027, 5, 14))
    assert len(chosen.choice.offered) == len(RouteCode)
    assert [row.denial.carc for row in chosen.choice.chosen.all()] == ["50"]
    assert AuditEvent.objects.filter(action="route_chosen", subject="claim").count() == 1
    assert selectors.standing_choice(item.claim_id) == chosen.choice


def test_another_than_the_best_needs_its_reason(ana):
    item = denied()
    with pytest.raises(services.SayWhy, match="The best route is another one: First-level appeal") as refused:
        choose(item, ana, "call")
    assert refused.value.facts["field"] == "why"
    assert not RouteChoice.objects.exists()
    choice = choose(item, ana, "call", "Their policy changed last week.").choice
    assert (choice.route, choice.best, choice.why) == ("call", "appeal", "Their policy changed last week.")


def test_a_closed_route_cannot_be_chosen_and_no_patient_data_is_kept_in_the_reason(ana):
    item = denied(carc="18")
    with pytest.raises(services.RouteShut, match="look for the original first"):
        choose(item, ana, "appeal", "Still.")
    with pytest.raises(services.RouteShut):
        choose(item, ana, "fly")
    with pytest.raises(SensitiveText):
        choose(item, ana, "corrected_claim", "SSN 123-45-6789")
    assert not RouteChoice.objects.exists()


def test_it_is_taken_back_within_ten_minutes_and_the_item_is_as_it_was(ana):
    item = denied()
    before = (item.next_action, item.next_on, item.because, item.touches, item.owner_id)
    choice = choose(item, ana).choice
    services.take_back(choice.pk, actor=ana, today=TODAY, now=NOW + 9 * MINUTE)
    item.refresh_from_db()
    assert (item.next_action, item.next_on, item.because, item.touches, item.owner_id) == before
    assert selectors.standing_choice(item.claim_id) is None
    assert RouteWithdrawal.objects.get().choice == choice
    with pytest.raises(services.ChosenTooLongAgo):
        services.take_back(choice.pk, actor=ana, today=TODAY, now=NOW + 9 * MINUTE)


def test_the_undo_of_the_desk_takes_the_choice_back_as_well(ana):
    item = denied()
    choose(item, ana)
    undo_action(actor=ana, action_id=WorkAction.objects.get().pk, now=NOW + MINUTE, today=TODAY)
    assert RouteWithdrawal.objects.count() == 1
    assert selectors.standing_choice(item.claim_id) is None


def test_it_is_too_late_after_ten_minutes_for_others_and_after_more_work(ana, sol):
    item = denied()
    choice = choose(item, ana).choice
    for actor, now in ((ana, NOW + 11 * MINUTE), (sol, NOW + MINUTE)):
        with pytest.raises(services.ChosenTooLongAgo):
            services.take_back(choice.pk, actor=actor, today=TODAY, now=now)
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="appeal_sent", now=NOW + MINUTE, today=TODAY)
    with pytest.raises(Conflict):
        services.take_back(choice.pk, actor=ana, today=TODAY, now=NOW + 2 * MINUTE)
    assert not RouteWithdrawal.objects.exists()


def test_what_opens_a_route_begins_its_work_and_what_it_refuses_was_not_chosen(ana):
    item = denied()
    asked = []
    with patch.dict(_openers, {"appeal": lambda request: asked.append(request) or "/appeals/7"}):
        assert choose(item, ana).address == "/appeals/7"
    assert (asked[0].claim_id, len(asked[0].denial_ids), asked[0].actor) == (item.claim_id, 1, ana)

    def refuse(request):
        raise Conflict("An appeal is open.")

    with patch.dict(_openers, {"appeal": refuse}), pytest.raises(Conflict, match="An appeal is open"):
        choose(item, ana, now=NOW + MINUTE)
    assert RouteChoice.objects.count() == 1
    assert WorkAction.objects.count() == 1


def test_the_pages_that_exist_open_the_account_and_the_write_off(ana):
    item = denied(carc="22")
    assert choose(item, ana, "ask_patient").address == f"/accounts/{item.claim.account_id}"
    given_up = choose(item, ana, "write_off", "Too small.", now=NOW + MINUTE)
    assert given_up.address == f"/claims/{item.claim_id}/write-off"
    item.refresh_from_db()
    assert recommendation_for(item).outcome == "payer_write_off_proposed"


def test_a_later_choice_takes_the_place_of_the_earlier_one(ana):
    item = denied()
    first = choose(item, ana).choice
    second = choose(item, ana, "peer_to_peer", "The doctor asks for it.", now=NOW + MINUTE).choice
    assert selectors.standing_choice(item.claim_id) == second
    told = {row.pk: outcomes.outcome_of(row) for row in selectors.choices_of_claim(item.claim_id)}
    assert told == {first.pk: "replaced", second.pk: "open"}


def test_a_choice_about_another_denial_of_the_claim_stands_beside_the_first(ana):
    item = denied()
    other = Denial.objects.get()
    other.pk, other.carc = None, "4"
    other.save()
    first = choose(item, ana, denial_ids=[Denial.objects.get(carc="50").pk]).choice
    second = choose(item, ana, "corrected_claim", denial_ids=[other.pk], now=NOW + MINUTE).choice
    told = {row.pk: outcomes.outcome_of(row) for row in selectors.choices_of_claim(item.claim_id)}
    assert told == {first.pk: "open", second.pk: "open"}
    assert (first.amount, second.best) == (other.amount, "corrected_claim")


def test_nobody_chooses_in_a_practice_of_others_or_over_somebody_at_work(ana, sol):
    item = denied()
    stranger = make_user(username="eve", practices=[make_practice(name="Elsewhere", npi="1999999984")])
    with pytest.raises(NotFound):
        choose(item, stranger)
    worklist.open_item(actor=sol, item_id=item.pk, now=NOW)
    with pytest.raises(HeldByOther):
        choose(item, ana)
    assert not RouteChoice.objects.exists()


def test_without_open_work_nothing_is_chosen(ana):
    item = denied()
    WorkItem.objects.filter(pk=item.pk).update(state="closed", closed_on=TODAY)
    with pytest.raises(Conflict, match="Nothing is open to be worked"):
        choose(item, ana)
    Denial.objects.update(state="recovered", closed_on=TODAY)
    with pytest.raises(Conflict, match="Nothing of it is denied any more"):
        choose(item, ana)


def test_what_was_chosen_is_never_changed(ana):
    choice = choose(denied(), ana).choice
    services.take_back(choice.pk, actor=ana, today=TODAY, now=NOW)
    for change in (
        lambda: RouteChoice.objects.update(route="call"),
        lambda: RouteChoice.objects.all()._raw_delete("default"),
        lambda: RouteWithdrawal.objects.update(at=NOW),
        lambda: RouteWithdrawal.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_outcomes_are_read_from_the_denials_and_teach_the_rate_of_the_route(ana):
    """Two appeals won, one lost, one open: 2 of 3 here."""
    items = [denied() for _ in range(4)]
    Denial.objects.update(category="medical_necessity")
    for one in items:
        choose(one, ana)
    ids = list(Denial.objects.order_by("pk").values_list("pk", flat=True))
    Denial.objects.filter(pk__in=ids[:2]).update(state="recovered", closed_on=TODAY, recovered=F("amount"))
    Denial.objects.filter(pk=ids[2]).update(state="accepted", closed_on=TODAY)
    told = outcomes.results_by_route(items[0].practice_id, payer_class="commercial")["medical_necessity"]["appeal"]
    assert (told.won, told.decided) == (2, 3)
    counts = {one.code: one.count for one in lists.tab_figures(ana, today=TODAY)}
    assert counts == {"open": 1, "behind": 0, "won": 2, "lost": 1, "other": 0}
    report = lists.report(ana, today=TODAY)
    assert [(one.code, one.chosen, one.won, one.lost, one.open_now, one.percent_won) for one in report] == [
        ("appeal", 4, 2, 1, 1, 67)
    ]
    assert report[0].amount_won == Decimal("480.00")
    found = selectors.routes_of_claim(items[3].claim_id, today=TODAY)[0]
    best = found.best
    assert best is not None
    assert (best.code, best.own_won, best.own_decided) == ("appeal", 2, 3)


def test_what_the_payer_took_back_itself_was_neither_won_nor_lost(ana):
    item = denied()
    choose(item, ana)
    Denial.objects.update(state="reversed", closed_on=TODAY)
    assert outcomes.outcome_of(selectors.choices_of_claim(item.claim_id)[0]) == "gone"
    assert outcomes.results_by_route(item.practice_id, payer_class="commercial") == {}


def test_the_routes_of_a_claim_cost_the_same_for_many_denials(ana, django_assert_max_num_queries):
    item = denied()
    first = Denial.objects.get()
    with django_assert_max_num_queries(16):
        assert len(selectors.routes_of_claim(item.claim_id, today=TODAY)) == 1
    for carc in ("4", "16", "197", "29", "97"):
        first.pk, first.carc = None, carc
        first.save()
    with django_assert_max_num_queries(16):
        assert len(selectors.routes_of_claim(item.claim_id, today=TODAY)) == 6


def test_the_next_payer_is_offered_from_the_coverages_of_the_claim(ana):
    payers = [make_payer(), make_payer(name="Second Life", payer_id="SEC01")]
    item = denied(carc="22", payers=payers)
    found = selectors.routes_of_claim(item.claim_id, today=TODAY)[0]
    best = found.best
    assert best is not None
    assert (best.code, best.why) == ("next_payer", "Second Life, with this payer's answer")
    assert best.clock is not None
    assert best.clock.last_day == dt.date(2027, 2, 13), "90 days from the answer of November 15"


def test_an_appeal_that_was_sent_shuts_the_next_one_until_it_is_decided(ana):
    item = denied()
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="appeal_sent", now=NOW, today=TODAY)
    found = {one.code: one for one in selectors.routes_of_claim(item.claim_id, today=TODAY)[0].options}
    assert found[RouteCode.APPEAL].why == "an appeal is under way and its decision awaited"
    later = TODAY + dt.timedelta(days=30)
    worklist.record_outcome(
        actor=ana,
        item_id=item.pk,
        disposition="appeal_upheld",
        decided_on=later,
        now=NOW + (later - TODAY),
        today=later,
    )
    found = {one.code: one for one in selectors.routes_of_claim(item.claim_id, today=later)[0].options}
    assert found[RouteCode.APPEAL].label == "Second-level appeal (level 2 of 3)"
    assert found[RouteCode.APPEAL].clock.last_day == later + dt.timedelta(days=60)
