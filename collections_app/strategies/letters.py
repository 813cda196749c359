"""The letters of strategies: a reminder, and the final notice with everything that still helps before its day."""

import datetime as dt
from pathlib import Path

from collections_app.letters.kinds import FactShape, LetterGroup, LetterKind, MergeField
from collections_app.letters.occasions import owing_fits
from collections_app.limits.figures import LimitBook

SEED = Path(__file__).parent / "seeds" / "letters.yaml"
FINAL_NOTICE, REMINDER = "final_notice", "account_reminder"
#: Days that the final notice leaves (`limits`).
NOTICE_DAYS = "strategy_notice_days"
KINDS = (
    LetterKind(
        FINAL_NOTICE, "Final notice", LetterGroup.NOTICES,
        (MergeField("answer_by", "answer by", FactShape.DAY, "Until when nothing further is done."),),
        must=("answer_by", "balance"), sample={"answer_by": dt.date(2026, 12, 31)}, seed=SEED, why_not=owing_fits,
        purpose="collection", does="Says what follows and what still helps",
    ),
    LetterKind(
        REMINDER, "Reminder of a balance", LetterGroup.MONEY, must=("balance",), seed=SEED, why_not=owing_fits,
        purpose="collection", does="A friendly reminder, with the ways to get help",
    ),
)  # fmt: skip
#: Letters that a step may send: what the books know is all they need.
OF_STEPS = {REMINDER: "Reminder of a balance", "assistance_application": "Application for financial assistance"}


def answer_by(limits: LimitBook, *, practice_id: int, today: dt.date) -> dt.date:
    """Until when a final notice of today leaves time."""
    return today + dt.timedelta(days=limits.value(NOTICE_DAYS, on=today, practice_id=practice_id))
