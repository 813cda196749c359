"""Clearinghouses: how a practice sends claims and inquiries out, and the files that left (RULES 9, 12).

Kept true: no file leaves that the guide's validator complains of; a control number is used once between a sender and a
receiver, without gaps; a file is frozen with its hash, and what leaves again under its numbers is the same to the byte;
only characters of the agreed set leave; whoever takes a file is in the trail.

    states              how files stand, and the words for it
    characters          which characters may leave, and how others are written. Pure
    envelopes           ISA, GS, ST around transactions of any kind. Pure
    claim_transactions  claims as 837 transactions: header and HL tree. Pure
    gate                the validator over a file, its complaints in words
    models              connections, control numbers, files
    control_numbers     the next number, under a lock
    files               kept, taken, sent, void, answered
    sending             dropped by SFTP, once or again
    selectors           connections, which claim goes through which
    services            connections entered, changed, ended, tested
"""
