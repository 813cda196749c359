"""A simulated practice, to measure the order of the queue in dollars: `python -m bench.practice_sim`.

About 2,000 open items and daily mail, worked for 60 business days. Every item carries truths that the product cannot
see; the product sees what a practice sees: amounts, kinds, reasons, ages, windows, what was done and heard. Each order
works the same items with the same dice, so that a difference is a difference of order.

    figures    what the worlds are drawn from, each with its source; not the priors of the score
    world      payers, items and their hidden truths; the history that a practice has learned from
    touches    what working an item does, in minutes, words and dollars
    practice   the days: mail, hand-out, outcomes, next actions (the product's own)
    orders     the orders that are compared, and the oracle that knows the truths
    measures   dollars an hour, windows missed, items nobody touched
"""
