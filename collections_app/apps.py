from django.apps import AppConfig


class CollectionsConfig(AppConfig):
    """The work: what to do next about it."""

    name = "collections_app"
    verbose_name = "Collections"

    def ready(self) -> None:
        """Listen to what the books announce. The last app to be ready: all code is loaded."""
        from arwork.lib.events import subscribe
        from arwork.lib.memory import collect_rarely
        from collections_app.aging import listening  # noqa: F401
        from collections_app.tasks import listen

        subscribe(listen)
        collect_rarely()
