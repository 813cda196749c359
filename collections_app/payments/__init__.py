"""Payments: money taken from patients by card or bank account, and what became of it (RULES 13).

Kept true: no card number and no security code reaches our tables, logs or session, they are typed at the processor; a
payment is taken once for its key and booked once, in whatever order the processor's messages and the patient's return
arrive; what a processor gives back or loses in a dispute leaves the books by mirrored postings, to the cent; who
counted on money that failed is told in the transaction that says so; nothing is charged on top (no fee, RULES 13.5).

    processors  the seam: what is asked of a card processor, and what it says
    signatures  how its messages are signed
    stripe      Stripe behind the seam
    sandbox     a processor of our own, for the demo and for tests
    choosing    which processor takes cards here
    models      saved methods, payments with their story, refunds, disputes, messages
    states      the state of a payment, from cumulative facts
    applying    what a processor says, carried into the books once
    services    a payment begun, a card page opened, a method charged, looked at again, voided
    methods     saved cards: kept with consent, removed, renewed, running out
    autopay     when a declined automatic payment is tried again
    listening   who hears that a payment failed
"""
