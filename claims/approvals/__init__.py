"""Approvals: what costs more than one person settles alone is asked of a second one, who answers for it.

One mechanism for the whole product. Kept true: nobody decides what they asked; who approves may settle that amount;
what is approved is carried out in the same transaction, or stays a question with the reason why it no longer fits;
every question ends, and says how.

A slice that needs a second person asks `authority.settles_alone`, then `services.ask(Question(...))` under the lock of
the subject, and registers an `ApprovalKind` (with `lock` and `carry_out`) in `ready()`; its figures are a row of
`collections_app/limits/figures.py` `DECISIONS` with shipped `alone_X` and `approve_X`. Whoever settles the matter in
another way calls `services.supersede` under the same lock.

    models       a question, and the answer
    kinds        what can be asked, and how it is carried out: filled by the app when it is ready
    authority    who settles how much alone, and who may approve how much
    services     ask, approve, refuse, withdraw; one question or many
    selectors    what waits, for whom, how long; what was decided
"""
