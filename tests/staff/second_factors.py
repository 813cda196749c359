"""The authenticator app of the tests: RFC 6238 written once more, so that ours is not its own witness."""

import base64
import datetime as dt
import hashlib
import hmac
import re
import struct
from typing import Any

from django.test import Client

from arwork.staff import second_factor
from arwork.staff.models import User
from tests.cast import PASSWORD


def code_of(secret: str, at: dt.datetime) -> str:
    """What an app with `secret` shows."""
    step = struct.pack(">Q", int(at.timestamp()) // 30)
    digest = hmac.new(base64.b32decode(secret), step, hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def with_app(user: User, *, at: dt.datetime) -> tuple[str, list[str]]:
    """Give `user` an app, set up some minutes before `at`; its secret and the recovery codes."""
    secret, before = second_factor.new_app_secret(), at - dt.timedelta(minutes=5)
    return secret, second_factor.add_app(user, secret, code_of(secret, before), here=None, now=before)


def secret_on(client: Client) -> str:
    """The secret on the page that sets up an app."""
    found = re.search(r'data-copy="([A-Z2-7 ]{39})"', client.get("/security/second/app").content.decode())
    assert found
    return found[1].replace(" ", "")


def give_password(client: Client, username: str = "ana", next_: str = "/people") -> Any:
    return client.post("/login", {"username": username, "password": PASSWORD, "next": next_})


def give_code(client: Client, code: str) -> Any:
    return client.post("/login/second", {"code": code})
