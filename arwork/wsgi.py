"""WSGI entry point."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arwork.settings")
django.setup(set_prefix=False)

from arwork.web.utf8 import Utf8Handler  # noqa: E402 - the settings come first

application = Utf8Handler()
