"""No input gives a 500: every page of the URL conf, asked and posted to with what nobody means to send.

Pages join by themselves: addresses come from the resolver, and the names of parameters and fields from the source of
the view and of the forms it uses.
"""

import inspect
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from arwork.staff.access import Capability
from arwork.staff.models import User
from tests.conventions.test_addresses import ADDRESSES
from tests.fuzz.odd import odd_numbers, odd_values

BACKEND = "django.contrib.auth.backends.ModelBackend"
PAGES = [(address, pattern) for address, pattern in ADDRESSES if not address.startswith("api/")]
EXAMPLES = {"GET": 8, "POST": 8, "FILE": 3}  # of each page; as many as a minute allows
Sent = tuple[str, list[tuple[str, str]], dict[str, str]]
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_IN_PATHS: dict[str, st.SearchStrategy[object]] = {
    "int": st.one_of(st.integers(1, 30), odd_numbers().map(abs)),
    # What a browser can spell in one part of a path; the client quotes no more of it.
    "str": odd_values().map(lambda text: quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")[:500] or "-"),
}
_ASKED = re.compile(
    r"(?:GET|POST|FILES|query_params)(?:\.get|\.getlist)?[\[(]\s*\"(\w+)\"|^    (\w+) = (?:forms\.|\w+[Ff]ield\()", re.M
)


def _modules(view: Any) -> Iterator[str]:
    """The source of the view's module and of the web modules it takes names from."""
    home = sys.modules[inspect.unwrap(view).__module__]
    homes = {home} | {
        sys.modules[name]
        for one in vars(home).values()
        if (name := getattr(one, "__module__", "")) and ".web." in name and name in sys.modules
    }
    for module in homes:
        yield Path(inspect.getfile(module)).read_text()


def names_asked(view: Any) -> list[str]:
    """Parameters and fields that the view may read."""
    found = {one for text in _modules(view) for pair in _ASKED.findall(text) for one in pair if one}
    return sorted(found | {"next", "q", "page", "sort", "after", "before", "export", "practice"})


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    """A query or a form, with unpaired surrogates as the bytes that some programs send for them."""

    def safe(text: str) -> str:
        return quote_from_bytes(text.encode("utf-8", "surrogatepass"))

    return "&".join(f"{safe(name)}={safe(value)}" for name, value in pairs).encode()


def requests_to(address: str, names: list[str]) -> st.SearchStrategy[Sent]:
    """Path, pairs and headers."""
    kinds = [kind for kind, _ in _PARAMETER.findall(address)]
    assert set(kinds) <= {"int", "str", "slug", "uuid"}, f"{address}: say how to fuzz this kind of parameter"
    number = st.one_of(st.integers(1, 30), odd_numbers().map(abs)).map(str)
    word = odd_values().map(lambda text: quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="") or "x")
    slug = st.from_regex(r"[A-Za-z0-9_-]{1,30}", fullmatch=True) | number.map("claim-{}-PAYER1".format)
    of_kind = {"int": number, "slug": slug, "uuid": st.uuids().map(str)}
    parts = st.tuples(*(of_kind.get(kind, word) for kind in kinds))

    def path(values: tuple[str, ...]) -> str:
        rest = iter(values)
        return "/" + _PARAMETER.sub(lambda _: next(rest), address)

    pairs = st.lists(st.tuples(st.sampled_from(names), odd_values()), max_size=6)
    odd_header = odd_values().map(lambda text: text.encode("latin-1", "replace").decode("latin-1")[:2000])
    headers = st.fixed_dictionaries(
        {},
        optional={
            "HTTP_HX_REQUEST": st.just("true"), "HTTP_HX_CURRENT_URL": odd_header, "HTTP_HX_TARGET": odd_header,
            "HTTP_REFERER": odd_header, "HTTP_ACCEPT": odd_header, "HTTP_X_REQUEST_ID": odd_header,
            "HTTP_IF_MODIFIED_SINCE": odd_header, "HTTP_X_FORWARDED_FOR": odd_header,
        },
    )  # fmt: skip
    return st.tuples(parts.map(path), pairs, headers)


def send(session: str, method: str, path: str, pairs: list[tuple[str, str]], headers: dict[str, str]) -> None:
    """One request of the session, and everything that it changed taken back."""
    client = Client()
    if session:
        client.cookies["sessionid"] = session
    with transaction.atomic():
        if method == "GET":
            response = client.get(path, QUERY_STRING=encoded(pairs).decode(), **headers)
        elif method == "POST":
            response = client.post(path, encoded(pairs), content_type="application/x-www-form-urlencoded", **headers)
        else:
            fields: dict[str, Any] = {name: value.encode("utf-8", "replace").decode() for name, value in pairs}
            name = fields.get("name", "x.csv")[:200].replace("\0", "") or "x"
            fields["file"] = SimpleUploadedFile(name, " ".join(fields.values()).encode())
            response = client.post(path, fields, **headers)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    cache.clear()
    # `/readyz` says 503 because there is neither broker nor beat here: its answer, not its failure.
    assert response.status_code < 500 or (path, response.status_code) == ("/readyz", 503), response.status_code


def faults_of(session: str, method: str, address: str, names: list[str]) -> list[str]:
    """What failed at one address, each with what was sent."""
    failed: list[str] = []

    @settings(
        max_examples=EXAMPLES[method], derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(requests_to(address, names))
    def attack(one: Sent) -> None:
        try:
            send(session, method, *one)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            failed.append(f"{method} {address}: {error!r:.200} at {where.filename}:{where.lineno}\n    {str(one):.400}")

    attack()
    return failed


@pytest.mark.parametrize("method", EXAMPLES)
def test_no_page_fails_whatever_it_is_sent(ada: User, method: str) -> None:
    signed_in = Client()
    signed_in.force_login(ada, backend=BACKEND)
    session = signed_in.cookies["sessionid"].value
    failed = [
        one for address, pattern in PAGES for one in faults_of(session, method, address, names_asked(pattern.callback))
    ]
    assert not failed, "\n".join(failed)


def test_nobody_signed_in_makes_a_page_fail_either(db: None) -> None:
    failed = [
        one
        for address, pattern in PAGES
        for method in EXAMPLES
        if pattern.callback.capability == Capability.PUBLIC
        for one in faults_of("", method, address, names_asked(pattern.callback))
    ]
    assert not failed, "\n".join(failed)


def test_a_form_sent_empty_is_a_form_that_was_sent(client: Client, db: None) -> None:
    assert client.post("/login").status_code == 422


def test_the_names_that_a_page_asks_are_found() -> None:
    """Else the fuzz would knock at doors that nobody opens."""
    found = {pattern.name: set(names_asked(pattern.callback)) for _, pattern in PAGES}
    assert {"q", "sort", "item"} <= found["worklist"]
    assert {"username", "first_name", "role"} <= found["person_new"]
    assert {"payer", "percent_of_charge", "valid_from"} <= found["contract_new"]
