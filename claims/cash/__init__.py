"""Cash: counted in batches, carried to the bank on slips, found there again, day by day.

Kept true: cash is in one batch; what counting finds over or short is posted, with a reason; a closed batch goes to the
bank once; a bank line and a deposit are matched to the cent; the same bank file, or a line of it, is taken in once.

    models            batches, slips, days, bank files with their lines and matches
    takings           what was taken in on a day, read from the books
    batches           counting: open, tape, close, open again
    slips             to the bank: made, deposited, void
    days              closing the day of a practice
    debit_deposits    what the bank collects by debits
    bank_lines        a line of a bank file, and what is wrong with one
    bank_csv          bank files as tables
    bai2              bank files as BAI2
    deposit_matching  which bank line is which deposit
    bank              bank files taken in, matched, set aside
    selectors         questions about them
"""
