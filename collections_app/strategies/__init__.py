"""Strategies: which steps an account takes, when and why, by version.

Kept true: every account with a balance lands in exactly one segment, and it is said why; what stops (a plan, a promise,
a hold, a dispute, assistance, bankruptcy, nothing owed) is no rule anybody can edit and always wins; a step is carried
out once for its day; what was published never changes; nothing is published before its effect on today's books could
be seen. A practice that publishes nothing works as before.

    grammar       what conditions may ask about an account, and why one holds. Pure
    segments      the first segment that matches. Pure
    steps         the timeline: due today, next, or why it waits; the calendar ahead. Pure
    definition    a version as it is kept; checked, warned of, compared with another. Pure
    shipped       strategies to start from. Pure
    experiments   who is in which arm, and what a difference is worth. Pure
    models        strategies, versions, tests, assignments, steps that were carried out, what waits for people
    letters       the letters that steps send
    reading       what decides about accounts, in sets
    entering      which version and segment an account takes, from what day
    carrying_out  one step for one account
    running       the daily run
    timing        when the next statement is due
    services      drafts, publishing, withdrawing, answers of people
    testing       champion and challenger: begun, measured, ended
    what_if       what a version would do over today's books
    selectors     questions of pages and of other slices
"""
