from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """The books: who owes what, and why."""

    name = "claims"
    verbose_name = "Claims"
