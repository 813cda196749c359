"""Nonsense in an address or a form is answered in words: what anybody can type is no defect of the house."""

import pytest
from django.test import Client

from tests.cast import make_oona, make_practice

pytestmark = pytest.mark.django_db
HUGE = "9" * 30


@pytest.fixture
def oona(client: Client) -> Client:
    client.force_login(make_oona(make_practice()), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    "address",
    [
        "/list?q=age:>99999999999", "/list?q=age:>99999", "/list?q=age:0-99999999999", "/list?q=owner:²",
        "/list?q=payer:²", f"/list?q=payer:{HUGE}", "/list?q=practice:²", f"/imports?after={HUGE}",
        "/reports/aging/rows?by=payer&key=²", f"/reports/aging/rows?by=payer&key={HUGE}",
        f"/reports/aging/rows?by=plan&key={HUGE}.²", "/reports/aging/rows?by=collector&key=²",
        "/reports/aging?as_of=0001-01-01", "/reports/reconciliation?since=0001-01-01&until=0001-01-02",
        "/setup/contracts/new?payer=²", "/setup/payers/1/merge?into=²", "/setup/rules/new?payer=²",
        "/api/v1/items?q=age:>99999999999", f"/api/v1/claims?payer={HUGE}", f"/api/v1/exceptions?remittance={HUGE}",
        "/api/v1/reports/aging?as_of=0001-01-01", "/audit?until=9999-12-31",
    ],
)  # fmt: skip
def test_in_an_address(oona: Client, address: str) -> None:
    assert oona.get(address).status_code in (200, 400, 404, 422)


@pytest.mark.parametrize(
    ("address", "entered"),
    [
        ("/remits/exceptions/1/match", {"claim": "²"}),
        ("/list/keep", {"forget": "²"}),
        ("/list/act", {"item": ["²"]}),
        ("/team/hand-over", {"from": "²", "to": HUGE}),
        ("/theme", {"theme": "dark", "next": "no-path"}),
        (
            "/setup/adjustments/new",
            {"group": "CO", "carc": "45", "treatment": "contractual", "valid_from": "0001-01-01", "source": "s"},
        ),
    ],
)
def test_in_a_form(oona: Client, address: str, entered: dict[str, str]) -> None:
    assert oona.post(address, entered).status_code in (302, 404, 422)
