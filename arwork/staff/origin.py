"""Where a deed came from: the address, the session and the request of whoever did it, for every audit event.

The middleware keeps the request at hand for as long as it is answered; `current` reads from it what the trail notes, so
that whoever records an event needs to know nothing of requests. A task has no address and no session; its request id is
that of the request that enqueued it.
"""

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

ADDRESS, SESSION, REQUEST_ID = 45, 16, 64  # characters that the trail keeps
_TOKEN = "token-"  # begins no digest  # noqa: S105
_asking: ContextVar[HttpRequest | None] = ContextVar("asking", default=None)
_held: ContextVar["Origin | None"] = ContextVar("held", default=None)


@dataclass(frozen=True)
class Origin:
    """`session` is a digest, for who reads the trail shall not take the session over, or `token-` and the id of the API
    token that acted. Empty: there is none."""

    address: str = ""
    session: str = ""
    request_id: str = ""


class RequestOrigin:
    """Middleware, after the session's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _asking.set(request)
        try:
            return self.get_response(request)
        finally:
            _asking.reset(token)


def current() -> Origin:
    """The origin of what is done now."""
    if (known_before := _held.get()) is not None:
        return known_before
    known = str(structlog.contextvars.get_contextvars().get("request_id") or "").replace("\x00", "")[:REQUEST_ID]
    request = _asking.get()
    if request is None:
        return Origin(request_id=known)
    return Origin(str(client_address(request) or ""), _session_of(request), known)


@contextmanager
def held(origin: Origin) -> Iterator[None]:
    """What is done within is done from `origin`: a file is still sent when the request has been answered."""
    token = _held.set(origin)
    try:
        yield
    finally:
        _held.reset(token)


def note_token(token_id: int) -> None:
    """From here on, in this request, it is an API token that acts."""
    request = _asking.get()
    if request is not None:
        request.api_token_id = token_id  # type: ignore[attr-defined]


def token_in(session: str) -> int | None:
    """The id of the API token that an event's `session` names, if one acted."""
    return int(session.removeprefix(_TOKEN)) if session.startswith(_TOKEN) else None


def client_address(request: HttpRequest) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Where a request comes from: what the proxies (`PROXY_HOPS` of them) say, else who is connected."""
    said = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    hops: int = settings.PROXY_HOPS
    for one in (said[-hops] if 0 < hops <= len(said) else "", request.META.get("REMOTE_ADDR", "")):
        try:
            found = ipaddress.ip_address(one.partition("%")[0])
        except ValueError:
            continue
        return found
    return None


def _session_of(request: HttpRequest) -> str:
    if (token_id := getattr(request, "api_token_id", None)) is not None:
        return f"{_TOKEN}{token_id}"
    # Read now, not at the beginning: signing in gives the session another key.
    key = getattr(getattr(request, "session", None), "session_key", None)
    return _digest(key) if key else ""


def _digest(session_key: str) -> str:
    return salted_hmac("audit-session", session_key).hexdigest()[:SESSION]
