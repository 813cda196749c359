"""Billing: claims as they were sent, every submission of them, and what came back before adjudication.

Kept true: a claim belongs to one practice and one patient; a submission is never changed, only answered; only an
acceptance of the claim itself (277CA A2) proves timely filing; how far a submission has come never goes back because
answers arrive out of order; a claim bears the ICN of its adjudication, and every other number finds it too.

    models               claims, lines, submissions, acknowledgments
    services             opens claims, records submissions, restates and voids them
    service_lines        which service of a claim a line of another bill is
    billed_lines         what each submission billed, of claims whose submissions are not all alike
    claim_numbers        every number under which a claim was sent or answered
    submitted_claims     what a submitted claim does to the books: new, replacement (7), void (8), interim
    possible_duplicates  new claims that may be one bill with another, under another number
    submission_answers   finds what an acknowledgment answers, and moves submissions on
    submission_progress  how far a submission has come
    buckets              who may owe a dollar: every bucket once, with its words
    claim_events         what programs are told of claims
    selectors            questions about claims, also by the numbers people call them by
    claim_list           the list of claims: filters, orders, pages
    service_words        what kind of service a code stands for, in one word
    claim_detail         one claim with its submissions and what came back
"""
