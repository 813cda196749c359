from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import pre_migrate

from arwork.lib import schema


class StaffConfig(AppConfig):
    name = "arwork.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        _require_known_roles()
        pre_migrate.connect(schema.refuse_wrong_migrating, sender=self)  # once for all apps


def _require_known_roles() -> None:
    """Refuse to start where `SECOND_FACTOR_ROLES` names what is no role: a typing error would let it in without."""
    from arwork.staff.models import Role

    if unknown := set(settings.SECOND_FACTOR_ROLES) - {*Role.values, "all"}:
        known = ", ".join(["all", *Role.values])
        raise ImproperlyConfigured(f"SECOND_FACTOR_ROLES names {sorted(unknown)}; known are: {known}.")
