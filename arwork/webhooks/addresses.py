"""Where may be sent to: whoever enters an address must not reach through arwork what only arwork can reach.

Addresses of the machine itself, of its network and of a cloud's metadata are refused (server-side request forgery), by
what a name stands for and not by how it is written. It is looked up when a webhook is opened and at each delivery, and
the connection goes to the address that was checked, so a name that changes its meaning in between gains nothing.
`WEBHOOK_NETWORKS` names private networks in which receivers may stand.
"""

import ipaddress
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from arwork.lib.errors import DomainError

LONGEST = 500
_PRINTED = re.compile(r"[!-~]+")  # no space, no control character, nothing beyond ASCII
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadWebhook(DomainError):
    """A webhook that can't be opened or sent to as it is."""

    code = "bad_webhook"


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver that may be sent to; `addresses` are what its name stood for a moment ago, all of them checked."""

    is_https: bool
    host: str
    port: int
    authority: str
    path: str
    addresses: tuple[str, ...]


def receiver_at(url: str) -> Receiver:
    """What `url` leads to. Raises `BadWebhook` with the reason, for people."""
    if len(url) > LONGEST or not _PRINTED.fullmatch(url):
        raise BadWebhook("Enter a web address, without spaces and at most 500 characters long.", field="url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadWebhook("This is no web address.", field="url") from error
    if parts.scheme not in ("https", *(["http"] if settings.WEBHOOK_ALLOW_HTTP else [])) or not host:
        raise BadWebhook("The address has to begin with https://.", field="url")
    if "@" in parts.netloc:
        raise BadWebhook("Leave user and password out of the address: the signature says who sends.", field="url")
    is_https = parts.scheme == "https"
    port = port or (443 if is_https else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Receiver(is_https, host, port, parts.netloc, path, _checked(host, port))


def _checked(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadWebhook("No machine of that name is found.", field="url") from error
    addresses = tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    if not addresses or not all(may_receive(address) for address in addresses):
        why = "The address leads into a private network. Whoever runs arwork can allow it (WEBHOOK_NETWORKS)."
        raise BadWebhook(why, field="url")
    return addresses


def may_receive(address: str) -> bool:
    """Whether the machine at this IP address may be sent to."""
    if "%" in address:  # of one link alone
        return False
    ip = ipaddress.ip_address(address)
    if any(ip in ipaddress.ip_network(network) for network in settings.WEBHOOK_NETWORKS):
        return True
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in _meant(ip))


def _meant(ip: Address) -> Iterator[Address]:
    """The address itself and the IPv4 addresses in it; of a translated one (NAT64) only what it is translated to."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
            return
        yield from (one for one in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if one is not None)
    yield ip
