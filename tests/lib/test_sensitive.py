"""No free text about a patient's money keeps a card or social security number, whoever writes it where."""

from collections.abc import Callable
from typing import Any

import pytest

from arwork.lib.sensitive import SensitiveText
from claims.edi import file_actions
from claims.ledger import responsible_party
from claims.remits import exceptions as remits
from collections_app.worklist import services as worklist
from tests.cast import NOW, TODAY, make_ada, make_practice

WHEN = {"today": TODAY, "now": NOW}
WRITERS: dict[str, Callable[..., Any]] = {
    "dismissed": lambda text, ada: remits.dismiss_exception(0, reason=text, actor=ada, **WHEN),
    "left out": lambda text, ada: file_actions.leave_out_transaction(0, position=1, reason=text, actor=ada, now=NOW),
    "responsible": lambda text, ada: responsible_party.set_responsible(
        0, bucket="OTHER", reason=text, actor=ada, **WHEN
    ),
    "answered": lambda text, ada: worklist.answer_escalation(item_id=0, note=text, actor=ada, **WHEN),
}


@pytest.mark.django_db
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("text", ["paid by card 4111 1111 1111 1111", "his SSN is 219-09-9999"])
def test_no_reason_or_answer_keeps_one(write: Callable[..., Any], text: str) -> None:
    with pytest.raises(SensitiveText):
        write(text, make_ada(make_practice()))
