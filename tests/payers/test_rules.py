"""Rules over time, and the promise that what a preview shows is what saving then does."""

import datetime as dt

import pytest
from django.urls import reverse

from arwork.lib.errors import DomainError, Forbidden, NotFound
from arwork.staff.models import AuditEvent
from claims.billing.models import Submission
from claims.payers import services
from claims.payers.models import PayerRule
from claims.payers.rule_book import rule_book
from claims.payers.rules import default_rules
from claims.payers.services import RuleDraft
from collections_app.worklist import rule_changes
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests import cast
from tests.cast import NOW, TODAY
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
JANUARY = dt.date(2026, 1, 1)


def filing(value: int, since: dt.date = JANUARY, **more: object) -> RuleDraft:
    return RuleDraft(kind="filing", value=value, basis="dos", valid_from=since, **more)


def in_force(payer: object, on: dt.date, plan_id: int | None = None) -> int:
    return rule_book().pick("filing", on=on, payer_class="commercial", payer_id=payer.pk, plan_id=plan_id).value


def test_an_admin_s_row_wins_over_the_shipped_one_and_where_it_ends_the_shipped_one_speaks_again(oona) -> None:
    payer = cast.make_payer()
    shipped = in_force(payer, TODAY)
    services.add_rule(filing(120, payer_id=payer.pk, valid_to=dt.date(2026, 6, 30)), actor=oona, now=NOW)
    assert in_force(payer, dt.date(2026, 6, 30)) == 120
    assert in_force(payer, dt.date(2026, 7, 1)) == shipped
    assert in_force(payer, dt.date(2025, 12, 31)) == shipped


def test_a_row_for_the_class_wins_over_the_shipped_row_even_when_it_is_longer(oona) -> None:
    payer = cast.make_payer()
    services.add_rule(filing(365, payer_class="commercial"), actor=oona, now=NOW)
    assert in_force(payer, TODAY) == 365


def test_a_new_rule_ends_the_one_before_and_history_stays(oona) -> None:
    payer = cast.make_payer()
    old, _ = services.add_rule(filing(120, payer_id=payer.pk), actor=oona, now=NOW)
    services.add_rule(filing(90, dt.date(2026, 10, 1), payer_id=payer.pk), actor=oona, now=NOW)
    old.refresh_from_db()
    assert old.valid_to == dt.date(2026, 9, 30)
    assert in_force(payer, dt.date(2026, 9, 30)) == 120
    assert in_force(payer, dt.date(2026, 10, 1)) == 90


def test_a_correction_of_the_same_day_wins_whether_it_is_longer_or_shorter(oona) -> None:
    payer = cast.make_payer()
    for value in (120, 90, 180):
        services.add_rule(filing(value, payer_id=payer.pk), actor=oona, now=NOW)
        assert in_force(payer, TODAY) == value
        assert in_force(payer, JANUARY) == value


def test_a_planned_rule_still_takes_over_on_its_day(oona) -> None:
    payer = cast.make_payer()
    services.add_rule(filing(60, dt.date(2027, 1, 1), payer_id=payer.pk), actor=oona, now=NOW)
    now, _ = services.add_rule(filing(120, payer_id=payer.pk), actor=oona, now=NOW)
    assert now.valid_to == dt.date(2026, 12, 31)
    assert in_force(payer, dt.date(2027, 1, 1)) == 60


def test_the_plan_s_rule_comes_before_the_payer_s(oona) -> None:
    payer = cast.make_payer()
    plan = payer.plans.get()
    services.add_rule(filing(120, payer_id=payer.pk), actor=oona, now=NOW)
    services.add_rule(filing(60, payer_id=payer.pk, plan_id=plan.pk), actor=oona, now=NOW)
    assert (in_force(payer, TODAY), in_force(payer, TODAY, plan.pk)) == (120, 60)


def test_what_was_in_force_cannot_be_ended_in_the_past_and_what_has_not_begun_is_withdrawn(oona) -> None:
    payer = cast.make_payer()
    rule, _ = services.add_rule(filing(120, payer_id=payer.pk), actor=oona, now=NOW)
    with pytest.raises(DomainError, match="yesterday"):
        services.end_rule(rule.pk, last_day=dt.date(2026, 5, 1), actor=oona, today=TODAY, now=NOW)
    services.end_rule(rule.pk, last_day=TODAY - dt.timedelta(days=1), actor=oona, today=TODAY, now=NOW)
    planned, _ = services.add_rule(filing(60, dt.date(2027, 1, 1), payer_id=payer.pk), actor=oona, now=NOW)
    services.end_rule(planned.pk, last_day=TODAY, actor=oona, today=TODAY, now=NOW)
    assert list(PayerRule.objects.values_list("value", flat=True)) == [120]
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["rule_added", "rule_ended", "rule_added", "rule_withdrawn"]


def test_an_end_is_never_put_off(oona) -> None:
    payer = cast.make_payer()
    until = dt.date(2026, 12, 31)
    rule, _ = services.add_rule(filing(120, payer_id=payer.pk, valid_to=until), actor=oona, now=NOW)
    with pytest.raises(DomainError, match="enter it anew"):
        services.end_rule(rule.pk, last_day=until + dt.timedelta(days=1), actor=oona, today=TODAY, now=NOW)
    services.end_rule(rule.pk, last_day=TODAY, actor=oona, today=TODAY, now=NOW)
    assert PayerRule.objects.get().valid_to == TODAY


def test_a_collector_may_not(oona) -> None:
    payer = cast.make_payer()
    with pytest.raises(Forbidden):
        services.add_rule(filing(120, payer_id=payer.pk), actor=cast.make_ana(), now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "nothing"}, {"basis": ""}, {"value": 0}, {"valid_to": dt.date(2025, 1, 1)}, {"payer_class": "x"},
        {"value": 3651}, {"kind": "promptpay_interest", "basis": "", "value": 10_001},
        {"valid_from": dt.date(26, 1, 1)}, {"valid_to": dt.date(9999, 12, 31)},
    ],
)  # fmt: skip
def test_nonsense_is_refused(oona, wrong) -> None:
    facts = {"kind": "filing", "value": 90, "basis": "dos", "valid_from": JANUARY} | wrong
    with pytest.raises(DomainError):
        services.plan_rule(RuleDraft(**facts))


def dates() -> dict[int, tuple]:
    rows = WorkItem.objects.filter(state="open").order_by("pk")
    return {row.pk: (row.deadline_on, row.due_on, row.next_on) for row in rows}


def some_work(*, submissions: str = "sent") -> object:
    payer, other = cast.make_payer(), cast.make_payer(name="Other", payer_id="OTH1", payer_class="medicare")
    claims = [
        cast.make_claim(payers=[payer], lines=[f"{100 + number}.00"], service_on=TODAY - dt.timedelta(days=number),
                        billed_on=TODAY - dt.timedelta(days=number - 2))
        for number in (5, 20, 33, 80, 100, 200)
    ]  # fmt: skip
    claims.append(cast.make_claim(payers=[other], service_on=TODAY - dt.timedelta(days=30)))
    Submission.objects.update(state=submissions)
    worklist.refresh(claims=[claim.pk for claim in claims], today=TODAY, now=NOW)
    return payer


@pytest.mark.parametrize(
    "draft",
    [
        {"kind": "filing", "value": 45, "basis": "dos", "valid_from": JANUARY},
        {"kind": "filing", "value": 365, "basis": "dos", "valid_from": JANUARY},
        {"kind": "filing", "value": 45, "basis": "dos", "valid_from": TODAY - dt.timedelta(days=25)},
        {"kind": "followup_electronic", "value": 45, "basis": "submitted", "valid_from": JANUARY},
        {"kind": "followup_electronic", "value": 20, "basis": "submitted", "valid_from": JANUARY},
        {"kind": "appeal_1", "value": 45, "basis": "notice", "valid_from": JANUARY},
        {"kind": "records", "value": 45, "basis": "notice", "valid_from": JANUARY},
    ],
)
@pytest.mark.parametrize("scope", ["payer", "class", "everybody"])
def test_what_the_preview_shows_is_what_saving_then_does(oona, draft, scope) -> None:
    payer = some_work()
    where = {"payer": {"payer_id": payer.pk}, "class": {"payer_class": "commercial"}, "everybody": {}}[scope]
    planned = services.plan_rule(RuleDraft(**draft, **where))
    shown = rule_changes.effects_of(planned, actor=oona, today=TODAY, now=NOW)
    before = dates()

    services.add_rule(RuleDraft(**draft, **where), actor=oona, now=NOW)
    rule_changes.refresh_under(
        kind=planned.kind, payer_id=planned.payer_id, payer_class=planned.payer_class, today=TODAY, now=NOW
    )

    after = dates()
    changed = {pk for pk in before if before[pk] != after[pk]}
    assert {one.item.pk for one in shown.shown} == changed
    assert shown.count == len(changed)
    for one in shown.shown:
        assert (one.last_day[0], one.due[0], one.next_on[0]) == before[one.item.pk]
        assert (one.last_day[1], one.due[1], one.next_on[1]) == after[one.item.pk]
    assert shown.amount == sum(one.item.amount for one in shown.shown)
    again = rule_changes.refresh_under(
        kind=planned.kind, payer_id=planned.payer_id, payer_class=planned.payer_class, today=TODAY, now=NOW
    )
    assert again.changed == 0


def test_a_shorter_limit_moves_items_and_counts_windows_that_would_be_over(oona) -> None:
    payer = some_work(submissions="rejected")
    found = rule_changes.effects_of(services.plan_rule(filing(45, payer_id=payer.pk)), actor=oona, today=TODAY, now=NOW)
    assert (found.in_scope, found.count, found.earlier, found.missed) == (6, 6, 6, 1)


def test_a_shorter_limit_takes_nothing_of_what_was_sent_within_it(oona) -> None:
    """Sent two days after the service: whatever the limit is, it was filed in time."""
    payer = some_work()
    found = rule_changes.effects_of(services.plan_rule(filing(45, payer_id=payer.pk)), actor=oona, today=TODAY, now=NOW)
    assert (found.in_scope, found.count, found.earlier, found.missed) == (6, 4, 3, 0)
    # The fourth loses the window that was watched for it: no date moves later, it is gone, and that is said.
    assert (found.later, found.gone) == (0, 1)
    (lost,) = [one for one in found.shown if one.is_gone]
    assert lost.last_day[0] is not None
    assert lost.last_day[1] is None


def test_a_window_behind_which_another_binds_is_said_with_its_name(oona) -> None:
    claim = cast.make_claim(lines=["240.00"])
    take(Era([Clp(claim.number, [Svc("240.00", "0.00", [("CO-16", "240.00")])], icn="I1")], paid_on=TODAY))
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get()
    assert item.deadline_kind == "filing"
    longer = RuleDraft(kind="filing", value=700, basis="dos", valid_from=JANUARY, payer_id=claim.payer_id)
    found = rule_changes.effects_of(services.plan_rule(longer), actor=oona, today=TODAY, now=NOW)
    (moved,) = found.shown
    assert (moved.falls_back_to, found.other, found.gone) == ("corrected-claim window", 1, 0)


def test_a_decision_of_a_person_is_left_alone(oona) -> None:
    payer = some_work()
    WorkItem.objects.update(decided_at=NOW)
    draft = RuleDraft(kind="followup_electronic", value=90, basis="submitted", valid_from=JANUARY, payer_id=payer.pk)
    assert rule_changes.effects_of(services.plan_rule(draft), actor=oona, today=TODAY, now=NOW).count == 0


def test_items_of_other_practices_are_counted_but_not_shown(oona) -> None:
    payer = some_work()
    oona.practices.clear()
    oona.__dict__.pop("_practice_choice", None)
    found = rule_changes.effects_of(services.plan_rule(filing(45, payer_id=payer.pk)), actor=oona, today=TODAY, now=NOW)
    assert (found.count, found.hidden, found.shown, found.amount) == (4, 4, [], 0)


def test_two_steps_on_the_page_save_once_confirmed(
    client, oona, eager_tasks, django_capture_on_commit_callbacks
) -> None:
    payer = some_work()
    url = f"{reverse('rule_new')}?payer={payer.pk}&kind=filing"
    fields = {"kind": "filing", "value": "45", "basis": "dos", "valid_from": "2026-01-01", "source": "Contract 4.2",
              "confidence": "high", "plan_id": ""}  # fmt: skip
    before = dates()
    page = client.post(url, {**fields, "step": "preview"})
    assert page.status_code == 200
    assert page.context["effects"].count == 4
    assert not PayerRule.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, {**fields, "step": "save"}).status_code == 302
    assert PayerRule.objects.get().source == "Contract 4.2"
    assert len([pk for pk in before if before[pk] != dates()[pk]]) == 4
    assert "Contract 4.2" in client.get(reverse("payer", args=[payer.pk])).content.decode()


def test_a_rule_that_moves_nothing_says_why(client, oona) -> None:
    payer = some_work()
    fields = {"kind": "filing", "value": "45", "basis": "dos", "valid_from": TODAY.isoformat(), "source": "x",
              "confidence": "high", "plan_id": "", "step": "preview"}  # fmt: skip
    page = client.post(f"{reverse('rule_new')}?payer={payer.pk}", fields)
    assert page.context["effects"].count == 0
    assert "change the day it is in force from" in page.content.decode()


def test_overriding_the_row_of_a_state_begins_with_that_state(client, oona) -> None:
    """A row of the class alone would be outranked by the shipped one of the state, and change nothing."""
    page = client.get(f"{reverse('rules')}?class=medicaid&state=TX").content.decode()
    link = f"{reverse('rule_new')}?class=medicaid&amp;kind=filing&amp;state=TX"
    assert link in page
    assert client.get(link.replace("&amp;", "&")).context["form"]["state"].value() == "TX"


def test_an_unverified_figure_is_found_and_confirmed_with_its_source_and_moves_nothing(client, oona) -> None:
    some_work()
    worklist_before = dates()
    listed = client.get(f"{reverse('rules')}?show=unverified")
    count = len(listed.context["rows"])
    assert count > 20  # of every class at once
    assert {rule.row.confidence for rule, *_ in listed.context["rows"]} == {"unverified"}
    page = client.get(reverse("setup")).content.decode()
    assert f"{count} not verified" in page
    assert f"{count} rules of payers" in page
    assert "Nothing. Every payer" not in page  # what nobody verified needs attention
    url = f"{reverse('rule_new')}?class=bcbs&kind=appeal_2&confirm=1"
    assert url.replace("&", "&amp;") in listed.content.decode()
    form = client.get(url).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    assert (shown["payer_class"], shown["confidence"], shown["source"]) == ("bcbs", "high", None)
    assert shown["note"] == f"Checked {TODAY} by {oona}"
    fields = {name: "" if value is None else value for name, value in shown.items()} | {"source": "Manual, page 12"}
    preview = client.post(url, {**fields, "step": "preview"})
    assert preview.context["effects"].count == 0
    saved = client.post(url, {**fields, "step": "save"})
    assert saved["Location"] == f"{reverse('rules')}?show=unverified"  # on to the next one
    assert dates() == worklist_before
    own = PayerRule.objects.get()
    was = next(row for row in default_rules() if (row.payer_class, row.kind) == ("bcbs", "appeal_2") and not row.state)
    assert (own.value, own.basis, own.valid_from) == (was.value, was.basis, was.valid_from)
    assert (own.source, own.confidence) == ("Manual, page 12", "high")
    assert len(client.get(f"{reverse('rules')}?show=unverified").context["rows"]) == count - 1


def test_days_that_no_calendar_holds_are_refused_on_the_page_before_they_reach_a_claim(client, oona) -> None:
    payer = some_work()
    fields = {"kind": "filing", "value": "9999999", "basis": "dos", "valid_from": "2026-01-01", "source": "x",
              "confidence": "high", "plan_id": ""}  # fmt: skip
    for step in ("preview", "save"):
        page = client.post(f"{reverse('rule_new')}?payer={payer.pk}", {**fields, "step": step})
        assert page.status_code == 422
        assert "more than ten years" in page.content.decode()
    assert not PayerRule.objects.exists()


def test_a_form_that_makes_no_sense_comes_back_with_what_was_entered(client, oona) -> None:
    payer = cast.make_payer()
    fields = {"kind": "filing", "value": "45.5", "basis": "", "valid_from": "", "source": "", "confidence": "high"}
    page = client.post(f"{reverse('rule_new')}?payer={payer.pk}", {**fields, "step": "preview"})
    assert page.status_code == 422
    assert {"value", "basis", "valid_from", "source"} <= set(page.context["form"].errors)


def test_a_figure_of_one_practice_counts_there_before_the_shared_one_and_moves_its_items_alone(client, oona) -> None:
    ours, theirs = cast.make_practice(), cast.make_practice(name="Oak Street", npi="1234567893", tin="123456789")
    theirs.staff.add(oona)
    ada, payer = cast.make_ada(ours), cast.make_payer()
    claims = [cast.make_claim(payers=[payer], practice=one, number=f"P{one.pk}") for one in (ours, theirs)]
    worklist.refresh(claims=[claim.pk for claim in claims], today=TODAY, now=NOW)
    draft = RuleDraft(
        kind="filing", value=100, basis="dos", valid_from=JANUARY, payer_class="commercial", practice_id=ours.pk
    )
    shown = rule_changes.effects_of(services.plan_rule(draft), actor=ada, today=TODAY, now=NOW)
    assert [one.item.practice_id for one in shown.shown] == [ours.pk]

    before = dates()
    rule, change = services.add_rule(draft, actor=ada, now=NOW)
    rule_changes.refresh_under(
        kind="filing", payer_id=None, payer_class="commercial", practice_id=ours.pk, today=TODAY, now=NOW
    )
    after = dates()
    assert [pk for pk in before if before[pk] != after[pk]] == [one.item.pk for one in shown.shown]
    book = rule_book()
    assert book.pick("filing", on=TODAY, payer_class="commercial", practice_id=ours.pk).value == 100
    assert book.pick("filing", on=TODAY, payer_class="commercial", practice_id=theirs.pk).value != 100
    services.add_rule(filing(45, payer_id=payer.pk), actor=oona, now=NOW)  # of the payer itself: more telling
    asked = {"on": TODAY, "payer_class": "commercial", "payer_id": payer.pk, "practice_id": ours.pk}
    assert rule_book().pick("filing", **asked).value == 45

    with pytest.raises(Forbidden):
        services.add_rule(filing(45, payer_id=payer.pk), actor=ada, now=NOW)
    amy = cast.make_user(username="amy", role="admin", practices=[theirs])
    with pytest.raises(NotFound):
        services.end_rule(rule.pk, last_day=TODAY, actor=amy, today=TODAY, now=NOW)
    client.force_login(amy)
    listed = f"{reverse('rules')}?class=commercial"
    assert "only Harbor Clinic" not in client.get(listed).content.decode()
    assert client.get(reverse("rule_end", args=[rule.pk])).status_code == 404
    client.force_login(ada)
    assert "only Harbor Clinic" in client.get(listed).content.decode()
    assert client.get(reverse("rule_end", args=[rule.pk])).status_code == 200
    form = client.get(f"{reverse('rule_new')}?payer={payer.pk}&kind=filing").context["form"]
    assert form.fields["practice_id"].required
    posted = {
        "kind": "filing", "value": "70", "basis": "dos", "valid_from": JANUARY.isoformat(), "source": "contract",
        "confidence": "high", "practice_id": ours.pk, "step": "save",
    }  # fmt: skip
    saved = client.post(f"{reverse('rule_new')}?payer={payer.pk}", posted)
    assert saved.status_code == 302
    assert rule_book().pick("filing", **asked).value == 70
    assert "only Harbor Clinic" in client.get(reverse("payer", args=[payer.pk])).content.decode()
