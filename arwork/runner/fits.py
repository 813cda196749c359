"""Exit with 1, and say why, when nothing may start to work on this database; close its files to others.

python -m arwork.runner.fits
"""

import sys

import django
from django.conf import settings


def main() -> int:
    """Ask once; return the exit code."""
    django.setup()
    from arwork.lib import schema
    from arwork.lib.safe_settings import keep_private

    keep_private(settings.DATA_DIR, settings.DATABASES["default"])

    if reason := schema.refusal():
        print(reason, file=sys.stderr)
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main())
