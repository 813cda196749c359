"""Keyset pages: whatever the rows and their order, forward and back, each row is seen once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.apps.registry import Apps
from django.db import connection, models
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arwork.lib.errors import NotFound
from arwork.lib.money import MoneyField
from arwork.lib.paging import KeysetPage, NoSuchPage, Order, page_by_id, page_by_key

COLUMNS = ("lane", "name", "amount", "day", "moment")
EMPTY = ("amount", "day", "moment")
MOST = 100  # of a dozen rows: a walk that goes in circles ends
NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "lane": st.integers(1, 3),
            "name": st.sampled_from(["", "~", "a", "a b", "50%", "%7C", "A|B", "3.5", "Ä"]),
            "amount": st.none() | st.sampled_from([Decimal("-1.50"), Decimal("0.00"), Decimal("99.99")]),
            "day": st.none() | st.sampled_from([NOON.date(), dt.date(2026, 1, 2)]),
            "moment": st.none() | st.sampled_from([NOON, NOON + dt.timedelta(microseconds=1)]),
        }
    ),
    max_size=12,
)
ORDERS = st.tuples(
    st.lists(st.sampled_from(COLUMNS), max_size=3, unique=True), st.lists(st.booleans(), min_size=4, max_size=4)
).map(lambda drawn: tuple(f"{'-' * falls}{name}" for name, falls in zip([*drawn[0], "id"], drawn[1], strict=False)))


class Leaf(models.Model):
    """A row of a table of this test's own."""

    lane = models.IntegerField()
    name = models.CharField(max_length=20)
    amount = MoneyField(null=True)
    day = models.DateField(null=True)
    moment = models.DateTimeField(null=True)

    class Meta:
        app_label = "claims"
        apps = Apps()
        db_table = "paged_leaf"

    def __str__(self) -> str:
        return f"leaf {self.pk}"


def _create() -> None:
    moment = "timestamptz" if connection.vendor == "postgresql" else "datetime"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE paged_leaf (id integer PRIMARY KEY, lane integer NOT NULL,"
            f" name varchar(20) NOT NULL, amount bigint, day date, moment {moment})"
        )


def _ids(page: KeysetPage[Leaf]) -> list[int]:
    return [row.pk for row in page.rows]


def _walk(page_of, order: Order, *, size: int) -> tuple[list[int], list[int]]:
    """Ids seen on the way from the first page to the last, and from there back to the first."""
    page = page_of(Leaf.objects.all(), order, size=size)
    ahead, back = _ids(page), []
    while page.next_cursor and len(ahead) < MOST:
        page = page_of(Leaf.objects.all(), order, size=size, after=page.next_cursor)
        ahead += _ids(page)
    back = _ids(page)
    while page.previous_cursor and len(back) < MOST:
        came_from, page = page, page_of(Leaf.objects.all(), order, size=size, before=page.previous_cursor)
        on = page_of(Leaf.objects.all(), order, size=len(came_from.rows), after=page.next_cursor)
        assert _ids(on) == _ids(came_from)
        back = _ids(page) + back
    return ahead, back


def by_id(rows, order, *, size, after=None, before=None):
    """As a page does it: the cursor is text in an address."""
    return page_by_id(rows, order, size=size, after=after and int(after), before=before and int(before))


class AnyRows(TestCase):
    @given(rows=ROWS, columns=ORDERS, size=st.integers(1, 5), mark=st.sampled_from(".|"))
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_forward_and_back_each_row_is_seen_once(self, rows, columns, size, mark):
        _create()
        Leaf.objects.bulk_create([Leaf(pk=n, **row) for n, row in enumerate(rows, 1)])
        wanted = [
            F(name[1:]).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_last=True)
            for name in columns
        ]
        whole = list(Leaf.objects.order_by(*wanted).values_list("pk", flat=True))
        order = Order(*columns)
        assert list(order.of(Leaf.objects.all()).values_list("pk", flat=True)) == whole

        def by_key(*args, **kwargs):
            return page_by_key(*args, mark=mark, **kwargs)

        for page_of in (by_id, by_key):
            assert _walk(page_of, order, size=size) == (whole, whole)


@pytest.fixture
def leaves(db) -> list[Leaf]:
    _create()
    days = [dt.date(2026, 1, day) for day in (3, 1, 2)]
    return Leaf.objects.bulk_create(
        [
            Leaf(pk=n, lane=n % 2, name="x", amount=Decimal(n), day=day)
            for n, day in enumerate([*days, None, None], start=1)
        ]
    )


def test_an_id_tells_nothing_of_the_row_and_a_key_is_what_it_is_sorted_by(leaves):
    assert page_by_id(Leaf.objects.all(), Order("day"), size=2).next_cursor == "3"
    assert page_by_key(Leaf.objects.all(), Order("day"), size=2).next_cursor == "2026-01-02|3"
    assert page_by_key(Leaf.objects.all(), Order("lane", "-amount", "id"), size=2, mark=".").next_cursor == "0.2%2E00.2"


def test_the_primary_key_breaks_ties_the_way_of_the_last_column(leaves):
    assert _ids(page_by_id(Leaf.objects.all(), Order("-name"), size=5)) == [5, 4, 3, 2, 1]
    assert _ids(page_by_id(Leaf.objects.all(), Order("-name", "pk"), size=5)) == [1, 2, 3, 4, 5]


def test_a_row_that_left_the_list_says_so_by_id_and_does_no_harm_by_key(leaves):
    order, rest = Order("day"), Leaf.objects.exclude(pk=3)
    with pytest.raises(NotFound, match="Start from its first page"):
        page_by_id(rest, order, size=2, after=3)
    assert _ids(page_by_key(rest, order, size=2, after="2026-01-02|3")) == [1, 4]
    assert _ids(page_by_id(rest, Order("-id"), size=2, after=3)) == [2, 1]  # the id says all there is to know


@pytest.mark.parametrize(
    "cursor", ["3", "2026-01-02", "|3", "2026-13-01|3", "2026-01-02|", "2026-01-02|x", "2026-01-02|3|4", "~|~", "\0|3"]
)
def test_what_is_no_key_is_refused(leaves, cursor):
    with pytest.raises(NoSuchPage, match="Start from the first") as refused:
        page_by_key(Leaf.objects.all(), Order("day"), size=2, before=cursor)
    assert refused.value.facts == {"field": "before"}


def test_a_key_of_an_empty_column_is_refused_where_none_can_be_empty_and_so_is_a_moment_without_its_zone(leaves):
    for order, cursor in (
        (Order("lane"), "~|3"),
        (Order("moment"), "2026-01-02T10:00:00|3"),
        (Order("lane"), "9" * 30),
    ):
        with pytest.raises(NoSuchPage):
            page_by_key(Leaf.objects.all(), order, size=2, after=cursor)


def test_a_page_costs_one_query_and_one_more_where_a_row_is_looked_up_or_a_group_ends(leaves):
    def costs(page_of, *columns, **asked):
        with CaptureQueriesContext(connection) as queries:
            page_of(Leaf.objects.all(), Order(*columns), **asked)
        return len(queries)

    assert costs(page_by_key, "lane", size=1, after="1|1") == 1
    assert costs(page_by_id, "-id", size=2, after=3) == 1
    assert costs(page_by_id, "lane", size=1, after=1) == 2
    assert costs(page_by_key, "day", size=2, after="2026-01-02|3") == 2  # the last with a day, then those without


def test_a_page_begins_where_an_index_does(leaves):
    """Pages deep in a list are found as fast as the first: no range needs to read what lies in front of it."""
    with CaptureQueriesContext(connection) as asked:
        page = page_by_key(Leaf.objects.all(), Order("lane", "-amount", "id"), size=1, after="1|5.00|5")
    assert _ids(page) == [3]
    [query] = asked
    where = query["sql"].replace('"paged_leaf".', "").replace('"', "")
    assert "lane = 1 AND amount <= 500" in where
