"""Documents: letters, EOBs on paper and records that people bring, kept beside the claim or account they are about.

Kept true: what a document is, its content says, never its name; its bytes are encrypted and never change; it belongs to
one practice; one that was added by mistake is withdrawn with a reason, never erased; whoever looks at one leaves a
trace.

    media      what may be kept: told by content, not too large. Pure
    models     documents, and what they are about
    store      the kept bytes
    words      the kinds of documents, for forms
    services   adds one to a claim or an account, withdraws one; an arrival wakes what waits for it
    selectors  the documents of a claim or an account, one with its bytes
    retention  bytes past their term
"""
