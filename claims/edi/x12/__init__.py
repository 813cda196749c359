"""X12 read purely: bytes in, frozen records out. No Django here, and nothing that touches a database.

`read(source)` streams events (see `records`); `read_all(source)` gathers them for small files. Kept true: one claim at
a time is in memory; what can't be read is a problem with its segment and element, and never stops the rest.

Bytes and envelopes
    reading         an X12 file as a stream of events
    segments        raw segments: the only place that reads bytes
    delimiters      where an interchange begins, and what delimits it
    envelopes       ISA, GS, ST and their ends; counts and control numbers that disagree
    hierarchy       the HL tree of 837 and 277
    elements        elements that several kinds share: amounts, days, adjustments (CAS), composites
    values          elements to values
    problems        what was wrong, and exactly where
    walking         what every walker does, and the walker of what is not understood

Remittances (835)
    walk_835        the claims of one 835, one by one
    header_835      BPR, TRN, payer and payee
    claim_835       CLP, what describes it, and its service lines (SVC)
    balance         whether it adds up, at three levels

Claims (837)
    walk_837        the claims of one 837, each with what the levels above it say
    claim_text      one claim as segments, to be changed and sent
    claim_837       CLM, its providers, other coverage and lines
    lines_837       service lines and other payers' adjudications
    entities_837    an NM1 and what its loop says after it

Answers
    walk_277        277CA and 277
    walk_271        271
    walk_999        999, 997 and TA1

Records
    records         the events, in file order
    records_835     what an 835 says
    records_837     what an 837 says
    records_271     what a 271 says
    records_status  what 277CA, 277, 999, 997 and TA1 say
"""

from .reading import read, read_all

__all__ = ["read", "read_all"]
