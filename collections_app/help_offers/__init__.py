"""Help offered to patients in the order that helps, kept as proof of what was offered (RULES 11.6, 13.9).

Kept true: every way to pay less or later is shown, open or with the reason why not; what was offered, in which language
and what they said is append-only; who went further (an agency, a suit) without every open way having been offered
stands on a list; while a hardship pauses nothing is asked of the account; a referral has an owner, a next action and a
day until it is done.

    options      the ways to be helped, in their order, open or not, and what an account lacks of them. Pure
    models       offers, hardships, the directory of places, referrals
    facts        what is known of an account that opens or closes a way
    services     note offers, hardships, referrals; keep the directory
    reached      who went further: sources that slices above register
    report       accounts that went further without everything offered
    papers       the proof, and a referral, in writing
    selectors    questions of other slices: the options of an account, what was offered since a day
"""
