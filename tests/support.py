"""What several tests need and no other place should have."""

from typing import Any

from django.test import TransactionTestCase

from arwork.lib.append_only import lifted

#: Switch the append-only triggers off for a block: to flush, or to corrupt a row and see it caught.
lift_append_only = lifted


def let_transactional_tests_flush() -> None:
    """Make Django's flush after a transactional test lift the triggers. Called once, by conftest."""
    flush = TransactionTestCase._fixture_teardown

    def flush_lifted(case: Any) -> None:
        with lift_append_only():
            flush(case)

    TransactionTestCase._fixture_teardown = flush_lifted
