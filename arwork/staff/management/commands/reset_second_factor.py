"""`manage.py reset_second_factor USERNAME`: for the last administrator, whose second factor is lost.

Others are helped by an administrator, on the page People.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import second_factor
from arwork.staff.models import User


class Command(BaseCommand):
    help = "Remove somebody's second factor and sign them out; they set up a new one at the next sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    @transaction.atomic
    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError("There is no such user name.")
        try:
            second_factor.reset(user, actor=None, now=clock.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{username} signs in with the password alone until a new second factor is set up.")
