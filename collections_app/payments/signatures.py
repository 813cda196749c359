"""How a processor signs its messages: `t=SECONDS,v1=HMAC-SHA256 of "SECONDS." and the body` (Stripe's scheme)."""

import datetime as dt
import hashlib
import hmac

from collections_app.payments.processors import BadSignature

FRESH = 300  # seconds that a signature is good for


def signed(secret: str, body: bytes, *, now: dt.datetime) -> str:
    """The value of the header for a body."""
    at = int(now.timestamp())
    return f"t={at},v1={_digest(secret, at, body)}"


def check_signature(header: str, body: bytes, secret: str, *, now: dt.datetime) -> None:
    """Raises `BadSignature` unless `header` signs the body with `secret`, five minutes ago at most."""
    parts = [part.partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in parts if name.strip() == "t" and value.isascii() and value.isdigit()]
    digests = [value for name, _, value in parts if name.strip() == "v1"]
    at = int(stamps[0][:15]) if stamps else 0
    wanted = _digest(secret, at, body)
    if not secret or not any(hmac.compare_digest(wanted.encode(), one.encode()) for one in digests):
        raise BadSignature("This message does not come from the processor.")
    if abs(now.timestamp() - at) > FRESH:
        raise BadSignature("This message is too old.")


def _digest(secret: str, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
