"""A card processor of our own, for the demo and for tests: it takes no real card and moves no real money.

In production its page lives at the processor. Kept true: it knows a handful of published test numbers and refuses every
other one unread; what is typed is turned into a token at once and kept nowhere; the same key does the same once.

    cards      the test numbers, and what becomes of a payment with each
    processor  the processor: pages, charges, refunds, disputes, payouts, signed messages
"""
