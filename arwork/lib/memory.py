"""How often Python looks for garbage that counting references does not find.

An import or a day makes millions of rows that die by themselves, and the default of 700 new objects had a fifth of the
time spent on looking through them; on a page the look is a pause of some milliseconds. Memory stays the same.
"""

import gc

_NEW_OBJECTS, _YOUNG, _MIDDLE = 20_000, 20, 50


def collect_rarely() -> None:
    """Call once all code is loaded: what lives as long as the process is looked through no more."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _MIDDLE)
