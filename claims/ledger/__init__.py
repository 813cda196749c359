"""The ledger: every movement of money, append-only, and what each bucket owes because of it.

Kept true: one posting moves one positive amount between two accounts, so nothing is ever unbalanced; nothing is changed
or deleted, a mistake is reversed once; a source posts once; stored balances equal their postings (`verify`); closed
periods take no more postings.

    models                postings, receivables, closed periods
    services              post, reverse: the one door through which money moves
    periods               closing the books through a day, and opening them again
    opening               what was owed when the books began here, with its original days
    entries               what a caller asks to post, with the key that lets it post once
    chart                 the accounts, and what each kind of posting may move between
    stands_for            which posting stands for one that a merger reversed
    replacement_charges   what answers did to lines that charge less or nothing by now is undone, payments stand
    balances              balances kept in step, and who owes next
    responsible_party     who owes next, set by a person
    responsibility_dates  since when a bucket owes
    posting_words         postings, write-offs and accounts in words
    verify                proof of the books
    selectors             questions to the ledger
    receivables_as_of     how every claim stood at the end of a day
    payer_balances        what each payer owes now
    guarantor_accounts    accounts with what is owed on them
    visits                how a bill came about, and why the patient owes
    claim_books           the postings of one claim, with what each left
"""
