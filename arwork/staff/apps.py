from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from arwork.lib import schema


class StaffConfig(AppConfig):
    name = "arwork.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        _require_known_roles()
        pre_migrate.connect(schema.refuse_wrong_migrating, sender=self)  # once for all apps
        post_migrate.connect(_lay_out_strands, sender=self)


def _lay_out_strands(*, using: str, **_: object) -> None:
    """The strands of the audit trail are there from the first event on, also after a flush."""
    from arwork.staff.models import AuditStrand

    if AuditStrand._meta.db_table in connections[using].introspection.table_names():
        rows = [AuditStrand(number=number) for number in range(AuditStrand.COUNT)]
        AuditStrand.objects.using(using).bulk_create(rows, ignore_conflicts=True)


def _require_known_roles() -> None:
    """Refuse to start where `SECOND_FACTOR_ROLES` names what is no role: a typing error would let it in without."""
    from arwork.staff.models import Role

    if unknown := set(settings.SECOND_FACTOR_ROLES) - {*Role.values, "all"}:
        known = ", ".join(["all", *Role.values])
        raise ImproperlyConfigured(f"SECOND_FACTOR_ROLES names {sorted(unknown)}; known are: {known}.")
