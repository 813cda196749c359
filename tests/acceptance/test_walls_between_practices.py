"""Harbor's people cannot see, open, resolve or import anything of Cedar's, whichever address they type."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from arwork.staff import audit, people
from arwork.staff.models import AuditEvent
from claims.edi.models import EdiFile
from claims.ledger.models import Posting
from claims.remits.models import (
    RemitException,
)
from collections_app.worklist.models import WorkAction
from tests.acceptance.cedar import CEDAR, cedars_of
from tests.acceptance.conftest import ImportEdi
from tests.cast import (
    NOW,
    make_abe,
    make_account,
    make_ada,
    make_claim,
    make_oona,
    make_patient,
    make_practice,
    make_sol,
    make_user,
)
from tests.remits.era import Clp, Era, Svc

#: What all practices have in common: these ids name nothing of Cedar's.
#: `kind` and `language` name a kind of letter and the language of its text.
#: `who` and `token` stand in the link of an e-mail: whoever holds it is the person.
SHARED = {"who", "token", "ref", "processor", "payer_id", "identifier_id", "plan_id", "contact_id", "rule_id",
          "override_id", "merge_id", "kind", "language", "way_id", "code_list_id"}  # fmt: skip
OWN_HOLD = ("desk_renew", "desk_release")  # these concern the person's own hold on an item, which there is none of
SECRETS = ("QUILLFEATHER", "CZ-77001", "EFTCEDAR")


@pytest.fixture
def cedars(import_edi: ImportEdi) -> dict[str, Any]:
    """The ids of Cedar Clinic that an address may name."""
    return cedars_of(import_edi)


def named(
    patterns: list[URLPattern | URLResolver] | None = None, namespace: str = ""
) -> Iterator[tuple[str, set[str]]]:
    """The name and arguments of every address of the product."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from named(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{namespace}{pattern.name}", set(pattern.pattern.converters)


def test_every_id_that_an_address_may_name_is_tried(cedars: dict[str, int]) -> None:
    """A new page joins by itself, or says here what its id names."""
    unknown = {name: arguments - set(cedars) - SHARED for name, arguments in named()}
    assert not {name: arguments for name, arguments in unknown.items() if arguments}


#: An owner sees who works where: names of practices and of people, never what is in the books.
OF_OWNERS = ("staff:person", "staff:practice_grant", "staff:practice_withdraw", "staff:emergenc", "staff:token")


@pytest.mark.parametrize(
    "make", [make_sol, make_ada, make_user, make_oona], ids=["supervisor", "admin", "collector", "owner"]
)
def test_no_address_opens_anything_of_another_practice(client: Client, cedars: dict[str, int], make) -> None:
    harbor = make_practice()
    person = make(practices=[harbor]) if make is make_user else make(harbor)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    before = (Posting.objects.count(), WorkAction.objects.count(), RemitException.objects.filter(state="open").count())
    tried = 0
    for name, arguments in sorted(named(), key=lambda one: one[0]):
        if not arguments - SHARED or (make is make_oona and name.startswith(OF_OWNERS)):
            continue
        address = reverse(name, kwargs={key: cedars.get(key, 1) for key in arguments})
        entered = {"reason": "x", "claim": cedars["claim_id"]}
        how = {"content_type": "application/json"} if address.startswith("/api/") else {}
        for answer in (client.get(address), client.post(address, entered, **how)):
            text = b"".join(answer).decode(errors="replace") if answer.streaming else answer.content.decode()
            expected = (400, 403, 404, 405, 409, 422) + ((200, 302) if name in OWN_HOLD else ())
            assert answer.status_code in expected, (address, answer.status_code)
            assert not any(secret.lower() in text.lower() for secret in SECRETS), address
        tried += 1
    assert tried > 50
    after = (Posting.objects.count(), WorkAction.objects.count(), RemitException.objects.filter(state="open").count())
    assert after == before


@pytest.mark.parametrize("make", [make_sol, make_ada, make_abe, make_oona])
def test_no_page_without_an_id_shows_another_practice(client: Client, cedars: dict[str, int], make) -> None:
    person = make(make_practice())
    shown = 0
    for name, arguments in named():
        if arguments or name in ("metrics", "staff:logout") or (make is make_oona and name.startswith(OF_OWNERS)):
            continue
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        answer = client.get(reverse(name), follow=True)
        text = b"".join(answer).decode(errors="replace") if answer.streaming else answer.content.decode()
        assert not any(secret.lower() in text.lower() for secret in SECRETS), name
        shown += answer.status_code == 200
    assert shown > 30


@pytest.mark.parametrize(
    "address",
    [
        "/claims", "/accounts", "/search?q=QUILLFEATHER", "/search?q=CZ-77001", "/search?q=EFTCEDAR", "/imports",
        "/remits", "/remits/exceptions", "/money/eobs", "/reports/aging", "/reports/aging/rows?by=payer&column=0-30",
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


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/claims", "/claims?export=csv", "/accounts", "/api/v1/claims"])
def test_the_trail_names_no_record_of_another_practice_that_a_colleague_saw_there(client: Client, address: str) -> None:
    """Lists and files of several practices at once: an administrator of one learns of their own rows alone."""
    harbor, cedar = make_practice(), make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")
    for number in range(7):  # so that ids of the one are no ids of the other
        make_account(practice=cedar, last=f"Other{number}")
    mine, theirs = (
        make_claim(practice=harbor, number="H1"),
        make_claim(
            practice=cedar,
            number="C1",
            patient=make_patient(account=make_account(practice=cedar, last="Quill"), last="Quill"),
        ),
    )
    both, ada = make_user(username="both", role="supervisor", practices=[harbor, cedar]), make_ada(harbor)
    client.force_login(both, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(address)
    assert answer.status_code == 200
    assert b"".join(answer)
    event = AuditEvent.objects.filter(actor=both, action__in=audit.SEEING).latest("pk")
    assert event.practice_id is None
    kind = "account" if "accounts" in address else "claim"
    wanted = {"claim": (mine.pk, theirs.pk), "account": (mine.account_id, theirs.account_id)}[kind]
    assert set(wanted) <= set(event.after["seen"][kind])
    narrowed = {kind: [wanted[0]], "others": "of other practices"}
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/audit", {"who": both.pk})
    assert [dict(one[0].after["seen"]) for one in page.context["page"].rows if one[0].pk == event.pk] == [narrowed]
    assert "others of other practices" in page.content.decode()
    sheet = b"".join(client.get("/audit", {"who": both.pk, "export": "csv"})).decode()  # type: ignore[call-overload]
    assert str(narrowed) in sheet
    assert str(theirs.account_id if kind == "account" else theirs.pk) not in str(narrowed)
    of_both = make_user(username="all", role="admin", practices=[harbor, cedar])
    client.force_login(of_both, backend="django.contrib.auth.backends.ModelBackend")
    assert str(event.after["seen"]) in b"".join(client.get("/audit", {"export": "csv"})).decode()  # type: ignore[call-overload]
