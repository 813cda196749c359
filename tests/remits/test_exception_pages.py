"""The pages of exceptions: every way out, lists and exports, what is found again, who may only read."""

import pytest
from django.test import Client

from arwork.lib.money import money
from arwork.staff.models import AuditEvent
from claims.ledger.selectors import account_totals
from claims.remits.models import RemitException, Remittance
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take
from tests.remits.test_exceptions import only_exception

pytestmark = pytest.mark.django_db


def test_pages_show_every_way_out_and_keys_work_without_scripts(client: Client) -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "300.00"])
    client.force_login(cast.make_ana(claim.practice))
    lines = [Svc("100.00", "100.00"), Svc("300.00", "300.00", code="85025")]
    other = Clp("X9", [Svc("90.00", "70.00", [("CO-45", "20.00")])], last="ELSE", member="Z", icn="Q")
    take(Era([Clp("H1", lines, cas=[("CO-45", "80.00")], paid="320"), other]))
    remittance = Remittance.objects.get()

    assert b"390.00" in client.get("/remits").content
    page = client.get(f"/remits/{remittance.pk}").content.decode()
    assert "Which lines?" in page
    assert "No claim found" in page
    assert client.get("/remits/exceptions").content.count(b"<tr>") == 3
    exception = RemitException.objects.get(code="allocate")
    shown = client.get(f"/remits/exceptions/{exception.pk}").content.decode()
    assert "Post the allocation" in shown
    assert "Accept as sent" in shown

    answer = client.post(f"/remits/exceptions/{exception.pk}/accept")

    assert answer.status_code == 302
    assert buckets(claim) == {}
    denied = client.post(f"/remits/exceptions/{RemitException.objects.get(state='open').pk}/dismiss", {"reason": ""})
    assert denied.status_code == 422


def test_a_dismissal_is_found_and_undone(client: Client) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    client.force_login(cast.make_ana(claim.practice))
    take(Era([Clp("X9", [Svc("240.00", "150.00", [("CO-45", "90.00")], on=None)], last="ELSE", member="Z", icn="Q")]))
    page = f"/remits/exceptions/{only_exception().pk}"

    client.post(f"{page}/dismiss", {"reason": "sent back"})
    assert Remittance.objects.get().state == "posted"
    assert "Dismissed 1, $150.00" in client.get("/remits/exceptions").content.decode()
    assert page in client.get("/remits/exceptions?reason=dismissed").content.decode()
    assert "Open it again" in client.get(page).content.decode()
    client.post(f"{page}/reopen")

    assert Remittance.objects.get().state == "partly"
    assert AuditEvent.objects.get(action="remit_reopen").before == {"reason": "sent back"}
    assert client.post(f"{page}/reopen").status_code == 409
    client.post(f"{page}/match", {"claim": claim.pk})
    assert buckets(claim) == {}
    assert account_totals([claim.practice_id])["UNAPPLIED"] == money(0)


def test_an_auditor_reads_an_exception_and_is_offered_no_way_to_settle_it(client: Client) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("X9", [Svc("240.00", "150.00", [("CO-45", "90.00")], on=None)], last="ELSE", member="Z", icn="Q")]))
    exception = only_exception()
    client.force_login(cast.make_user(username="abe", role="auditor", practices=[claim.practice]))

    page = client.get(f"/remits/exceptions/{exception.pk}")

    assert "What the payer sent" in page.content.decode()
    assert "/dismiss" not in page.content.decode()
    assert client.post(f"/remits/exceptions/{exception.pk}/dismiss", {"reason": "no"}).status_code == 403


def test_the_exceptions_of_one_deposit_are_listed_and_both_lists_export(client: Client) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    client.force_login(cast.make_ana(claim.practice))
    for number in range(2):
        paid = [Svc("90.00", "70.00", [("CO-45", "20.00")], on=None)]
        take(Era([Clp(f"X-N{number}", paid, last="ELSE", member="Z", icn=f"I{number}")], trace=f"T{number}"))
    one = Remittance.objects.get(trace="T1")

    page = client.get(f"/remits/exceptions?remittance={one.pk}").content.decode()
    assert "X-N1" in page
    assert "X-N0" not in page
    assert f"/remits/exceptions?remittance={one.pk}" in client.get(f"/remits/{one.pk}").content.decode()

    def exported(path: str) -> list[str]:
        return b"".join(client.get(path).streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]

    deposits, waiting = exported("/remits?export=csv"), exported("/remits/exceptions?export=csv")
    assert [row.split(",")[5:11] for row in deposits[1:]] == [["70.00", "0.00", "70.00", "0.00", "0.00", "1"]] * 2
    assert len(waiting) == 3
    assert "70.00" in waiting[1]
    assert AuditEvent.objects.filter(action="exported").count() == 2


def test_lists_cost_the_same_however_long(client: Client, django_assert_max_num_queries: object) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    client.force_login(cast.make_ana(claim.practice))
    for number in range(12):
        clp = Clp(f"N{number}", [Svc("240.00", "150.00", [("CO-45", "90.00")])], last=f"L{number}", icn=f"I{number}")
        take(Era([clp], trace=f"T{number}"))

    for path in ("/remits", "/remits/exceptions", f"/remits/{Remittance.objects.first().pk}"):  # type: ignore[union-attr]
        with django_assert_max_num_queries(27):  # type: ignore[operator]  # up to seven record the reading
            assert client.get(path).status_code == 200


def test_the_name_that_is_looked_for_stands_in_no_address(client: Client) -> None:
    claim = cast.make_claim(number="H1", lines=["55.00"])
    client.force_login(cast.make_ana(claim.practice), backend="django.contrib.auth.backends.ModelBackend")
    take(Era([Clp("X9", [Svc("240.00", "150.00", [("CO-45", "90.00")], on=None)], last="ELSE", member="Z", icn="Q")]))
    address = f"/remits/exceptions/{only_exception().pk}"
    assert f'method="post" action="{address}"' in client.get(address).content.decode()

    found = client.post(address, {"q": "Guarino"})
    assert found.status_code == 302
    assert "guarino" not in found.headers["Location"].lower()
    assert [guess.claim for guess in client.get(found.headers["Location"]).context["guesses"]] == [claim]
    assert client.get(address, {"q": "Guarino"}).context["guesses"] == []
