"""Staff of the bench: collectors and supervisors with access to every practice, and sessions for them.

`python -m bench.people 50 8` opens the accounts; without numbers it signs everybody in and prints the session keys by
user id. Both work in the database that the environment names.
"""

import json
import sys
from importlib import import_module

import django

PREFIX = "bench-"


def open_accounts(collectors: int, supervisors: int) -> None:
    """All at once; nobody can sign in with a password."""
    from arwork.staff.models import Role, User
    from claims.practices.models import Practice, PracticeAccess

    people = [(f"{PREFIX}collector-{n:02}", Role.COLLECTOR) for n in range(collectors)]
    people += [(f"{PREFIX}supervisor-{n:02}", Role.SUPERVISOR) for n in range(supervisors)]
    users = User.objects.bulk_create(
        User(username=name, role=role, password="!bench", first_name="Bench", last_name=name) for name, role in people
    )
    PracticeAccess.objects.bulk_create(
        PracticeAccess(practice=practice, user=user) for practice in Practice.objects.all() for user in users
    )


def sign_in() -> dict[int, str]:
    """A session for each, made where the product keeps them."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from arwork.staff.models import User

    engine = import_module(settings.SESSION_ENGINE)
    keys = {}
    for user in User.objects.filter(username__startswith=PREFIX):
        session = engine.SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.set_expiry(24 * 3600)
        session.create()
        keys[user.pk] = session.session_key
    return keys


if __name__ == "__main__":
    django.setup()
    if sys.argv[1:]:
        open_accounts(int(sys.argv[1]), int(sys.argv[2]))
    else:
        print(json.dumps(sign_in()))
