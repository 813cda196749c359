"""Webhooks: a practice's programs are told by HTTP what happened, by ids alone.

Kept true: what is told stands in the transaction of what happened, so neither exists without the other; it is sent at
least once, signed, to addresses that were checked; it never carries a name, an amount or anything else of a patient;
where nobody listens nothing is written.

    models      webhooks, and what was or is to be sent to each
    listening   what can be told, and whether anybody listens
    publishing  keeps what happened, in the caller's transaction
    addresses   where may be sent to
    signatures  the Standard Webhooks scheme
    sending     one request to one checked address
    deliveries  sends what waits; retries, gives up, switches off
    services    opening, switching, ending; sending again
    selectors   whose webhooks somebody sees
"""
