"""A payer of our own, for the demo and for tests: it answers questions about claims and coverage, the same every time.

payer     a 276 or 270 in, the 277 or 271 to it out
replies   what it says of one claim or person
"""
