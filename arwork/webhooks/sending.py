"""One request to one checked address: no redirect, no proxy, no second name lookup, ten seconds in all."""

import http.client
import os
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from threading import Timer

import certifi

from arwork.webhooks.addresses import Receiver

SECONDS = 10.0


class NotDelivered(Exception):
    """Why there was no answer, in words that hold nothing of it."""


def post(receiver: Receiver, *, body: bytes, headers: Mapping[str, str]) -> int:
    """The status that was answered. Raises `NotDelivered` where nothing was."""
    try:
        return _answer(receiver, body, headers)
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


def _answer(receiver: Receiver, body: bytes, headers: Mapping[str, str]) -> int:
    held = _connected(receiver)
    # A timeout of a socket begins anew with each byte: this one ends also an answer that drips.
    is_over: list[bool] = []
    watch = Timer(SECONDS, _end, (held, is_over))
    watch.daemon = True
    watch.start()
    try:
        if isinstance(held, ssl.SSLSocket):
            held.do_handshake()
        connection = http.client.HTTPConnection(receiver.host, receiver.port)
        connection.auto_open, connection.sock = 0, held
        connection.request("POST", receiver.path, body=body, headers={"Host": receiver.authority, **headers})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise TimeoutError if is_over else error from error
    finally:
        watch.cancel()
        held.close()


def _connected(receiver: Receiver) -> socket.socket:
    """Connected to the first of the checked addresses that takes it."""
    failed: OSError = OSError()
    for address in receiver.addresses[:3]:
        try:
            plain = socket.create_connection((address, receiver.port), timeout=SECONDS)
        except OSError as error:
            failed = error
            continue
        return (
            _tls().wrap_socket(plain, server_hostname=receiver.host, do_handshake_on_connect=False)
            if (receiver.is_https)
            else plain
        )
    raise failed


def _tls() -> ssl.SSLContext:
    """What `SSL_CERT_FILE` trusts (a receiver within the house has its own authority), else what browsers trust."""
    return ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or certifi.where())


def _end(held: socket.socket, is_over: list[bool]) -> None:
    is_over.append(True)
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(held, socket.SHUT_RDWR)
