"""Who works here, what they may do, and the trail of what they did.

Kept true: every page and verb asks a capability, every query begins with the actor's practices; the trail is
append-only and chained (45 CFR 164.312(b)); an idle session ends by itself (164.312(a)(2)(iii)).

    models       users, audit events
    access       capabilities, roles, practices
    people       opening and closing accounts, roles, passwords
    practice_grants  who sees which practice, as an owner decides it
    emergencies  reading a practice that is not one's own, for a while, reviewed after
    sessions     automatic logoff, the practice chosen
    api_tokens   what programs act with
    lockout      wrong passwords
    origin       where a deed came from: address, session, request
    audit        writes the trail, signed and chained
    audit_reads  what is recorded of lists, searches and files taken out
    audit_keys   the keys it is signed with
    audit_proof  proves it
    audit_seals  how far it reached, kept outside the database
    audit_trail  questions about it
    dated_rows   begins, ends and withdraws dated rows, with their audit events
"""
