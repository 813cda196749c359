"""Status without a call: payers asked about claims (276) and coverage (270), their answers (277, 271) followed.

Kept true: a question is a row before anything leaves; no claim is asked about twice at a time, nor twice a day by the
sweep; what a payer answered is kept as it was said, once, whatever is read again; the work on a claim follows an answer
only where it waits for one; no coverage is written because a payer's computer named it, a person confirms it. The
folder `sandbox` is a payer of our own, for the demo and for tests.

    states            how questions stand, which ways there are
    verdicts          what a 277 says of a claim, in one word
    coverage_words    what a 271 says of somebody's coverage, and which way that opens for a denied claim
    transactions      segments, levels and values of any question
    request_276       questions about claims, as segments
    request_270       questions about coverage, as segments
    models            ways, questions, answers, and who lets coverage be looked for
    asked_facts       from the books to what a question says
    ways              which payers are asked which way; where coverage may be looked for
    network           payers asked at once
    sending           questions put into files, or asked over the network
    asking            claims asked about, by hand and every night
    answers           what payers say of claims: kept, and the work moves
    work              the work on claims, as the worklist registers it here
    coverage_asking   coverage asked about: behind denials, by hand, and where it is looked for
    coverage_replies  what payers say of coverage: kept; found coverage is confirmed or turned down
    selectors         lists, figures, one claim's story
"""
