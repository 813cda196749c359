"""Every address declares who may use it, and no page can be reached without."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from arwork.staff.access import Capability


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, address)
        else:
            yield address, entry


ADDRESSES = list(_patterns(get_resolver()))


def declared(pattern: URLPattern) -> object:
    """The capability of an address."""
    view = pattern.callback
    return getattr(view, "capability", None) or getattr(getattr(view, "cls", None), "capability", None)


def test_there_are_addresses() -> None:
    assert len(ADDRESSES) > 5


@pytest.mark.parametrize(("address", "pattern"), ADDRESSES, ids=[address for address, _ in ADDRESSES])
def test_every_address_declares_a_capability(address: str, pattern: URLPattern) -> None:
    assert isinstance(declared(pattern), Capability), (
        f"{address}: decorate the view with @page(Capability.X), or give the endpoint a capability"
    )


@pytest.mark.parametrize(("address", "pattern"), ADDRESSES, ids=[address for address, _ in ADDRESSES])
def test_every_address_has_a_name(address: str, pattern: URLPattern) -> None:
    assert pattern.name, f"{address}: templates link by name"


@pytest.mark.parametrize(("address", "pattern"), ADDRESSES, ids=[address for address, _ in ADDRESSES])
def test_no_address_ends_in_a_slash(address: str, pattern: URLPattern) -> None:
    assert not address.endswith("/"), f"{address}: one page, one address, without a slash at its end"
