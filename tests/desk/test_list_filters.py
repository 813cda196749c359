"""What the words of a filter find."""

import datetime as dt

import pytest

from collections_app.worklist import list_filters, lists
from collections_app.worklist.models import WorkItem
from tests.cast import TODAY
from tests.desk.conftest import days_ago, denied_item, due_item, patient_item

pytestmark = pytest.mark.django_db


def found(actor, text: str) -> set[int]:
    rows = lists.items(actor=actor, filters=list_filters.parse(text), today=TODAY)
    return set(rows.values_list("pk", flat=True))


def test_reason_codes_find_claims_with_an_open_denial_for_one_of_them(ana):
    authorization, attachment = denied_item(), denied_item(carc="252")
    due_item()
    assert found(ana, "carc:197") == found(ana, "carc:CO-197") == {authorization.pk}
    assert found(ana, "carc:co-197,252") == {authorization.pk, attachment.pk}
    authorization.claim.denials.update(state="recovered", closed_on=TODAY)
    assert found(ana, "carc:197") == set()
    with pytest.raises(list_filters.BadFilter, match="reason code"):
        list_filters.filter_condition(list_filters.parse("carc:x"), ana, TODAY)


def test_commas_offer_several_answers_and_or_begins_another_filter(ana):
    denied, waiting, patient = denied_item(amount="900.00"), due_item(lines=("100.00",)), patient_item()
    assert found(ana, "kind:denied,no_response") == {denied.pk, waiting.pk}
    assert found(ana, "kind:denied amount:>500 or kind:patient_balance") == {denied.pk, patient.pk}
    assert found(ana, "kind:denied amount:<500 OR kind:patient_balance") == {patient.pk}


@pytest.mark.parametrize("text", ["kind:denied or", "or kind:denied", "or", "kind:denied or or lane:1"])
def test_or_needs_both_sides(text):
    with pytest.raises(list_filters.BadFilter, match="both sides"):
        list_filters.parse(text)


def test_or_within_quotes_is_a_name():
    assert list_filters.parse('payer:"now or never" lane:1').payer == "now or never"


def test_a_filter_says_itself_in_words_and_is_read_again():
    text = 'kind:denied carc:197 x1 or payer:"blue harbor" deadline:<7 or touched:never'
    assert list_filters.parse(text).text() == text
    narrowed = list_filters.parse(text).having(owner="me")
    assert narrowed.text() == (
        'kind:denied owner:me carc:197 x1 or payer:"blue harbor" owner:me deadline:<7 or owner:me touched:never'
    )
    assert narrowed.has("owner", "me")
    assert not list_filters.parse(text).has("kind", "denied")


def test_amounts_have_a_range(ana):
    small, middle, large = (due_item(lines=(f"{dollars}.00",)) for dollars in (90, 100, 501))
    assert found(ana, "amount:100-500") == {middle.pk}
    assert found(ana, "amount:>100") == {middle.pk, large.pk}
    assert found(ana, "amount:<100") == {small.pk}


@pytest.mark.parametrize(
    ("text", "days"),
    [("<7", [0, 7]), ("passed", [-1]), (">7", [8, 30]), ("7-29", [7, 8]), ("none", [None])],
)
def test_deadlines(ana, text, days):
    items = {day: due_item() for day in (-1, 0, 7, 8, 30, None)}
    for day, item in items.items():
        left = None if day is None else TODAY + dt.timedelta(days=day)
        WorkItem.objects.filter(pk=item.pk).update(deadline_on=left)
    assert found(ana, f"deadline:{text}") == {items[day].pk for day in days}


def test_an_overpayment_clock_is_a_deadline(ana):
    item = due_item()
    WorkItem.objects.filter(pk=item.pk).update(overpayment_due_on=TODAY + dt.timedelta(days=3), deadline_on=None)
    assert found(ana, "deadline:<7") == {item.pk}


@pytest.mark.parametrize(("text", "days"), [(">14", [15]), ("<3", [0, 2]), ("3-14", [3, 14]), ("never", [None])])
def test_the_last_touch(ana, text, days):
    items = {day: due_item() for day in (0, 2, 3, 14, 15, None)}
    for day, item in items.items():
        at = None if day is None else dt.datetime.combine(days_ago(day), dt.time(23, 30), tzinfo=dt.UTC)
        WorkItem.objects.filter(pk=item.pk).update(last_worked_at=at)
    assert found(ana, f"touched:{text}") == {items[day].pk for day in days}


def test_next_action_outcome_category_and_state(ana):
    denied, other = denied_item(), due_item()
    WorkItem.objects.filter(pk=other.pk).update(last_disposition="in_process", snoozed_until=TODAY)
    assert found(ana, f"next:{denied.next_action}") == {denied.pk}
    assert found(ana, f"category:{denied.category}") == {denied.pk}
    assert found(ana, "outcome:in_process") == {other.pk}
    assert found(ana, "state:asleep") == {other.pk}
    assert found(ana, "state:asleep,new") == {denied.pk, other.pk}
    with pytest.raises(list_filters.BadFilter, match='"state" is one of'):
        found(ana, "state:tired")


@pytest.mark.parametrize("text", ["age:x", "deadline:x", "touched:x", "amount:1-x", "next:x", "outcome:x", "due:x"])
def test_what_means_nothing_is_refused_in_words(ana, text):
    with pytest.raises(list_filters.BadFilter):
        found(ana, text)
