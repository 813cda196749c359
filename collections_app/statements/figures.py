"""The figures of statements that hold for a practice on a day, from the book of limits."""

import datetime as dt

from collections_app.limits.figures import LimitBook
from collections_app.statements.cycle import CycleFigures


def cycle_figures(limits: LimitBook, *, practice_id: int, on: dt.date) -> CycleFigures:
    """Those of one practice."""

    def count(name: str) -> int:
        return limits.value(name, on=on, practice_id=practice_id)

    return CycleFigures(
        days_between=count("statement_days"),
        levels=count("statement_levels"),
        minimum=limits.dollars("statement_minimum", on=on, practice_id=practice_id),
        small_below=limits.dollars("small_balance", on=on, practice_id=practice_id),
        small_levels=count("statement_small_levels"),
        due_days=count("statement_due_days"),
    )
