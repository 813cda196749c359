"""Calls to payers on the clock, what they teach, and who has the log-in of which portal.

Kept true: a person is on one call at a time, and its clock survives whatever the browser does; hold and talk are
counted apart; a clock that nobody stopped teaches nothing; figures come from our own calls alone and say how many they
rest on; no password is kept anywhere.

    call_clock   from hold to talk and back, in seconds, until the call has ended. Pure
    statistics   how long a payer lets us wait by hour, the best hour, minutes of a claim. Pure
    passwords    what looks like a password in a text. Pure
    models       calls, log-ins of portals
    services     start, hold, talk, end
    portals      the directory of log-ins: save, remove
    selectors    the running call, what the calls of a payer show, the log-ins of a payer
"""
