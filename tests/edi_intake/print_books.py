"""Run as a process of its own: the books of the database it was started on, as JSON."""

import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    from tests.edi_intake.books import everything

    json.dump(everything(), sys.stdout)
