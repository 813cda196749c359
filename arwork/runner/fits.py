"""Exit with 1, and say why, when nothing may start to work on this database.

python -m arwork.runner.fits
"""

import sys

import django


def main() -> int:
    """Ask once; return the exit code."""
    django.setup()
    from arwork.lib import schema

    if reason := schema.refusal():
        print(reason, file=sys.stderr)
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main())
