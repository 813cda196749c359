"""Denials and underpayments: adjudicated and not paid, or paid below contract (RULES 7 and 8).

Kept true: a denial is opened, recovered and reversed in the transaction that posts; its first day never changes; only
money of the payer that denied it recovers it; a denial is never written off by posting.

    models            denials and underpayments
    services          follows posted payments: opens, recovers, reverses denials
    routing           category, what to do first, usual win rate
    causes            where a denial began, whether it was preventable, who can cure it
    denial_rules      what kind of work denials are in a practice, from a day on; what a change would move
    triage            what each refused or reduced dollar is; how a payment stands
    payment_standings  how the payment of claims stands by their books
    win_rates         how often denials are won here, by what brought it
    outcomes          how a denial ended, and what brought it
    claim_windows     every window still to be kept: filing, correction, appeal, prompt payment
    underpayments     lines allowed below contract, reductions nobody agreed to
    contract_terms    the terms a batch of lines is compared with
    expected_allowed  what a contract allows for a line, and whether less is worth asking about
    claim_allowances  what contracts allow of what is open on claims
    contract_recheck  compares payments again after a contract changed
    lists             denials as their page lists them, and how each stands in words
    selectors         the denials and underpayments of a claim
"""
