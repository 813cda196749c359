"""What requesters, states and ways are called, for forms and pages."""

from collections_app.releases.models import RecordRelease, Requester

#: (code, word) of who asks for records.
REQUESTER_KINDS: list[tuple[str, str]] = [(str(code), str(word)) for code, word in Requester.Kind.choices]
#: (code, word) of each way in which records leave.
WAYS: list[tuple[str, str]] = [(str(code), str(word)) for code, word in RecordRelease.Way.choices]
