"""The pages of receipts and unapplied cash: printed, corrected, found, taken out as a table."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from claims.receipts.models import CashApplication, Receipt
from tests.cast import NOW, make_account, make_claim, make_patient, make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def claim():
    patient = make_patient(account=make_account(practice=make_practice()))
    return make_claim(patient=patient, payers=(), lines=["50.00"], service_on=dt.date(2026, 8, 1))


def pay(client, claim, amount="80.00", **changes):
    body = {
        "amount": amount,
        "method": "check",
        "reference": "1042",
        "received_on": "2026-11-20",
        "post": "1",
        **changes,
    }
    answer = client.post(f"/accounts/{claim.account_id}/receipt", body)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def test_a_receipt_says_who_paid_what_and_what_remains(sol, claim):
    make_claim(patient=claim.patient, payers=(), lines=["30.00"], service_on=dt.date(2026, 9, 1))
    page = sol.get(pay(sol, claim, "60.00")).content.decode()
    for words in (
        "Harbor Clinic",
        "Receipt R1",
        "Check 1042",
        "Guarino, Gus",
        "$60.00",
        claim.number,
        "$20.00",
        "data-prints",
    ):
        assert words in page, words


def test_what_was_typed_for_a_visit_is_kept_where_it_cannot_be(sol, claim):
    body = {"amount": "40.00", "method": "check", "reference": "1", "received_on": "2026-11-20", "post": "1"}
    answer = sol.post(f"/accounts/{claim.account_id}/receipt", body | {f"visit-{claim.pk}": "50.01"})
    assert answer.status_code == 422
    assert b'value="50.01"' in answer.content
    assert b"owes $50.00 for this visit" in answer.content
    answer = sol.post(f"/accounts/{claim.account_id}/receipt", body | {f"visit-{claim.pk}": "x"})
    assert b"Enter an amount" in answer.content
    assert not Receipt.objects.exists()


def test_part_of_it_is_kept_back_for_a_visit_to_come(sol, claim):
    pay(sol, claim, "50.00", **{f"visit-{claim.pk}": "20.00"})
    claim.account.refresh_from_db()
    assert claim.account.unapplied == Decimal(30)


def test_a_return_is_recorded_and_refused_the_second_time(sol, claim):
    where = pay(sol, claim)
    body = {"return-why": "nsf", "return-returned_on": "2026-11-20", "return-words": "Letter"}
    assert sol.post(f"{where}/return", body).status_code == 302
    page = sol.get(where).content.decode()
    assert "Not enough funds" in page
    assert "The bank returned it" not in page
    assert sol.post(f"{where}/return", body).status_code == 409


def test_a_wrong_move_says_so_at_its_field(sol, claim):
    where = pay(sol, claim)
    answer = sol.post(f"{where}/move", {"move-to_account": "NOBODY", "move-amount": "10.00"})
    assert answer.status_code == 422
    assert b"No account of this practice has that number" in answer.content


def test_the_list_is_of_the_day_and_is_taken_out(sol, claim):
    pay(sol, claim)
    assert b">R1<" in sol.get("/money/receipts?since=2026-11-20&until=2026-11-20").content
    assert b">R1<" not in sol.get("/money/receipts?until=2026-11-19").content
    rows = b"".join(sol.get("/money/receipts?export=csv")).decode().splitlines()
    assert rows[-1].startswith("R1,2026-11-20,")


@pytest.mark.parametrize("text", ["R1", "1042"])
def test_search_finds_it_by_its_number_and_by_the_check(sol, claim, text):
    where = pay(sol, claim)
    answer = sol.post("/search", {"q": text}, follow=True)
    assert f'href="{where}"' in answer.content.decode()


def test_unapplied_cash_is_applied_from_its_page_and_undone(sol, claim):
    pay(sol, claim)
    make_claim(patient=claim.patient, payers=(), lines=["20.00"])
    assert b"$30.00 of patients" in sol.get("/money/unapplied?owing=1").content
    where = f"/money/unapplied/{claim.account_id}"
    assert b'value="20.00"' in sol.get(where).content
    assert sol.post(where, {"amount": "30.00", "post": "1"}).status_code == 302
    made = CashApplication.objects.get()
    assert str(made.amount) == "20.00"
    assert b"Just applied" in sol.get("/money/unapplied").content
    assert sol.post(f"{where}/undo", {"run": made.run}).status_code == 302
    assert sol.post(f"{where}/undo", {"run": made.run}).status_code == 409
    assert sol.post(f"{where}/undo", {"run": "nonsense"}).status_code == 404


def test_all_that_owe_are_applied_as_they_were_shown(sol, claim):
    pay(sol, claim)
    make_claim(patient=claim.patient, payers=(), lines=["20.00"])
    page = sol.get("/money/unapplied/all").content.decode()
    assert f'value="{claim.account_id}:20.00"' in page
    sol.post("/money/unapplied/all", {"applies": [f"{claim.account_id}:20.00", "nonsense", "7:x"]})
    assert str(CashApplication.objects.get().amount) == "20.00"


def test_what_is_moved_by_hand_says_first_what_follows(sol):
    claim = make_claim(lines=["100.00"])
    where = f"/claims/{claim.pk}/transfer"
    body = {"origin": "PAYER1", "target": "PATIENT", "amount": "40.00", "reason": "patient", "words": "EOB of May"}
    page = sol.post(where, body)
    assert b"statement clock starts today" in page.content
    assert sol.post(where, body | {"do": "1"}).status_code == 302
    page = sol.get(f"/claims/{claim.pk}").content.decode()
    assert "$40.00 moved by hand from the primary payer to the patient" in page
    undo = f"/claims/{claim.pk}/transfer/{claim.hand_transfers.get().pk}/undo"
    assert sol.post(undo).status_code == 302
    assert sol.post(undo).status_code == 409
    assert sol.post(where, body | {"amount": "100.01"}).status_code == 422


def test_a_claim_is_marked_to_be_billed_again_and_the_desk_says_so(sol):
    from collections_app.worklist import services as worklist
    from collections_app.worklist.models import WorkItem
    from tests.cast import TODAY

    claim = make_claim(lines=["100.00"])
    where = f"/claims/{claim.pk}/bill-again"
    assert b"Mark it" in sol.get(where).content
    assert sol.post(where, {"bucket": "PAYER1", "reason": ""}).status_code == 422
    assert sol.post(where, {"bucket": "PAYER1", "reason": "lost"}).status_code == 302
    worklist.refresh(claims=[claim.pk], accounts=[], today=TODAY, now=NOW)
    desk = sol.get(f"/desk/{WorkItem.objects.get(claim=claim).pk}").content.decode()
    assert "To be billed again to the primary payer: the payer has no claim on file" in desk
    mark = claim.rebill_marks.get()
    assert sol.post(f"/claims/{claim.pk}/bill-again/{mark.pk}/withdraw").status_code == 302


def test_collectors_see_and_do_not_move(ana, sol, claim):
    where = pay(sol, claim)
    assert b"Put it right" not in ana.get(where).content
    assert ana.post(f"{where}/return", {}).status_code == 403
    assert ana.get("/money/unapplied").status_code == 200
    for address in (f"/money/unapplied/{claim.account_id}", "/money/unapplied/all", f"/claims/{claim.pk}/transfer"):
        assert ana.get(address).status_code == 403
