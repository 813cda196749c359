"""Payers asked at once: one question file goes out, its answer comes back in the same breath (docs/payer-network.md).

The protocol is small: POST {url}/v1/exchange with {"transaction": "276", "payload": "ISA*..."} and a bearer token; the
answer is {"transaction": "277", "payload": "ISA*..."}. The payload is X12 because between providers and payers it has
to be (45 CFR 162.1202 and 162.1402). Nothing of a payload reaches an address, a log or an error.
"""

import hashlib
import time
from typing import Any

import requests
from django.conf import settings

from arwork.lib.errors import DomainError
from arwork.lib.payer_network_settings import SANDBOX
from collections_app.status_requests.sandbox import payer as sandbox

ANSWERS = {"276": "277", "270": "271"}
TRIES = 3
_BUSY = frozenset({429, 502, 503, 504})
_MOST_BYTES = 20_000_000


class NetworkAway(DomainError):
    """The network or the payer behind it cannot answer now: ask again later."""

    code = "network_away"
    status = 503


class NetworkRefused(DomainError):
    """The network does not take what we asked."""

    code = "network_refused"


def is_network_set() -> bool:
    """Whether payers can be asked at once here."""
    return bool(settings.PAYER_NETWORK.is_set)


def exchange(topic: str, text: str, *, pause: float = 1.0) -> str:
    """The answer file to a question file of `topic` (276 or 270).

    Asked again after `pause`, twice as long each time, where the network is busy; the same question bears the same
    key, so it is answered once. Raises `NetworkAway`, `NetworkRefused`.
    """
    network = settings.PAYER_NETWORK
    if not network.is_set:
        raise NetworkRefused("Payers can't be asked at once here: no network is set (PAYER_NETWORK_URL).")
    if network.url == SANDBOX:
        return sandbox.answer(topic, text)
    for attempt in range(TRIES):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        answered = _post(topic, text)
        if answered is not None:
            return answered
    raise NetworkAway("The payer network is busy or did not answer in time. Ask again later.")


def _post(topic: str, text: str) -> str | None:
    """The answer; None where it is worth another try."""
    network = settings.PAYER_NETWORK
    key = hashlib.sha256(text.encode()).hexdigest()
    headers = {"Authorization": f"Bearer {network.token}", "Idempotency-Key": key}
    asked = {"transaction": topic, "payload": text}
    try:
        answer = requests.post(
            f"{network.url}/v1/exchange", json=asked, headers=headers, timeout=network.seconds, allow_redirects=False
        )
    except requests.RequestException:
        return None
    if answer.status_code in _BUSY:
        return None
    if answer.status_code != 200:
        raise NetworkRefused(f"The payer network refused the question (status {answer.status_code}).")
    if len(answer.content) > _MOST_BYTES:
        raise NetworkRefused("The payer network sent more than it may.")
    return _payload(answer, ANSWERS[topic])


def _payload(answer: Any, expected: str) -> str:
    try:
        told = answer.json()
        transaction, payload = told["transaction"], told["payload"]
    except (ValueError, KeyError, TypeError):
        raise NetworkRefused("The payer network sent something that is no answer.") from None
    if transaction != expected or not isinstance(payload, str):
        raise NetworkRefused(f"The payer network sent something else than a {expected}.")
    return payload
