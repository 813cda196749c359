"""X12 envelopes for files that the demo writes: segments joined, counted and controlled. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

Segment = Sequence[object]
HUB = "CLEARHUB99"
_NAMES_ITS_GUIDE = frozenset({"837", "277", "999"})  # ST03 is not used in an 835


def amount(value: Decimal) -> str:
    """An amount as X12 writes it: no needless zeros (ISO 80000 decimal, type R)."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: dt.date) -> str:
    """CCYYMMDD."""
    return value.strftime("%Y%m%d")


def interchange(
    *,
    sender: str,
    receiver: str,
    on: dt.date,
    control: int,
    functional: str,
    version: str,
    transactions: Iterable[tuple[str, Iterable[Segment]]],
) -> str:
    """One ISA with one GS around transactions (type, body segments between ST and SE), one segment a line."""
    out = [
        "ISA*00*          *00*          *ZZ*"
        f"{sender:<15}*ZZ*{receiver:<15}*{on:%y%m%d}*0600*^*00501*{control:09d}*0*P*:",
        f"GS*{functional}*{sender}*{receiver}*{day(on)}*0600*{control}*X*{version}",
    ]
    number = 0
    for number, (kind, body) in enumerate(transactions, 1):
        start = len(out)
        convention = f"*{version}" if kind in _NAMES_ITS_GUIDE else ""
        out.append(f"ST*{kind}*{number:04d}{convention}")
        out += ["*".join(str(element) for element in segment).rstrip("*") for segment in body]
        out.append(f"SE*{len(out) - start + 1}*{number:04d}")
    out += [f"GE*{number}*{control}", f"IEA*1*{control:09d}"]
    return "~\n".join(out) + "~\n"
