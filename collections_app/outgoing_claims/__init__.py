"""Claims that are to be sent again: corrected, void, new, or to the next payer.

Kept true: what is sent begins with what was sent (the very segments of the kept file), and only where there is none
with the books, whose gaps are named and never filled by invention; one open claim a payer and place at a time; a
claim with a finding that stops it does not become ready, and one with a warning only with a reason; nothing that
differs from what was sent goes unsaid; a claim that the payer sent on itself is not sent again; what was sent is a
submission like any, so that answers find it, and reading our own file back changes nothing; history is append-only
(`OutgoingEvent`).

Pure
    states            draft, ready, in a batch, sent, canceled: where each leads
    loops             a place in a claim (level, loop, segment, element), read and written
    diagnoses         HI: codes in their order, with their indicators
    field_table       the fields, one a row
    fields            fields by name, lines added and taken out, the sum
    differences       what differs between two texts, in words
    originals         a claim as it stands in a file
    reading           a claim as our own reader and the books understand it
    earlier_payers    what earlier payers decided, as loops 2320 and 2430, and whether it balances
    texts             the text for each purpose
    content           segments as they are kept in a row

Books
    models            outgoing claims and their history
    stored_claims     the text of a submission
    from_books        a claim from practice, people, coverages and lines
    decided           earlier payers' decisions from their posted answers
    drafting          what a draft begins with, and why it may not begin
    history           keeps each step
    services          draft, change, take, plan, take back, cancel
    ready             the edits run, stops and warnings, ready to leave
    sent              batched, given back, sent: the submission
    edit_view         the form of a claim with what is wrong and what was said beside it
    words             words and tones for pages
    selectors         ready claims, tabs, one claim
"""
