from django.apps import AppConfig


class CollectionsConfig(AppConfig):
    """The work: what to do next about it."""

    name = "collections_app"
    verbose_name = "Collections"
