"""Policies as dated rows: entered, never overwritten, ended; what can't be one; whom one speaks for."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.errors import Forbidden
from collections_app.assistance import policies
from collections_app.assistance.models import AssistanceRule
from collections_app.assistance.policies import BadAssistancePolicy, PolicyFall
from collections_app.assistance.policy import AssistancePolicy
from tests.assistance.conftest import DAY, apply, family, hospital
from tests.cast import NOW, TODAY, make_account, make_ada

pytestmark = pytest.mark.django_db
D = Decimal
GOOD = {"bands": ((200, 100), (400, 40)), "valid_from": TODAY, "source": "Board"}


def test_the_next_policy_ends_the_one_before_and_an_application_keeps_that_of_its_day(practice, oona):
    hospital(oona, practice=practice)
    policies.add_policy(AssistancePolicy(**GOOD, practice_id=practice.pk), actor=oona, now=NOW)
    first, second = AssistanceRule.objects.order_by("pk")
    assert (first.valid_to, second.valid_to) == (TODAY - DAY, None)
    assert policies.policy_of(practice.pk, on=TODAY - DAY).is_501r
    assert policies.policy_of(practice.pk, on=TODAY).bands == ((200, 100), (400, 40))
    policies.end_policy(second.pk, last_day=TODAY, actor=oona, today=TODAY, now=NOW)
    assert policies.policy_of(practice.pk, on=TODAY + DAY).bands == ((200, 100), (300, 75), (400, 50))  # as shipped


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"bands": ()}, "bands"),
        ({"bands": ((200, 50), (300, 75))}, "bands"),
        ({"bands": ((300, 100), (200, 75))}, "bands"),
        ({"bands": ((200, 101),)}, "bands"),
        ({"agb_percent": D(0)}, "agb_percent"),
        ({"is_501r": True, "earlier_days": 239}, "earlier_days"),
        ({"presumptive": ("nonsense",)}, "presumptive"),
        ({"valid_days": 0}, "valid_days"),
        ({"indigent_percent": 0}, "indigent_percent"),
        ({"source": " "}, "source"),
    ],
)
def test_what_no_decision_could_follow_is_refused_by_its_field(oona, wrong, field):
    with pytest.raises(BadAssistancePolicy) as error:
        policies.add_policy(AssistancePolicy(**GOOD | wrong), actor=oona, now=NOW)
    assert error.value.facts["field"] == field


def test_an_admin_of_practices_changes_none_for_all(practice):
    ada = make_ada(practice)
    with pytest.raises(Forbidden):
        policies.add_policy(AssistancePolicy(**GOOD), actor=ada, now=NOW)
    policies.add_policy(AssistancePolicy(**GOOD, practice_id=practice.pk), actor=ada, now=NOW)


def test_before_it_counts_it_shows_who_falls_where(account, oona, practice):
    for number, income in enumerate(("30000", "90000", "200000")):
        apply(make_account(practice=practice, last=f"Guest{number}", first="Ida"), oona, household=family(income))
    row = AssistancePolicy(**GOOD)
    assert policies.falls_of(row, actor=oona, today=TODAY) == [PolicyFall(100, 1), PolicyFall(40, 1), PolicyFall(0, 1)]
    three = policies.examples_of(row, on=TODAY, sizes=(3,))[0]
    assert three.up_to == ((D(54640), 100), (D(109280), 40))
    assert policies.open_under(row, actor=oona) == 3
    assert policies.examples_of(row, on=dt.date(2025, 6, 1), sizes=(1,))[0].up_to[0] == (D(31300), 100)
