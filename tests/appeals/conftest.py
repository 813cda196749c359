"""Gus's visit of September 14, 2026 for $240.00, denied as not medically necessary on October 20; Ana, who works it."""

import datetime as dt
import io
from types import SimpleNamespace

import pikepdf
import pytest

from claims.denials.models import Denial
from claims.documents.services import BroughtFile
from tests.cast import make_ana, make_claim, make_payer, make_practice
from tests.remits.era import Clp, Era, Svc, take

DENIED_ON = dt.date(2026, 10, 20)


def denied_claim(number: str = "G1", *, payer_class: str = "commercial", carc: str = "50", amount: str = "240.00",
                 payer_id: str = "") -> SimpleNamespace:  # fmt: skip
    """A claim, and the denial that a remittance of October 20 opened."""
    payer = make_payer(name=f"Payer {payer_class}", payer_class=payer_class, payer_id=payer_id or payer_class.upper())
    claim = make_claim(number=number, lines=(amount,), payers=[payer])
    take(Era([Clp(number, [Svc(amount, "0.00", [(f"CO-{carc}", amount)])])], trace=f"EFT-{number}", paid_on=DENIED_ON))
    return SimpleNamespace(claim=claim, payer=payer, denial=Denial.objects.get(claim=claim))


@pytest.fixture
def gus(db: None) -> SimpleNamespace:
    """Gus's denied visit, and Ana."""
    found = denied_claim()
    found.ana = make_ana(make_practice())
    return found


def brought(pages: int = 2, *, name: str = "records.pdf", rotate: int = 0) -> BroughtFile:
    """A PDF of blank pages, as somebody brings it."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=(612, 792))
            pdf.pages[-1].rotate(rotate, relative=False)
        buffer = io.BytesIO()
        pdf.save(buffer)
    return BroughtFile(io.BytesIO(buffer.getvalue()), name, "records")
