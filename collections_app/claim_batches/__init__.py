"""Batches: ready claims leave in one file, and what answers it moves them on (RULES 9.3, 12; FEATURES C).

Kept true: a claim leaves in one batch at a time; no claim leaves that the gate complains of, and one at fault keeps no
other back; what is out is a submission in the books, found by every answer; what a file said goes out again only the
same to the byte, or as new submissions under new numbers; a test file bills nobody.

    states      how batches and their claims stand, and the words for it
    models      batches, their claims, their steps
    history     keeps each step
    passing     which claims pass the gate, and who is at fault
    making      ready claims put together, checked in the background, kept as a file; canceled
    sending     out by SFTP or upload, once more, or anew; recorded in the books; every night
    answers     TA1, 999 and 277CA move a batch on
    reopening   claims that come back: at fault, rejected, or to be sent anew
    selectors   what is ready, out, unanswered; one batch with its claims
"""
