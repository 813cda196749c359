"""`manage.py migrate`: Django's own, as the owner of the database; then the application's role gets its grants."""

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate

from arwork.lib import database_roles


class Command(Migrate):
    """Without `DATABASE_OWNER_URL` nothing differs from Django's."""

    def handle(self, *args: Any, **options: Any) -> None:
        with database_roles.as_owner():
            super().handle(*args, **options)
            looks_only = options["check_unapplied"] or options["plan"]
            if settings.DATABASE_OWNER and not looks_only:
                database_roles.grant(settings.DATABASE_ROLE, settings.DATABASE_ROLE_PASSWORD)
                if options["verbosity"]:
                    self.stdout.write(f"Granted: {settings.DATABASE_ROLE} works, and changes nothing append-only.")
