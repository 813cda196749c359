"""One request to one checked address: no redirect, no proxy, no second name lookup, ten seconds in all.

All of it, from looking up the name to the answer, is done by a thread that is watched from here: a name lookup can't be
ended, and a timeout of a socket begins anew with each byte. A thread that is too late is left to end by itself.
"""

import http.client
import os
import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread

import certifi

from arwork.webhooks.addresses import Receiver, receiver_at

SECONDS = 10.0


class NotDelivered(Exception):
    """Why there was no answer, in words that hold nothing of it."""


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
    """The status that was answered. Raises `NotDelivered` where nothing was, and `BadWebhook`."""
    attempt = _Attempt(url, body, headers)
    try:
        return attempt.status()
    except ssl.SSLCertVerificationError as error:
        raise NotDelivered("its certificate is not valid") from error
    except ssl.SSLError as error:
        raise NotDelivered("no TLS connection") from error
    except TimeoutError as error:
        raise NotDelivered(f"no answer within {SECONDS:.0f} seconds") from error
    except ConnectionRefusedError as error:
        raise NotDelivered("it refused the connection") from error
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered("the connection broke") from error


class _Attempt:
    """One request, made in a thread of its own."""

    def __init__(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        self._url, self._body, self._headers = url, body, headers
        self._until = time.monotonic() + SECONDS
        self._answer: Future[int] = Future()
        self._held: socket.socket | None = None

    def status(self) -> int:
        """What was answered. Raises `TimeoutError` when the time is over, else what stopped the thread."""
        Thread(target=self._run, daemon=True).start()
        try:
            return self._answer.result(timeout=SECONDS)
        except (OSError, http.client.HTTPException) as error:
            raise TimeoutError if time.monotonic() >= self._until else error from error
        finally:
            if self._held is not None:
                with suppress(OSError):  # it is closed already
                    socket.socket.shutdown(self._held, socket.SHUT_RDWR)

    def _run(self) -> None:
        try:
            self._answer.set_result(self._answered(receiver_at(self._url)))
        except Exception as error:  # noqa: BLE001 - raised where the answer is waited for
            self._answer.set_exception(error)

    def _answered(self, receiver: Receiver) -> int:
        held = self._held = self._connected(receiver)
        with held:
            if time.monotonic() >= self._until:  # nobody waits any more, or would end it
                raise TimeoutError
            if isinstance(held, ssl.SSLSocket):
                held.do_handshake()
            connection = http.client.HTTPConnection(receiver.host, receiver.port)
            connection.auto_open, connection.sock = 0, held
            headers = {"Host": receiver.authority, **self._headers}
            connection.request("POST", receiver.path, body=self._body, headers=headers)
            return connection.getresponse().status

    def _connected(self, receiver: Receiver) -> socket.socket:
        """Connected to the first of the checked addresses that takes it, with what is left of the time."""
        failed: OSError = TimeoutError()
        for address in receiver.addresses[:3]:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                plain = socket.create_connection((address, receiver.port), timeout=left)
            except OSError as error:
                failed = error
                continue
            if not receiver.is_https:
                return plain
            return _tls().wrap_socket(plain, server_hostname=receiver.host, do_handshake_on_connect=False)
        raise failed


def _tls() -> ssl.SSLContext:
    """What `SSL_CERT_FILE` trusts (a receiver within the house has its own authority), else what browsers trust."""
    return ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or certifi.where())
