"""No input gives a 500: every endpoint, driven in this process from the API's own description of itself.

Endpoints join by themselves. Schemathesis makes what the description allows and what it forbids; beside that every
endpoint gets the bodies, cursors and queries that no description foresees.
"""

import json
import re
from itertools import product
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import schemathesis
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from arwork.staff.models import User
from tests.cast import make_ada, make_practice
from tests.fuzz.odd import ODD_TEXTS, odd_numbers, odd_values

BACKEND = "django.contrib.auth.backends.ModelBackend"
CALM = settings(
    max_examples=12, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def session(ada: User, monkeypatch: pytest.MonkeyPatch) -> str:
    """The session of an administrator whom nobody slows down."""
    monkeypatch.setattr("rest_framework.throttling.UserRateThrottle.THROTTLE_RATES", {"user": None})
    return _signed_in(ada)


@pytest.fixture
def plain(db: Any) -> str:
    """The session of an administrator whose practice is empty."""
    return _signed_in(make_ada(make_practice()))


def _signed_in(user: User) -> str:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.cookies["sessionid"].value


def call(session: str, method: str, path: str, query: str, **more: Any) -> Any:
    """The answer to one request, and everything that it changed taken back."""
    client = Client()
    client.cookies["sessionid"] = session
    with transaction.atomic():
        response = client.generic(method, path, QUERY_STRING=query, **more)
        transaction.set_rollback(True)
    cache.clear()
    assert response.status_code < 500, (method, path, query, more)
    return response


def _query(pairs: Any) -> str:
    def safe(value: Any) -> str:
        return quote_from_bytes(str(value).encode("utf-8", "surrogatepass"))

    return "&".join(f"{safe(name)}={safe(value)}" for name, value in pairs)


def operations() -> list[Any]:
    description = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    return [found.ok() for found in schemathesis.openapi.from_dict(description).get_all_operations()]


def test_no_endpoint_fails_on_what_its_description_allows_or_forbids(session: str) -> None:
    found = operations()
    assert len(found) > 15
    answered: set[int] = set()
    for operation, mode in product(found, GenerationMode):
        answered |= answers_to(session, operation, mode)
    assert {400, 404} <= answered, "nothing reached the endpoints"


def answers_to(session: str, operation: Any, mode: GenerationMode) -> set[int]:
    """The statuses of one endpoint."""
    answered = set()

    @CALM
    @given(operation.as_strategy(generation_mode=mode))
    def attack(case: Any) -> None:
        body = case.body if isinstance(case.body, dict | list | str | int | float | bool) else None
        more: dict[str, Any] = {}
        if body is not None and case.media_type == "application/json":
            more = {"data": json.dumps(body), "content_type": "application/json"}
        elif isinstance(body, dict):
            more = {"data": _query(body.items()), "content_type": "application/x-www-form-urlencoded"}
        answer = call(session, case.method, case.formatted_path, _query((case.query or {}).items()), **more)
        answered.add(answer.status_code)

    attack()
    return answered


def _nested(depth: int, opening: str, closing: str) -> bytes:
    return (opening * depth + closing * depth).encode()


BODIES = (
    b"", b"null", b"[]", b'""', b"0", b"{", b"\xff\xfe", b"{}" * 2, b'{"a":1e400}', b'{"a":NaN}',
    b'"' + b"\\u0000" + b'"',
    b"\x00", b'{"how":"\\ud800","disposition":"\\udfff","claim":"\\ud800"}', _nested(100_000, "[", "]"), b"[" * 100_000,
    _nested(21, "[", "]"), _nested(3_000, '{"a":', "}"), b'{"claim":' + b"9" * 5_000 + b"}", b'{"claim":-1e999}',
    b'{"how":{"a":[]},"disposition":[{}],"note":{},"amount":{},"claim":[]}',
    b'{"how":"match","claim":9223372036854775808}',
)  # fmt: skip
TYPES = (
    "application/json", "application/json; charset=utf-16", "application/json; charset=bz2", "text/plain", "nonsense",
    "",
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=bz2", "multipart/form-data",
    "multipart/form-data; boundary=x", "multipart/form-data; boundary=\xff",
    "multipart/form-data; boundary=x; charset=bz2",
)  # fmt: skip


def test_no_endpoint_fails_on_what_no_description_foresees(plain: str) -> None:
    names = ["cursor", "page_size", "payer", "since", "text", "q", "after", "before", "as_of", "by", "format"]
    # Cursors: p=abc, o=-1&r=1, p=%00, p=-1, p=9999..., o=9999...
    tokens = ["cD1hYmM=", "bz0tMSZyPTE=", "cD0lMDA=", "cD0tMQ==", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "bz05OTk5OTk5"]
    values = st.one_of(st.sampled_from(tokens), odd_values())
    queries = st.lists(st.tuples(st.sampled_from(names), values), max_size=4).map(_query)
    for operation in operations():
        _knock(plain, operation.method.upper(), operation.path, queries)


def _knock(session: str, method: str, path: str, queries: st.SearchStrategy[str]) -> None:
    @CALM
    @given(queries, odd_numbers().map(abs), st.sampled_from(BODIES), st.sampled_from(TYPES))
    def attack(query: str, number: int, body: bytes, kind: str) -> None:
        more = {} if method == "GET" else {"data": body, "content_type": kind}
        call(session, method, re.sub(r"\{\w+\}", str(number), path), query, **more)

    attack()


@pytest.mark.parametrize("body", [body for body in BODIES if body.startswith(b"[[") or b"ud800" in body], ids=len)
def test_a_body_that_cannot_be_read_is_refused_in_words(plain: str, body: bytes) -> None:
    answer = call(plain, "POST", "/api/v1/exceptions/1/resolve", "", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


@pytest.mark.parametrize("number", [2**63, 2**63 - 1, 10**18, 10**400], ids=["2^63", "2^63-1", "10^18", "10^400"])
@pytest.mark.parametrize("text", ["{}", "-{}"])
def test_a_number_that_no_engine_keeps_is_nothing_here(plain: str, number: int, text: str) -> None:
    given = text.format(number) if number < 10**400 else text.format(9) * 401
    if not given.startswith("-"):
        assert call(plain, "GET", f"/api/v1/claims/{given}", "").status_code == 404
    for address in ("claims?payer", "exceptions?remittance", "files?before"):
        path, _, name = address.partition("?")
        assert call(plain, "GET", f"/api/v1/{path}", f"{name}={given}").status_code == 400
    body = json.dumps({"how": "match", "claim": given})
    answer = call(plain, "POST", "/api/v1/exceptions/1/resolve", "", data=body, content_type="application/json")
    assert answer.status_code in (400, 404)


def test_odd_texts_are_odd() -> None:
    assert len(set(ODD_TEXTS)) == len(ODD_TEXTS)
