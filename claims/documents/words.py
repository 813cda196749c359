"""What documents are called, for forms and pages."""

from claims.documents.models import Document

#: (code, word) of each kind that somebody brings.
DOCUMENT_KINDS: list[tuple[str, str]] = [
    (str(code), str(word)) for code, word in Document.Kind.choices if code != Document.Kind.MADE
]
