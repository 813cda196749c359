"""Harbor's people cannot see, open, resolve or import anything of Cedar's, whichever address they type."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from arwork.staff import people
from claims.billing.models import Claim
from claims.edi.models import EdiFile
from claims.ledger.models import Posting
from claims.parties.models import Account
from claims.remits.models import RemitClaim, RemitException, Remittance
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkAction, WorkItem
from tests.acceptance.conftest import ImportEdi
from tests.cast import NOW, TODAY, make_ada, make_practice, make_sol, make_user
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc

CEDAR = "1003000126"
OWN_HOLD = ("desk_renew", "desk_release")  # these concern the person's own hold on an item, which there is none of
SECRETS = ("QUILLFEATHER", "CZ-77001", "EFTCEDAR")


@pytest.fixture
def cedars(import_edi: ImportEdi) -> dict[str, int]:
    """A claim, a payment, an exception, a file and an item of Cedar Clinic; the ids an address may name."""
    cedar = make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    sent = [Sent(number="CZ-77001", charge="125.00", last="QUILLFEATHER", member="Q1")]
    paid = Clp(
        number="CZ-77001", lines=[Svc("125.00", "100.00", [("CO-45", "25.00")], code="99213", on=None)],
        last="QUILLFEATHER", member="Q1",
    )  # fmt: skip
    stray = Clp(number="CZ-NONE", lines=[Svc("50.00", "50.00")], last="QUILLFEATHER", icn="ICN2")
    import_edi(write_837(sent, npi=CEDAR, tin="069999999"), Era([paid, stray], trace="EFTCEDAR", practice=cedar).text())
    import_edi(write_837([sent[0].but(number="CZ-77002")], npi=CEDAR, tin="069999999", control=2))
    claim = Claim.objects.get(number="CZ-77002")
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(claim=claim)
    carla = make_user(username="carla", practices=[cedar])
    action, *_ = [worklist.record_outcome(actor=carla, item_id=item.pk, disposition="in_process", now=NOW, today=TODAY)]
    assert action is not None
    return {
        "claim_id": claim.pk,
        "account_id": Account.objects.get(practice=cedar).pk,
        "exception_id": RemitException.objects.get().pk,
        "remittance_id": Remittance.objects.get().pk,
        "remit_claim_id": RemitClaim.objects.first().pk,  # type: ignore[union-attr]
        "file_id": EdiFile.objects.first().pk,  # type: ignore[union-attr]
        "item_id": item.pk,
        "action_id": WorkAction.objects.first().pk,  # type: ignore[union-attr]
    }


def named(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[tuple[str, set[str]]]:
    """The name and arguments of every address of the product."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from named(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name, set(pattern.pattern.converters)


@pytest.mark.parametrize("make", [make_sol, make_ada, make_user], ids=["supervisor", "admin", "collector"])
def test_no_address_opens_anything_of_another_practice(client: Client, cedars: dict[str, int], make) -> None:
    harbor = make_practice()
    person = make(practices=[harbor]) if make is make_user else make(harbor)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    before = (Posting.objects.count(), WorkAction.objects.count(), RemitException.objects.filter(state="open").count())
    tried = 0
    for name, arguments in sorted(named(), key=lambda one: one[0]):
        if not arguments or not arguments <= set(cedars):
            continue
        address = reverse(name, kwargs={key: cedars[key] for key in arguments})
        for answer in (client.get(address), client.post(address, {"reason": "x", "claim": cedars["claim_id"]})):
            text = b"".join(answer).decode(errors="replace") if answer.streaming else answer.content.decode()
            expected = (400, 403, 404, 405, 409, 422) + ((200, 302) if name in OWN_HOLD else ())
            assert answer.status_code in expected, (address, answer.status_code)
            assert not any(secret.lower() in text.lower() for secret in SECRETS), address
        tried += 1
    assert tried > 20
    after = (Posting.objects.count(), WorkAction.objects.count(), RemitException.objects.filter(state="open").count())
    assert after == before


@pytest.mark.parametrize(
    "address",
    [
        "/claims", "/accounts", "/search?q=QUILLFEATHER", "/search?q=CZ-77001", "/search?q=EFTCEDAR", "/imports",
        "/remits", "/remits/exceptions", "/reports/aging", "/reports/aging/rows?by=payer&column=0-30",
        "/reports/reconciliation", "/list", "/team", "/my-day", "/api/v1/claims", "/api/v1/accounts",
        "/api/v1/exceptions", "/api/v1/items", "/api/v1/files", "/api/v1/reports/aging",
    ],
)  # fmt: skip
def test_no_list_or_search_shows_another_practice(client: Client, cedars: dict[str, int], address: str) -> None:
    client.force_login(make_sol(make_practice()), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(address, follow=True)
    assert answer.status_code in (200, 405), address
    text = answer.content.decode().replace('QUILLFEATHER"', "").replace("q=QUILLFEATHER", "")
    assert "Cedar" not in text
    assert "CZ-77002" not in text
    assert "Quillfeather" not in text


def test_a_file_of_two_practices_shows_each_its_own_part(client: Client, import_edi: ImportEdi) -> None:
    harbor, cedar = make_practice(), make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    ours = Era([Clp("H1", [Svc("50.00", "50.00")])], trace="EFTHARBOR", practice=harbor).text()
    theirs = Era([Clp("C1", [Svc("987.00", "987.00")])], trace="EFTCEDAR", practice=cedar).text()
    import_edi(ours + theirs)
    file = EdiFile.objects.get()
    client.force_login(make_sol(harbor), backend="django.contrib.auth.backends.ModelBackend")
    for address in ("/imports", f"/imports/{file.pk}", "/api/v1/files", f"/api/v1/files/{file.pk}"):
        text = client.get(address).content.decode()
        assert "Cedar" not in text, address
        assert "987.00" not in text, address
    (shown,) = client.get(f"/api/v1/files/{file.pk}").json()["transactions"]
    assert shown["practice"] == harbor.pk
    assert client.get(f"/imports/{file.pk}/download").status_code == 403


@pytest.mark.django_db
def test_the_trail_tells_nothing_of_the_people_of_another_practice(client: Client) -> None:
    harbor, cedar = make_practice(), make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    carol = make_user(username="carol", role="admin", practices=[cedar])
    facts = people.PersonFacts("carla", "Carla", "Cedarwood", "", "collector", frozenset({cedar.pk}))
    people.open_account(facts, actor=carol, now=NOW)
    people.note_sign_in(carol, now=NOW)
    client.force_login(make_ada(harbor), backend="django.contrib.auth.backends.ModelBackend")
    page, file = client.get("/audit"), client.get("/audit?export=csv")
    for text in (page.content.decode(), b"".join(file).decode()):  # type: ignore[arg-type]
        assert "carol" not in text.lower()
        assert "carla" not in text.lower()


@pytest.mark.django_db
def test_the_key_of_a_figure_names_nobody_of_another_practice(client: Client) -> None:
    harbor, cedar = make_practice(), make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    carla = make_user(username="carla", practices=[cedar])
    client.force_login(make_sol(harbor), backend="django.contrib.auth.backends.ModelBackend")
    for by, key in (("practice", cedar.pk), ("collector", carla.pk)):
        text = client.get("/reports/aging/rows", {"by": by, "key": key, "column": "total"}).content.decode()
        assert "Cedar" not in text
        assert "Carla" not in text
