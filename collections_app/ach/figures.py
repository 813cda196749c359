"""The figures of law and practice that debits rest on, as they hold on a day for a practice. One query."""

import datetime as dt
from dataclasses import dataclass

from collections_app.ach.returns import ReturnFigures
from collections_app.ach.risk import RiskFigures
from collections_app.limits.selectors import limit_book


@dataclass(frozen=True, slots=True)
class AchFigures:
    """What holds. `prenote_days`, `stop_days` and `change_days` are banking days."""

    returns: ReturnFigures
    risk: RiskFigures
    often_days: int
    prenote_days: int
    stop_days: int
    change_days: int


def ach_figures(*, practice_id: int, on: dt.date) -> AchFigures:
    """The figures of a practice on a day."""
    book = limit_book()

    def value(name: str) -> int:
        return book.value(name, on=on, practice_id=practice_id)

    return AchFigures(
        returns=ReturnFigures(
            presentments=value("ach_presentments"),
            represent_days=value("ach_represent_days"),
            correct_days=value("ach_correct_days"),
            unauthorized_days=book.value("payment_return_days", on=on),
            banking_days=value("ach_return_days"),
        ),
        risk=RiskFigures(
            large=book.dollars("ach_large_debit", on=on, practice_id=practice_id), often=value("ach_often")
        ),
        often_days=value("ach_often_days"),
        prenote_days=value("ach_prenote_days"),
        stop_days=value("ach_stop_days"),
        change_days=value("ach_change_days"),
    )
