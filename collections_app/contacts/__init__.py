"""Contacts: every call and letter that was made or tried, and whether one may be made now.

Kept true: a call is offered only in hours that are lawful in every zone where the person may be (12 CFR 1006.6(b)(1)),
and no more often than the strictest rule that may apply allows (7-in-7: 12 CFR 1006.14(b)(2)); a hold stops what it
says at once. The log is append-only.

    models      the contact log, holds, call windows
    services    recording a contact, placing and lifting a hold
    selectors   calls to a person in a week, the holds of an account, the limit that applies
    frequency   how often a person may be called (7-in-7, and the states that allow less), and between which hours
    call_hours  when somebody can be called: payers in their hours, people in lawful hours wherever they may be
    time_zones  the zones in which a person may be, from ZIP codes and phone numbers
    holds_of_money  holds as the books ask for them before money goes to a visit
    windows     call windows as the queue asks for them: open now, or when next
"""
