from django.apps import AppConfig
from django.db.models.signals import pre_migrate

from arwork.lib import schema


class StaffConfig(AppConfig):
    name = "arwork.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        pre_migrate.connect(schema.refuse_wrong_migrating, sender=self)  # once for all apps
