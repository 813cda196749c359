"""Remittances: what payers paid, matched with the claims it was paid for, and posted or kept for a person.

Stage, match, preview, post; each step can be looked at (RULES 2 and 3). Kept true: a remittance ties out to the cent at
its three levels or waits; a denial is never written off by posting; the same payment posts once, however often it
comes; what waits never takes a neighbor down with it; what a person decided can be undone by reversing.

Pure records and arithmetic
    era                   records: what a payer says, how the claim stands, what is to be done
    balancing             the three balances of an 835, and a claim-level amount brought down to its lines
    bundling              services paid as one, or one as several: what was moved between lines meets again
    identity              names and member ids of one person, and what makes another person of them
    match_rules           the rungs of the claim ladder and the line ladder
    posting_plan          what one claim payment does to the books: moves, denials, or why a person must look
    plain_payments        the same of a payment that is plainly plain, on columns instead of records
    billed_submissions    which submission a payment answers, and what stands of it where that was replaced or voided
    patient_share         what was put to the patient is taken back: from whom, in which order, no credit nobody paid
    entries               from plans to ledger entries with keys that post once
    takeback_windows      until when a takeback is disputed, and what that does to the money (Medicare: 42 CFR 405.379)
    manual_allocation     a payment allocated to lines by a person

From file to books
    coverage_models       what remittances say of coverages: crossover carriers, corrected insured
    models                remittances, claim payments (CLP), their lines (SVC), provider adjustments, exceptions
    staging               writes down what a remittance says, matched; moves no money
    matching              finds the claims that a batch means, one query a rung
    payment_records       stored claim payments as records, and whose payment one is
    posting_facts         what a batch of staged claim payments meets, read as values
    plain_cases           which of a batch are plainly plain, with their plans
    cases                 the others as records, beside the claims they meet
    revenue_sums          answers by revenue code alone that sum several billed lines
    cases                 staged claim payments beside the claims they meet
    late_coverage         payers found late: who answered so far, and the patient's share that is theirs
    later_answers         answers that were posted ahead of an earlier payer's step back and post anew behind it
    forwarded             posted payments that turn out to have been sent on are marked and posted anew
    learned_coverages     coverages that no bill names, learned from remittances
    posting               posts in bounded batches, one transaction each
    after_posting         what goes with a posting: states, submissions, claim control numbers, and who is told
    adjustment_rules      what group + CARC (+ RARC, + payer) does on a day: CO-45 against CO-50
    provider_adjustments  PLB: signs, ledger accounts, an overpayment recouped from a later deposit (WO)
    recoupments           a takeback applied to the claim that it took back, and undone
    takebacks             provider adjustments that are not settled: cases, open amounts, the claim proposed
    takeback_disputes     the payer's letter, a dispute, its decision: recorded and taken back
    takeback_cases        what pages show of a case: whose payment, announced, kept back, recovered, left, until when
    release               lets a remittance go once nothing holds the whole of it
    waiting_payments      a payment and its reversal that both wait cancel each other; one order of locks
    duplicate_remits      a sound copy takes the place of a truncated or unbalanced one
    onboarding            opens claims from remittances for a practice that brings nothing else

What people decide
    verify                proof that all cash is accounted for: every deposit, what waits, suspense
    selectors             does it tie out, what waits, what would posting do
    explain               one claim payment in plain words, with its allowed amounts: the only decoder
    exception_view        one exception with the claim it meets, candidates and the proposal
    decisions             who may decide, the lock it is taken under, the row it leaves
    exceptions            match, allocate, create, accept, dismiss, leave a deposit out
    second_person         what nobody settles alone, asked of a second person
    second_decisions      asking, and carrying out what was approved
    corrected_insured     the insured as the payer knows them (NM1*74), taken onto the coverage by a person
    undo                  reverses a decision and lets the payment wait again
"""
