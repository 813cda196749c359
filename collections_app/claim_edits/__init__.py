"""Edits: what a claim is checked for before it leaves, so that no payer has to say it first.

Kept true: a check reads only the claim as it would be sent and the facts that were gathered for it; it changes nothing.
Every finding names where it stands, which field mends it and what to do. What stops a claim is wrong for every payer or
by this payer's own rule; what is only likely wrong warns. A code that no list is known for is judged by its form alone.

Pure
    findings        what a check says
    claim_record    a claim of segments as our own reader reads it
    subject         the claim under the checks, with what the books know of it
    party_checks    billing provider, subscriber, patient, payer, other providers
    claim_checks    the claim itself: frequency, signature, dates, diagnoses, bill type, accident
    line_checks     service lines: codes, modifiers, units, pointers, dates, drugs
    money_checks    sums, and what earlier payers decided
    code_forms      how codes are built, and which modifiers contradict each other
    edit_rules      a practice's own edits as dated rules, and the few that are shipped

With the books
    models          own edits, imported code lists, first checks
    selectors       the findings of one claim
    facts           what the books know of a claim under the checks
"""
