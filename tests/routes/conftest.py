"""A claim that Meridian Choice denied five days ago, and Ana who works it, on Friday, November 20, 2026."""

from tests.desk.conftest import _friday, ana, sit, sol  # noqa: F401 - fixtures
