"""Imports a file and dies by `kill -9` after the books committed and before anybody was told."""

import os
import signal
import sys

import django

if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command

    from arwork.lib import events

    events._deliver_after_commit = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    call_command("import_edi", sys.argv[1], "--create-missing-claims")
