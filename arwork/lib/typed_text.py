"""What people type anywhere is looked through for card and social security numbers (RULES 13.4): one net under all.

Services refuse them field by field, beside the words that were typed (`sensitive`). A field that a service forgot, or
that comes with a new page, is caught here by the page or the endpoint itself: every field is looked at, but for those
that are no text (`SECRETS`), and fields that hold long numbers by nature are judged by how the digits are grouped.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from arwork.lib.sensitive import SensitiveText, found_in

#: Passwords, codes and answers of devices: never kept as text.
SECRETS = frozenset(
    {
        "password", "old_password", "new_password", "new_password1", "new_password2", "again", "code", "credential",
        "csrfmiddlewaretoken", "SAMLResponse", "RelayState", "token", "secret",
    }
)  # fmt: skip
#: Numbers of claims, payers, policies, banks and processors: a run of digits there is what belongs there.
NUMBERS = frozenset(
    {
        "reference", "trace", "number", "claim", "icn", "member_id", "group_number", "routing", "account",
        "bank_account", "account_number", "payee_account", "payee_routing", "to_account", "identifier", "payer_id",
        "control", "key",
        "check_number", "medical_record", "proof_reference", "items", "ids", "claims", "selected",
    }
)  # fmt: skip


def ensure_no_cards(typed: Iterable[tuple[str, str]]) -> None:
    """Raise `SensitiveText` naming the first field with a card or social security number."""
    for name, text in typed:
        plain = name.rpartition("-")[2]  # without the prefix of its form
        if plain in SECRETS or len(text) < 9:
            continue
        if what := found_in(text, is_reference=plain in NUMBERS):
            raise SensitiveText(f"This looks like a {what}. Take it out: it may not be kept in text.", field=name)


#: What was typed into the request that is answered just now only to be taken back.
_doubted: ContextVar[SensitiveText | None] = ContextVar("doubted", default=None)


@contextmanager
def doubting(refused: SensitiveText) -> Iterator[None]:
    """While a page gives its own answer to what may not be kept: all that it writes is taken back afterwards."""
    before = _doubted.set(refused)
    try:
        yield
    finally:
        _doubted.reset(before)


def ensure_undoubted() -> None:
    """Raise `SensitiveText` where all that is done will be taken back. Whoever speaks to somebody outside (a
    processor, a bank, a vendor) asks this first: they take nothing back."""
    if (refused := _doubted.get()) is not None:
        raise refused


def texts_of(data: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The texts in what a program sent as JSON, each with the name of its field."""
    if isinstance(data, str):
        yield name, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from texts_of(value, str(key))
    elif isinstance(data, list):
        for value in data:
            yield from texts_of(value, name)
