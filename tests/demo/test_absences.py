"""In the demo one collector is away, and two stand in."""

import datetime as dt

import pytest

from collections_app.demo.absences import go_on_leave
from collections_app.demo.setting import set_up
from collections_app.worklist.absence_models import Absence, WorkCapacity
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db


def test_one_absence_is_under_way_with_two_stand_ins_and_is_entered_once() -> None:
    set_up(since=TODAY - dt.timedelta(days=700))
    for _ in range(2):
        go_on_leave(TODAY, now=NOW)
    absence = Absence.objects.get()
    assert absence.runs_on(TODAY)
    assert set(absence.stand_ins.values_list("person__username", "kind")) == {
        ("collector", ""),
        ("collector2", "patient_balance"),
    }
    assert WorkCapacity.objects.get().minutes == 180
