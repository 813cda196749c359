"""Who works here, what they may do, and the trail of what they did.

Kept true: every page and verb asks a capability, every query begins with the actor's practices; the trail is
append-only and chained (45 CFR 164.312(b)); an idle session ends by itself (164.312(a)(2)(iii)).

    models           users, sessions, audit events
    access           capabilities, roles, practices
    people           opening and closing accounts, roles, passwords
    practice_grants  who sees which practice, as an owner decides it
    emergencies      reading a practice that is not one's own, for a while, reviewed after
    sessions         their beginning and their two limits, the practice chosen
    api_tokens       what programs act with
    lockout          wrong passwords and codes
    refusals         refused sign-ins, counted for the trail
    origin           where a deed came from: address, session, request
    audit            writes the trail, signed and chained
    audit_reads      what is recorded of lists, searches and files taken out
    audit_keys       the keys it is signed with
    audit_proof      proves it
    audit_seals      how far it reached, kept outside the database
    audit_trail      questions about it
    dated_rows       begins, ends and withdraws dated rows, with their audit events
    passwords        how hard to guess they must be, and those that another chose
    password_links   choosing a new one by e-mail
    mail             messages to members of staff
    open_sessions    where somebody is signed in, and ending that
    session_store    the rows sessions are kept in
    single_sign_on   whose account an identity of elsewhere opens
    devices          what a browser calls itself, in plain words
    second_factor    authenticator app, passkeys, recovery codes
    factor_secrets   how the secrets of second factors are kept
"""
