"""The demo's practices have rules of their own, set once."""

import datetime as dt

import pytest

from claims.denials.models import DenialRule
from collections_app.demo.own_rules import set_rules
from collections_app.demo.setting import set_up
from collections_app.worklist.outcome_rule_models import OutcomeRule
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db


def test_each_kind_of_rule_is_there_once_however_often_it_is_loaded() -> None:
    set_up(since=TODAY - dt.timedelta(days=700))
    for _ in range(2):
        set_rules(TODAY, now=NOW)
    assert DenialRule.objects.get().category == "coding"
    assert OutcomeRule.objects.get().days == 10
