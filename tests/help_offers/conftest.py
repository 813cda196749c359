"""The guarantor who settles owes here too."""

from tests.settlements.conftest import account, oona

__all__ = ["account", "oona"]
