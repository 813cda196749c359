"""`manage.py first_admin USERNAME`: the first owner of a new installation; the rest is done on pages.

An owner is administrator of the whole installation, and of each practice that they open or are granted. Whoever may
run this may do anything already. It works only while there is no active owner, so it also helps an office whose last
one is gone.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from arwork.lib import clock
from arwork.staff import audit, passwords
from arwork.staff.models import Role, User


class Command(BaseCommand):
    help = "Make the first owner and print a password that must be replaced at the first sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    @transaction.atomic
    def handle(self, *args: Any, username: str, **options: Any) -> None:
        if User.objects.filter(role=Role.OWNER, is_active=True, is_service=False).exists():
            raise CommandError("There is an owner already. Ask them to open an account on the page People.")
        if User.objects.filter(username__iexact=username).exists():
            raise CommandError("That user name is taken. Choose another.")
        password = passwords.temporary()
        now = clock.now()
        user = User(username=username, role=Role.OWNER)
        passwords.set_temporary(user, password, now=now)
        user.save()
        audit.record(None, "person_opened", "user", user.pk, practice_id=None, after={"role": "owner"}, now=now)
        hours = settings.TEMPORARY_PASSWORD_HOURS
        self.stdout.write(f"{username} can sign in once, within {hours} hours, with the password {password}")
