"""The business day: opened once, missed days first and in order.

Kept true: each step is idempotent for its day and says what it did.

    models     the openings
    services   opens a day
    steps      age, detect, refresh, score, snapshot, assign, check
    selectors  how days were opened
"""
