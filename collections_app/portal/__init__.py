"""The patient's own page: the explained bill behind a link, and what a patient may ask for there.

Kept true: a link alone opens nothing, nor do the answers without it; a wrong answer, an unknown link and one that ended
look the same and cost the same tries; no address, log or message names a person or an amount; the staff's sessions open
nothing here and these open nothing there; whoever asked for confidential communications is not on somebody else's page;
all that a patient does is in the trail without a member of staff, and on the account's timeline (append-only).

    models      links, tries, visits, what a patient did, what was asked
    links       making, sending, revoking links, and where they lead
    door        the two questions: tries counted before they are looked at, a visit begun or nothing said
    contents    what stands on the page: visits that may be seen, letters, receipts
    deeds       keeps what a patient did
    requests    a dispute, assistance, a plan, a question: asked by the patient, answered by a person
    paper_links  the same links on statements, for many accounts at once
    paying      by card, on the page of the processor
    choices     language, ways to be reached, a new phone or e-mail
    phrases     the words of the page in English and Spanish
"""
