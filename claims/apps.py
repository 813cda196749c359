from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """The books: who owes what, and why."""

    name = "claims"
    verbose_name = "Claims"

    def ready(self) -> None:
        """Let denials follow what remittances post, in every process."""
        from claims.denials import services  # noqa: F401
