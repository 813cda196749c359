"""The route chooser: for each denial the lawful and sensible ways out side by side, and what was chosen (RULES 7, 8).

Kept true: a route whose window has closed, or that the payer's law does not know, is never offered as open and says
why; a day to be done by lies never after the last lawful day; a choice is kept with all that was offered, and follows
in one transaction to the item's next step; a choice is never changed, a later one takes its place.

    route_facts    what has to be known of a denial; the kinds of payers in law. Pure
    route_rules    which routes are open, one gate each, and why not; routes by name and level. Pure
    route_options  routes side by side with clock, cost, chance and dollars; the best first. Pure
    models         choices and what takes them back, append-only
    selectors      the facts from the books; what was chosen
    outcomes       what became of choices, and how often each route is won here
    openers        where the work of a route goes on: other slices say
    listening      who follows a choice; what the work has learned
    services       chooses, takes back
    lists          choices for supervisors, by route and outcome
"""
