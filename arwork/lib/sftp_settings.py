"""Where files are handed over by SFTP, as the environment names it; half of a place is refused at the start."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class SftpPlace:
    """A folder of a partner; its host key is pinned, so nobody stands in for them. `who` is what people call them."""

    host: str
    port: int
    user: str
    folder: str
    host_key: str  # as in known_hosts: "ssh-ed25519 AAAA..."
    password: str = field(default="", repr=False)
    key_file: str = ""
    who: str = "the vendor"


@dataclass(frozen=True, slots=True)
class DebitBank:
    """The bank that takes files of debits by SFTP, and the routing numbers of it: no other bank's file goes there."""

    place: SftpPlace
    routings: frozenset[str]


def sftp_place(env: Any, prefix: str, *, who: str) -> SftpPlace | None:
    """The place of `PREFIX_SFTP`; None where none is named. Raises `ImproperlyConfigured` for half of one."""
    address = env.str(f"{prefix}_SFTP", "")
    if not address:
        return None
    parts = urlsplit(address)
    if parts.scheme != "sftp" or not parts.hostname or not parts.username:
        raise ImproperlyConfigured(f"{prefix}_SFTP is an address as sftp://user@host:22/folder.")
    host_key = env.str(f"{prefix}_HOST_KEY", "")
    if len(host_key.split()) != 2:
        raise ImproperlyConfigured(
            f"{prefix}_HOST_KEY must hold the host key of {who}, as in known_hosts: ssh-ed25519 AAAA... "
            "Ask them for it; without it anybody could stand in for them."
        )
    key_file = env.str(f"{prefix}_KEY_FILE", "")
    password = unquote(parts.password or "")
    if not (key_file or password):
        raise ImproperlyConfigured(f"{prefix}_SFTP needs a password in its address, or {prefix}_KEY_FILE.")
    folder = parts.path.strip("/") or "."
    user = unquote(parts.username)
    return SftpPlace(parts.hostname, parts.port or 22, user, folder, host_key, password, key_file, who)


def debit_bank(env: Any) -> DebitBank | None:
    """The bank of `ACH_BANK_SFTP`; None where none is named. Raises `ImproperlyConfigured`."""
    place = sftp_place(env, "ACH_BANK", who="the bank")
    if place is None:
        return None
    routings = frozenset(one.strip() for one in env.str("ACH_BANK_ROUTING", "").split(",") if one.strip())
    if not routings or any(len(one) != 9 or not one.isdigit() for one in routings):
        raise ImproperlyConfigured(
            "ACH_BANK_ROUTING must hold the bank's routing numbers, nine digits each, several with commas: a file of "
            "debits is handed over only to the bank that it is written for."
        )
    return DebitBank(place, routings)


def clearinghouses(env: Any) -> dict[str, SftpPlace]:
    """The places of `CLEARINGHOUSES` (names with commas), each as `CLEARINGHOUSE_<NAME>_SFTP` and its host key say.

    Raises `ImproperlyConfigured` for a name without a place.
    """
    found = {}
    for name in filter(None, (one.strip() for one in env.str("CLEARINGHOUSES", "").split(","))):
        place = sftp_place(env, f"CLEARINGHOUSE_{name.upper()}", who=name)
        if place is None:
            raise ImproperlyConfigured(f"CLEARINGHOUSES names {name}: set CLEARINGHOUSE_{name.upper()}_SFTP.")
        found[name] = place
    return found
