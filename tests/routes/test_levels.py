"""Two lists of levels, one by what routes call an appeal and one by who decides it: for each kind of payer as long."""

import pytest

from collections_app.appeals.appeal_levels import ladder_code, ladder_of
from collections_app.routes.route_facts import payer_kind
from collections_app.routes.route_rules import routes_seed

PAYERS = [
    ("medicare", "", "P"), ("medicare", "", "I"), ("medicare_advantage", "", "P"), ("medicaid", "", "P"),
    ("medicaid_mco", "", "P"), ("commercial", "insured", "P"), ("bcbs", "insured", "P"),
    ("commercial", "self_funded", "P"), ("tricare", "", "P"), ("va", "", "P"), ("workers_comp", "", "P"),
    ("auto_liability", "", "P"), ("other", "", "P"),
]  # fmt: skip


@pytest.mark.parametrize(("payer_class", "funding", "form"), PAYERS)
def test_an_appeal_goes_as_high_as_its_route_says(payer_class: str, funding: str, form: str) -> None:
    named = routes_seed()["appeals"][payer_kind(payer_class, funding=funding, form=form).value]["levels"]
    assert len(ladder_of(ladder_code(payer_class, funding))) == len(named)
