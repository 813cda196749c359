"""Bank debits (ACH): authorized, sent to the bank, answered by it (RULES 13.1-13.3, 15 #20 and #21).

Kept true: nothing is debited without an authorization whose words are kept, nor after it was revoked or a return
stopped it; the same key debits once; what is suspicious waits for a second person; a file is frozen with its hash and
its numbers are never used again; money is in the books from its settlement on, and a return takes it back to the cent
the same day; a debit is presented three times at most.

    states          what follows what, and the words for it
    banking_days    the calendar of the Federal Reserve, and paydays
    script          the words that are read before somebody allows a debit
    risk            what is suspicious about a debit
    returns         what return codes mean, and what follows
    models          authorizations, debits, files, what the bank answers
    directory       which bank a routing number belongs to
    figures         the figures of law and practice, as they hold
    risk_facts      what is known of a debit and its bank account
    authorizations  given, confirmed, revoked
    services        originated, canceled, let go
    approval        what the answer of the second person does
    files           made, checked, sent, void
    to_bank         a file handed to the bank by SFTP, at most once
    settling        debits whose day has come become receipts
    answers         returns and notices taken in, matched, applied
    returning       what a return does
    changes         what a notice of change does
    rates           return rates beside their thresholds
    selectors       lists, one debit, one authorization
    retention       bank numbers and words whose term is over
    listening       who hears of returns, and of authorizations
"""
