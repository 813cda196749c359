"""Outgoing claims: written, numbered, held at the gate as the product does; against the bare validator and a join."""

import datetime as dt
import logging
import time
from io import StringIO

import pyx12.params
from pyx12.x12n_document import x12n_document

from bench.context import Bench
from bench.report import Figure

COUNT = 10_000
MOST = 500
AT = dt.datetime(2026, 11, 17, 20, 30, tzinfo=dt.UTC)
_BILLING = (
    "NM1*85*2*HARBOR CLINIC*****XX*1245319599", "N3*1 HARBOR WAY", "N4*NEW YORK*NY*100040001", "REF*EI*061234567",
)  # fmt: skip


def run(bench: Bench) -> None:
    """Claims of two lines and as many subscribers; the file read back by our own reader is part of ours."""
    from claims.edi.x12 import read
    from collections_app.claim_batches.passing import Way, passing
    from collections_app.clearinghouses.claim_transactions import Submitter, in_transactions
    from collections_app.clearinghouses.envelopes import EnvelopeParties, interchange

    parties = EnvelopeParties("ZZ", "HB01", "ZZ", "CLR01", "HB01", "CLR01", "P")
    submitter = Submitter("HARBOR CLINIC", "HB01", "DESK", "2125550100", "CLEARING", "CLR01")
    way = Way(parties, submitter, "B1", AT)
    claims = [_claim(n) for n in range(1, COUNT + 1)]
    began = time.perf_counter()
    passed = [passing(some, way) for some in in_transactions(claims, most=MOST)]
    numbered = [one.made.numbered(f"{n:04d}") for n, one in enumerate(passed, 1) if one.made is not None]
    writing = time.perf_counter()
    text = interchange(numbered, parties=parties, isa_control=1, gs_controls=[1], made_at=AT)
    written = time.perf_counter() - writing
    found = sum(type(event).__name__ == "ClaimRead" for event in read(text.encode()))
    ours = time.perf_counter() - began
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    began = time.perf_counter()
    is_valid = x12n_document(pyx12.params.params(), StringIO(text), None, None, None)
    floor = time.perf_counter() - began
    began = time.perf_counter()
    _joined = "\n".join("*".join(segment) + "~" for one in numbered for segment in one.segments)
    join = time.perf_counter() - began
    bench.report.add(
        Figure(
            f"{found:,} outgoing claims through the gate into a file", f"{ours:,.1f} s", f"{floor:,.1f} s, bare pyx12",
            ours / floor, "<= 1.25 x", is_valid and found == COUNT and ours <= 1.25 * floor,
        ),
        Figure(
            f"{len(numbered)} transactions written in their envelope", f"{written:,.2f} s",
            f"{join:,.2f} s, a plain join", written / join, "<= 12 x", written <= 12 * join,
        ),
    )  # fmt: skip


def _claim(n: int) -> "object":
    from claims.edi.x12.claim_text import ClaimText
    from collections_app.clearinghouses.claim_transactions import ClaimKey

    subscriber = (
        "SBR*P*18*******CI", f"NM1*IL*1*PERSON{n}*GUS****MI*M{n:07d}", "N3*12 ELM STREET", "N4*BROOKLYN*NY*11201",
        "DMG*D8*19610412*M", f"NM1*PR*2*PAYER {n % 7}*****PI*PY{n % 7}",
    )  # fmt: skip
    body = (
        f"CLM*HC-{n:06d}*140.25***11:B:1*Y*A*Y*Y", "HI*ABK:J0190", "LX*1", "SV1*HC:99213*125*UN*1***1",
        "DTP*472*D8*20261005", f"REF*6R*HC-{n:06d}-1", "LX*2", "SV1*HC:87070*15.25*UN*1***1", "DTP*472*D8*20261005",
        f"REF*6R*HC-{n:06d}-2",
    )  # fmt: skip
    levels = [tuple(tuple(one.split("*")) for one in some) for some in (_BILLING, subscriber, (), body)]
    return ClaimKey(n, ClaimText("P", *levels))
