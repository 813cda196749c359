"""Opening and closing accounts, roles, practices and passwords."""

import pytest
import time_machine
from django.test import Client

from arwork.lib.errors import DomainError, Forbidden, NotFound
from arwork.staff import people, practice_grants
from arwork.staff.access import practice_ids
from arwork.staff.models import AuditEvent, User
from claims.practices.models import Practice
from tests.cast import NOW, make_ada, make_oona, make_practice, make_sol, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbor() -> Practice:
    return make_practice()


@pytest.fixture
def oak() -> Practice:
    return make_practice(name="Oak Street Surgery", npi="1003000126")


def _facts(**changes: object) -> people.PersonFacts:
    facts = {"username": "cleo", "first_name": "Cleo", "last_name": "Marsh", "email": "", "role": "collector"}
    practices = frozenset(Practice.objects.filter(name="Harbor Clinic").values_list("pk", flat=True))
    return people.PersonFacts(**{**facts, "practices": practices, **changes})  # type: ignore[arg-type]


def test_an_account_opens_with_a_password_to_replace(harbor: Practice) -> None:
    ada = make_ada(harbor)
    cleo, password = people.open_account(_facts(practices=frozenset({harbor.pk})), actor=ada, now=NOW)
    assert cleo.check_password(password)
    assert cleo.must_change_password
    assert practice_ids(cleo) == [harbor.pk]
    event = AuditEvent.objects.get(action="person_opened")
    assert event.after == {"username": "cleo", "role": "collector", "practices": [harbor.pk]}
    assert password not in str(event.__dict__)


def test_two_passwords_are_never_alike(harbor: Practice) -> None:
    ada = make_ada(harbor)
    _, one = people.open_account(_facts(), actor=ada, now=NOW)
    _, other = people.open_account(_facts(username="dina"), actor=ada, now=NOW)
    assert one != other
    assert len(one) == 19


@pytest.mark.parametrize("taken", ["cleo", "CLEO"])
def test_a_user_name_is_given_once_whatever_its_capitals(harbor: Practice, taken: str) -> None:
    ada = make_ada(harbor)
    people.open_account(_facts(), actor=ada, now=NOW)
    with pytest.raises(people.NameTaken):
        people.open_account(_facts(username=taken), actor=ada, now=NOW)


def test_a_name_in_letters_of_another_width_signs_in_as_it_was_typed(harbor: Practice, client: Client) -> None:
    """The sign-in page takes wide and fraktur letters for plain ones; a name kept in them could never sign in."""
    ada, wide = make_ada(harbor), "\uff43leo"
    cleo, password = people.open_account(_facts(username=wide), actor=ada, now=NOW)
    assert cleo.username == "cleo"
    assert people.change_account(cleo.pk, _facts(username="\U0001d518na"), actor=ada, now=NOW).username == "Una"
    with time_machine.travel(NOW, tick=False):
        assert client.post("/login", {"username": "\U0001d518na", "password": password}).status_code == 302
    with pytest.raises(people.NameTaken):
        people.open_account(_facts(username="\uff35na"), actor=ada, now=NOW)


def test_the_capitals_of_a_name_can_be_changed(harbor: Practice) -> None:
    ada = make_ada(harbor)
    cleo, _ = people.open_account(_facts(), actor=ada, now=NOW)
    assert people.change_account(cleo.pk, _facts(username="Cleo"), actor=ada, now=NOW).username == "Cleo"


def test_a_supervisor_manages_nobody(harbor: Practice) -> None:
    sol = make_sol(harbor)
    with pytest.raises(Forbidden):
        people.open_account(_facts(), actor=sol, now=NOW)
    with pytest.raises(Forbidden):
        people.staff_list(actor=sol)


def test_nobody_gives_access_to_practices_of_others(harbor: Practice, oak: Practice) -> None:
    with pytest.raises(NotFound):
        people.open_account(_facts(practices=frozenset({oak.pk})), actor=make_ada(harbor), now=NOW)
    assert not User.objects.filter(username="cleo").exists()


def test_people_of_other_practices_are_not_managed(harbor: Practice, oak: Practice) -> None:
    ada, other = make_ada(harbor), make_user(username="otto", practices=[harbor, oak])
    assert other not in people.staff_list(actor=ada)
    with pytest.raises(NotFound):
        people.reset_password(other.pk, actor=ada, now=NOW)


def test_a_change_is_recorded_before_and_after(harbor: Practice) -> None:
    ada, cleo = make_ada(harbor), make_user(username="cleo", practices=[harbor])
    people.change_account(cleo.pk, _facts(role="supervisor"), actor=ada, now=NOW)
    event = AuditEvent.objects.get(action="person_changed")
    assert event.before == {"username": "cleo", "role": "collector", "practices": [harbor.pk]}
    assert event.after == {"username": "cleo", "role": "supervisor", "practices": [harbor.pk]}


def test_who_came_to_a_practice_and_who_left_it_stands_in_its_trail(harbor: Practice, oak: Practice) -> None:
    oona, cleo = make_oona(), make_user(username="cleo", practices=[harbor])
    people.change_account(cleo.pk, _facts(practices=frozenset({oak.pk})), actor=oona, now=NOW)
    found = AuditEvent.objects.filter(action__startswith="access_").order_by("pk")
    assert [(event.practice_id, event.action, event.subject_id) for event in found] == [
        (harbor.pk, "access_withdrawn", cleo.pk),
        (oak.pk, "access_granted", cleo.pk),
    ]


def test_an_account_without_a_practice_is_an_owner_s_alone(harbor: Practice) -> None:
    """A fresh first administrator could be taken over by any administrator's password reset."""
    ada, fresh = make_ada(harbor), make_user(username="boss", role="owner")
    idle = make_user(username="idle")
    for somebody in (fresh, idle):
        for verb in (people.reset_password, people.unlock, people.person):
            with pytest.raises(NotFound):
                verb(somebody.pk, actor=ada, **({} if verb is people.person else {"now": NOW}))  # type: ignore[operator]
        with pytest.raises(NotFound):
            people.set_active(somebody.pk, active=False, actor=ada, now=NOW)
    _, password = people.reset_password(idle.pk, actor=make_oona(), now=NOW)
    assert User.objects.get(pk=idle.pk).check_password(password)


def test_an_administrator_leaves_nobody_without_a_practice(harbor: Practice) -> None:
    ada, cleo = make_ada(harbor), make_user(username="cleo", practices=[harbor])
    nowhere = _facts(practices=frozenset())
    with pytest.raises(DomainError, match="owner alone"):
        people.change_account(cleo.pk, nowhere, actor=ada, now=NOW)
    with pytest.raises(DomainError, match="owner alone"):
        people.open_account(_facts(username="dina", practices=frozenset()), actor=ada, now=NOW)
    people.change_account(cleo.pk, nowhere, actor=make_oona(), now=NOW)
    assert practice_ids(cleo) == []


def test_nobody_manages_a_higher_role_nor_gives_one(harbor: Practice) -> None:
    ada, oona, cleo = make_ada(harbor), make_oona(harbor), make_user(username="cleo", practices=[harbor])
    assert oona not in people.staff_list(actor=ada)
    with pytest.raises(NotFound):
        people.reset_password(oona.pk, actor=ada, now=NOW)
    with pytest.raises(Forbidden, match="Only an owner"):
        people.change_account(cleo.pk, _facts(role="owner"), actor=ada, now=NOW)
    with pytest.raises(Forbidden, match="Only an owner"):
        people.open_account(_facts(username="dina", role="owner"), actor=ada, now=NOW)
    assert people.change_account(cleo.pk, _facts(role="owner"), actor=oona, now=NOW).role == "owner"
    assert "owner" not in people.grantable_roles(ada)


def test_an_owner_grants_practices_that_they_do_not_see(harbor: Practice, oak: Practice) -> None:
    oona, cleo = make_oona(), make_user(username="cleo")
    assert practice_ids(oona) == []
    practice_grants.grant(oak.pk, cleo.pk, actor=oona, now=NOW)
    practice_grants.grant(oak.pk, cleo.pk, actor=oona, now=NOW)
    assert practice_ids(cleo) == [oak.pk]
    practice_grants.withdraw(oak.pk, cleo.pk, actor=oona, now=NOW)
    assert not cleo.practices.exists()
    found = AuditEvent.objects.filter(practice_id=oak.pk).order_by("pk")
    assert [event.action for event in found] == ["access_granted", "access_withdrawn"]
    for verb in (practice_grants.grant, practice_grants.withdraw):
        with pytest.raises(Forbidden, match="Ask an owner"):
            verb(harbor.pk, cleo.pk, actor=make_user(username=verb.__name__, role="admin", practices=[harbor]), now=NOW)
        with pytest.raises(NotFound):
            verb(10**6, cleo.pk, actor=oona, now=NOW)


def test_nobody_changes_their_own_role_or_closes_their_own_account(harbor: Practice) -> None:
    ada = make_ada(harbor)
    with pytest.raises(DomainError, match="Somebody else"):
        people.change_account(ada.pk, _facts(username="ada", role="auditor"), actor=ada, now=NOW)
    with pytest.raises(DomainError, match="Somebody else"):
        people.set_active(ada.pk, active=False, actor=ada, now=NOW)


def test_an_owner_always_remains() -> None:
    oona, amos = make_oona(), make_user(username="amos", role="owner")
    people.set_active(amos.pk, active=False, actor=oona, now=NOW)
    amos.refresh_from_db()
    amos.is_active = True  # as a request that began before the account was closed
    with pytest.raises(people.LastOwner):
        people.set_active(oona.pk, active=False, actor=amos, now=NOW)
    with pytest.raises(people.LastOwner):
        people.change_account(oona.pk, _facts(username="oona"), actor=amos, now=NOW)


def test_closing_twice_is_recorded_once(harbor: Practice) -> None:
    ada, cleo = make_ada(harbor), make_user(username="cleo", practices=[harbor])
    for _ in range(2):
        people.set_active(cleo.pk, active=False, actor=ada, now=NOW)
    assert AuditEvent.objects.filter(action="person_closed").count() == 1


def test_the_list_costs_the_same_for_many(harbor: Practice, django_assert_num_queries: object) -> None:
    ada = make_ada(harbor)
    for number in range(12):
        make_user(username=f"u{number}", practices=[harbor])
    practice_ids(ada)
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert sum(len(person.practices.all()) for person in people.staff_list(actor=ada)) == 13
