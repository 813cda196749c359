from django.apps import AppConfig


class LibConfig(AppConfig):
    """What every part uses. Its only table holds what was announced and not delivered yet."""

    name = "arwork.lib"
    label = "lib"
    verbose_name = "Platform"
