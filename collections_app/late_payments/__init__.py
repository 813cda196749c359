"""Late payments: what payers paid after the day the law gives them, and the interest that they owe for it (RULES 9.4).

Kept true: the clock runs from the day the payer had the claim, never from the service or the bill; state law reaches no
self-funded plan, and Medicare has its own; a claim paid after a denial, or for which the payer had to ask for more, is
nobody's late payment without a person; a payment is counted once; what was demanded stays as it was sent, under its
hash.

    interest       what a late payment costs, by law. Pure
    models         late payments, the demands for their interest, what became of them
    finding        payments that came late, found in sets among what was posted
    demand_letter  a demand as data for its template
    demands        asking a payer for the interest on many payments, and what it answered
    selectors      lists, sums by payer, demands that need a next step
"""
