"""The business day: opened once, missed days first and in order, and none before it has come.

Kept true: each step is idempotent for its day and says what it did.

    models      the openings
    services    opens a day, and refreshes it again
    withdrawal  takes back what openings of days did that had not come
    steps       age, detect, refresh, strategies, score, snapshot, assign, check
    selectors   how days were opened
"""
