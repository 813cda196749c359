"""Garbage is looked for rarely, and still found."""

import gc
import weakref


class Ring:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.own = self


def test_the_process_looks_for_garbage_rarely_and_still_frees_it() -> None:
    assert gc.isenabled()
    assert gc.get_threshold()[0] > 700
    assert gc.get_freeze_count() > 0
    ring = Ring()
    gone = weakref.ref(ring)
    del ring
    gc.collect()
    assert gone() is None
