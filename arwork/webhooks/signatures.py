"""How a receiver knows who sends: Standard Webhooks, HMAC-SHA256 over id, time and body. No Django import."""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    """32 random bytes, as receivers' libraries take them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed_headers(secret: str, *, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers that prove one request; `timestamp` in seconds, so that an old one is not sent again."""
    text = f"{key}.{timestamp}.".encode() + body
    digest = hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), text, hashlib.sha256)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
