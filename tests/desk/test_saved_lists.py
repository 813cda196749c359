"""Worklists of one's own: kept, worked item by item, published to people and teams, withdrawn."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import DomainError, Forbidden, NotFound
from arwork.staff.models import AuditEvent, Role, User
from collections_app.worklist import saved_lists, supervising
from collections_app.worklist import services as worklist
from collections_app.worklist.models import Lease, ListReader, SavedFilter, WorkItem
from tests.cast import NOW, TODAY, make_account, make_patient, make_practice, make_user
from tests.desk.conftest import denied_item, due_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben():
    return make_user(username="ben", practices=[make_practice()])


def text(response) -> str:
    return response.content.decode()


def keep(actor, query: str = "kind:denied", name: str = "Denials") -> int:
    return saved_lists.save_filter(actor=actor, name=name, query=query).pk


def take(actor, list_id: int) -> WorkItem | None:
    return saved_lists.take_next_of(actor=actor, list_id=list_id, now=NOW, today=TODAY)


def publish(actor, list_id: int, *readers: str, gives: bool = False) -> int:
    return saved_lists.publish(actor=actor, list_id=list_id, readers=readers, gives=gives, now=NOW, today=TODAY)


def elsewhere(last: str = "Other"):
    """A patient whose guarantor account nobody works on."""
    return make_patient(account=make_account(last=last), last=last)


def own(item: WorkItem, owner) -> None:
    worklist.reassign(actor=_boss(item), item_ids=[item.pk], owner_id=owner and owner.pk, now=NOW, today=TODAY)


def _boss(item: WorkItem):
    return make_user(username=f"boss{User.objects.count()}", role=Role.SUPERVISOR, practices=[item.practice])


def test_the_next_item_comes_from_the_worklist_in_the_order_of_work(ana):
    due_item(lines=("9000.00",), patient=elsewhere())
    small, large = denied_item(amount="100.00", patient=elsewhere("A")), denied_item(amount="900.00")
    kept = keep(ana)
    assert take(ana, kept) == large
    worklist.record_outcome(actor=ana, item_id=large.pk, disposition="appeal_sent", now=NOW, today=TODAY)
    assert take(ana, kept) == small
    worklist.record_outcome(actor=ana, item_id=small.pk, disposition="appeal_sent", now=NOW, today=TODAY)
    assert take(ana, kept) is None


def test_it_hands_out_what_is_ones_own_and_nobodys_and_nothing_that_is_held_or_waits(ana, ben):
    theirs, held, asleep, sibling = (denied_item(patient=elsewhere(name)) for name in "ABCD")
    own(theirs, ben)
    until = NOW.replace(hour=23)
    Lease.objects.create(item=held, holder=ben, household=None, taken_at=NOW, expires_at=until)
    other = due_item(patient=sibling.claim.patient)  # of the same guarantor account
    Lease.objects.create(item=other, holder=ben, household=sibling.account, taken_at=NOW, expires_at=until)
    worklist.snooze(actor=ana, item_id=asleep.pk, until_on=TODAY.replace(day=30), now=NOW, today=TODAY)
    kept = keep(ana)
    assert take(ana, kept) is None
    own(theirs, None)
    assert take(ana, kept) == theirs


def test_what_is_held_already_comes_first(ana):
    held = worklist.open_item(actor=ana, item_id=due_item().pk, now=NOW)
    denied_item(patient=elsewhere())
    assert take(ana, keep(ana)) == held


def test_somebody_elses_worklist_is_not_there(ana, ben):
    with pytest.raises(NotFound):
        take(ben, keep(ana))


def test_a_published_worklist_opens_its_items_to_its_readers_whoever_owns_them(ana, ben, sol):
    item = denied_item()
    own(item, ana)
    kept = keep(sol)
    with pytest.raises(NotFound):
        take(ben, kept)
    publish(sol, kept, f"user-{ben.pk}")
    assert take(ben, kept) == item
    assert [one.kept.pk for one in saved_lists.kept_lists(actor=ben)] == [kept]
    assert saved_lists.kept_lists(actor=ana) == []


def test_a_team_is_everybody_who_works_in_the_practice(ana, ben, sol):
    item, kept = denied_item(), keep(sol)
    publish(sol, kept, f"team-{item.practice_id}")
    assert [one.readers for one in saved_lists.kept_lists(actor=ben)] == [("the team of Harbor Clinic",)]
    assert take(ana, kept) == item


def test_me_in_a_published_worklist_is_whoever_reads_it(ana, ben, sol):
    item = denied_item()
    own(item, ana)
    kept = keep(sol, "kind:denied owner:me")
    publish(sol, kept, f"user-{ana.pk}", f"user-{ben.pk}")
    assert take(ben, kept) is None
    assert take(ana, kept) == item


def test_readers_see_of_it_their_own_practices_alone(ana, sol):
    harbor, cedar = make_practice(), make_practice(name="Cedar", npi="1003000126", tin="069999999")
    cedar.staff.add(sol)
    here = denied_item()
    there = denied_item(practice=cedar, patient=make_patient(account=make_account(practice=cedar)))
    cara = make_user(username="cara", practices=[harbor, cedar])
    kept = keep(sol)
    publish(sol, kept, f"team-{harbor.pk}")
    found = saved_lists.kept_list(actor=cara, list_id=kept)
    assert list(saved_lists.list_items(actor=cara, found=found, today=TODAY)) == [here]
    own(here, cara)
    worklist.record_outcome(actor=cara, item_id=here.pk, disposition="appeal_sent", now=NOW, today=TODAY)
    assert take(cara, kept) is None
    publish(sol, kept, f"user-{cara.pk}")
    assert take(cara, kept) == there


def test_nobody_publishes_beyond_their_practices_nor_to_people_there(sol):
    cedar = make_practice(name="Cedar", npi="1003000126", tin="069999999")
    carl = make_user(username="carl", practices=[cedar])
    kept = keep(sol)
    for reader in (f"team-{cedar.pk}", f"user-{carl.pk}", "x", ""):
        with pytest.raises(DomainError, match="Choose whom"):
            publish(sol, kept, reader)
    assert not ListReader.objects.exists()


def test_collectors_keep_their_worklists_to_themselves(ana, ben):
    with pytest.raises(Forbidden):
        publish(ana, keep(ana), f"user-{ben.pk}")


def test_before_publishing_it_says_how_much_and_who_shares_it(ana, ben, sol):
    first, second = denied_item(amount="900.00"), denied_item(amount="100.00", patient=elsewhere())
    own(first, ana)
    due_item(patient=elsewhere("B"))
    other = keep(sol, "amount:>500", "Large")
    publish(sol, other, f"user-{ana.pk}")
    kept = keep(sol)
    found = saved_lists.simulate_publication(actor=sol, list_id=kept, readers=[f"user-{ben.pk}"], today=TODAY)
    assert (found.total.items, found.total.due, found.total.amount) == (2, 2, Decimal("1000.00"))
    assert found.total.minutes == sum(WorkItem.objects.filter(kind="denied").values_list("minutes", flat=True))
    assert found.total.hours == (Decimal(found.total.minutes) / 60).quantize(Decimal("0.1"))
    assert {(one.name, one.items, one.amount, one.then) for one in found.owners} == {
        ("Ana Test", 1, Decimal("900.00"), 0), ("Nobody's pool", 1, Decimal("100.00"), 0),
        ("Ben Test", 0, Decimal("0.00"), 2),
    }  # fmt: skip
    assert [(one.name, one.items) for one in found.lists] == [("Large", 1)]
    assert (found.people, found.each) == (["Ben Test"], 2)
    assert WorkItem.objects.get(pk=second.pk).owner_id is None  # a simulation changes nothing
    assert ListReader.objects.filter(saved_filter=kept).count() == 0


def test_publishing_can_give_the_items_in_even_parts_and_that_is_undone_at_once(ana, ben, sol):
    items = [denied_item(patient=elsewhere(f"P{number}")) for number in range(4)]
    own(items[0], ana)
    again = denied_item(patient=items[1].claim.patient)
    kept = keep(sol)
    assert publish(sol, kept, f"user-{ana.pk}", f"user-{ben.pk}", gives=True) >= 4
    owners = dict(WorkItem.objects.filter(kind="denied").values_list("pk", "owner"))
    assert owners[items[1].pk] == owners[again.pk]  # an account stays with one person
    assert {list(owners.values()).count(person.pk) for person in (ana, ben)} <= {2, 3}
    decision = supervising.last_supervising_decision(actor=sol, now=NOW)
    supervising.undo_supervising(actor=sol, event_id=decision.event_id, now=NOW, today=TODAY)
    owners = dict(WorkItem.objects.filter(kind="denied").values_list("pk", "owner"))
    assert [owners[item.pk] for item in (*items, again)] == [ana.pk, None, None, None, None]


def test_giving_costs_the_same_queries_however_much_is_given(ana, ben, sol):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            publish(sol, kept, f"user-{ana.pk}", f"user-{ben.pk}", gives=True)
        WorkItem.objects.update(owner=None)
        return len(queries)

    kept = keep(sol)
    for number in range(2):
        denied_item(patient=elsewhere(f"P{number}"))
    few = cost()
    for number in range(2, 12):
        denied_item(patient=elsewhere(f"P{number}"))
    assert cost() <= few + 2


def test_withdrawing_ends_it_in_ones_practices_and_is_in_the_trail(ana, sol):
    harbor = make_practice()
    kept = keep(sol)
    publish(sol, kept, f"team-{harbor.pk}", f"user-{ana.pk}")
    assert saved_lists.withdraw(actor=sol, list_id=kept, now=NOW) == 2
    assert saved_lists.kept_lists(actor=ana) == []
    with pytest.raises(NotFound):
        saved_lists.withdraw(actor=sol, list_id=kept, now=NOW)
    deeds = list(AuditEvent.objects.filter(subject="worklist").values_list("action", "practice_id"))
    assert deeds == [("list_published", harbor.pk), ("list_withdrawn", harbor.pk)]


def test_another_practices_supervisor_neither_sees_nor_withdraws_it(ana, sol):
    cedar = make_practice(name="Cedar", npi="1003000126", tin="069999999")
    sue = make_user(username="sue", role=Role.SUPERVISOR, practices=[cedar])
    kept = keep(sol)
    publish(sol, kept, f"user-{ana.pk}")
    assert saved_lists.published_lists(actor=sue) == []
    for deed in (
        lambda: saved_lists.withdraw(actor=sue, list_id=kept, now=NOW),
        lambda: saved_lists.kept_list(actor=sue, list_id=kept),
        lambda: publish(sue, kept, f"team-{cedar.pk}"),
    ):
        with pytest.raises(NotFound):
            deed()


def test_what_a_published_worklist_holds_does_not_change_behind_its_readers(ana, sol):
    kept = keep(sol)
    publish(sol, kept, f"user-{ana.pk}")
    with pytest.raises(DomainError, match="published"):
        keep(sol, "lane:1")
    saved_lists.withdraw(actor=sol, list_id=kept, now=NOW)
    keep(sol, "lane:1")


def test_what_an_earlier_version_kept_and_means_nothing_now_stops_nothing(sit, ana, sol):
    denied_item()
    broken = SavedFilter.objects.create(user=sol, name="Old", query="kind:colour")
    publish(sol, broken.pk, f"user-{ana.pk}")
    kept = keep(sol)
    found = saved_lists.simulate_publication(actor=sol, list_id=kept, readers=[f"user-{ana.pk}"], today=TODAY)
    assert found.lists == []
    assert "means nothing any more" in text(sit(ana).get("/worklists/figures"))
    assert sit(ana).get("/api/v1/worklists").json()["results"][0]["items"] is None
    page = sit(ana).post(f"/worklists/{broken.pk}/work", follow=True)
    assert "kind" in text(page)
    assert "working_list" not in page.client.session


def test_a_filter_that_means_nothing_is_not_kept(sit, ana):
    assert sit(ana).post("/list/keep", {"q": "kind:colour", "name": "X"}).status_code == 422
    assert not SavedFilter.objects.exists()


def test_forgetting_a_worklist_ends_its_publication(ana, sol):
    kept = keep(sol)
    publish(sol, kept, f"user-{ana.pk}")
    assert saved_lists.drop_filter(actor=sol, filter_id=kept)
    assert not ListReader.objects.exists()


# The pages


def test_working_a_list_leads_from_item_to_item_and_back_to_the_lists(sit, ana):
    first, second = denied_item(amount="900.00"), denied_item(amount="100.00", patient=elsewhere())
    due_item(lines=("9000.00",), patient=elsewhere("B"))
    client, kept = sit(ana), keep(ana)
    assert client.post(f"/worklists/{kept}/work").headers["Location"] == f"/desk/{first.pk}"
    assert "the next item comes from it" in text(client.get(f"/desk/{first.pk}"))
    after = client.post(f"/desk/{first.pk}", {"disposition": "appeal_sent"})
    assert after.headers["Location"] == f"/desk/{second.pk}"
    done = client.post(f"/desk/{second.pk}", {"disposition": "appeal_sent"}, follow=True)
    assert "Nothing more of Denials can be worked now" in text(done)
    assert "working_list" not in client.session


def test_leaving_it_works_the_whole_queue_again(sit, ana):
    denied_item(amount="100.00")
    best = due_item(lines=("9000.00",), patient=elsewhere())
    client, kept = sit(ana), keep(ana)
    client.post(f"/worklists/{kept}/work")
    client.post("/worklists/leave")
    worklist.release_all(actor=ana)
    assert client.post("/desk/take").headers["Location"] == f"/desk/{best.pk}"


def test_start_means_everything(sit, ana):
    denied_item(amount="100.00")
    best = due_item(lines=("9000.00",), patient=elsewhere())
    client, kept = sit(ana), keep(ana)
    client.post(f"/worklists/{kept}/work")
    worklist.release_all(actor=ana)
    assert client.post("/desk/take", {"all": "1"}).headers["Location"] == f"/desk/{best.pk}"


def test_a_withdrawn_list_says_so_and_stops(sit, ana, sol):
    item, kept = denied_item(), keep(sol)
    publish(sol, kept, f"user-{ana.pk}")
    client = sit(ana)
    client.post(f"/worklists/{kept}/work")
    saved_lists.withdraw(actor=sol, list_id=kept, now=NOW)
    page = client.post(f"/desk/{item.pk}", {"disposition": "appeal_sent"}, follow=True)
    assert "There is no such worklist of yours" in text(page)


def test_the_page_shows_ones_worklists_with_live_figures(sit, ana, sol):
    denied_item(amount="900.00")
    kept = keep(ana)
    client = sit(ana)
    page = text(client.get("/worklists"))
    assert "Denials" in page
    assert "kind:denied" in page
    assert f'#amount-{kept}">900.00<' in text(client.get("/worklists/figures"))
    assert "No worklists yet" in text(sit(sol).get("/worklists"))


def test_the_list_offers_to_work_the_filter_that_is_kept(sit, ana):
    denied_item()
    kept, client = keep(ana), sit(ana)
    assert f"/worklists/{kept}/work" in text(client.get("/list?q=kind:denied"))
    assert "Work Denials" not in text(client.get("/list?q=lane:1"))


def test_a_supervisor_publishes_after_seeing_what_it_would_do(sit, ana, sol):
    denied_item(amount="900.00")
    kept, client = keep(sol), sit(sol)
    page = text(client.get(f"/worklists/{kept}/publish", {"to": f"user-{ana.pk}", "gives": "1"}))
    assert "What it would do" in page
    assert "Hours of work" in page
    assert not ListReader.objects.exists()
    assert client.post(f"/worklists/{kept}/publish", {}).status_code == 422
    client.post(f"/worklists/{kept}/publish", {"to": f"user-{ana.pk}", "gives": "1"})
    assert WorkItem.objects.get().owner == ana
    assert "Ana Test" in text(client.get("/worklists"))
    client.post(f"/worklists/{kept}/withdraw")
    assert not ListReader.objects.exists()


def test_the_api_lists_worklists_and_leases_their_next(sit, ana):
    item, kept = denied_item(amount="900.00"), keep(ana)
    client = sit(ana)
    (row,) = client.get("/api/v1/worklists").json()["results"]
    assert (row["id"], row["own"], row["items"], row["amount"]) == (kept, True, 1, "900.00")
    assert client.post(f"/api/v1/worklists/{kept}/next").json()["item"]["id"] == item.pk
    assert client.post(f"/api/v1/worklists/{kept + 1}/next").status_code == 404
    assert SavedFilter.objects.count() == 1
