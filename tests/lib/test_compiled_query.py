"""Prepared queries answer as querysets do, with the values of the call."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import DateTimeField
from django.test.utils import CaptureQueriesContext

from arwork.lib.compiled_query import AmongSlot, CompiledQuery, Slot
from arwork.staff.models import User
from tests.cast import NOW, make_user

pytestmark = pytest.mark.django_db

_SEEN = CompiledQuery(
    lambda: (
        User.objects.filter(AmongSlot("pk", "people"), last_login__lte=Slot("until", DateTimeField()))
        .order_by("username")
        .values_list("username", "last_login")
    )
)
_PERSON = CompiledQuery(lambda: User.objects.filter(pk=Slot("person")))


def test_a_prepared_query_takes_other_values_each_time_and_converts_what_it_reads():
    ana, bob = (make_user(username=name) for name in ("ana", "bob"))
    User.objects.filter(pk=ana.pk).update(last_login=NOW)
    User.objects.filter(pk=bob.pk).update(last_login=NOW + dt.timedelta(hours=1))
    assert _SEEN.rows(people=[ana.pk, bob.pk], until=NOW) == [("ana", NOW)]
    assert [name for name, _ in _SEEN.rows(people=[ana.pk, bob.pk], until=NOW + dt.timedelta(days=1))] == ["ana", "bob"]
    assert _SEEN.rows(people=[], until=NOW) == []


def test_whole_rows_are_instances_and_cost_one_query():
    ana = make_user(username="ana")
    with CaptureQueriesContext(connection) as asked:
        [found] = _PERSON.objects(person=ana.pk)
    assert (found, found.username, len(asked)) == (ana, "ana", 1)
