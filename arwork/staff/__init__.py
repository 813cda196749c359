"""Who works here, what they may do, and the trail of what they did.

Kept true: every page and verb asks a capability, every query begins with the actor's practices; the trail is
append-only and chained (45 CFR 164.312(b)); an idle session ends by itself (164.312(a)(2)(iii)).

    models       users, audit events
    access       capabilities, roles, practices
    people       opening and closing accounts, roles, passwords
    sessions     automatic logoff, the practice chosen
    api_tokens   what programs act with
    lockout      wrong passwords
    refusals     refused sign-ins, counted for the trail
    audit        writes the trail and proves its chain
    audit_trail  questions about it
    dated_rows   begins, ends and withdraws dated rows, with their audit events
"""
