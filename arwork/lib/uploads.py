"""How much may be uploaded at once: refused while it arrives, not after a disk is full.

Django parses an upload before any page of ours runs (the token of the form stands in it), so nothing is raised here:
the rest is not kept, and whoever answers asks `ensure_taken`, which names the file and the limit.
"""

import os
import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from arwork.lib.errors import DomainError

_MB = 1024 * 1024
_AROUND = _MB  # what stands around the files of a form
_READ_OUT = 3  # up to so many times the limit is read to its end, or the browser would show no answer


class UploadTooLarge(DomainError):
    """More than `MAX_UPLOAD_MB` in one request; `facts["limit_mb"]` is the limit."""

    code = "too_large"
    status = 413


class BoundedUpload(FileUploadHandler):
    """Lets at most `MAX_UPLOAD_MB` of files through, all files of a request together."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._most: int = settings.MAX_UPLOAD_MB * _MB
        self._seen = self._announced = 0

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        """Hear how much is to come."""
        self._announced = content_length

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """The next file. What is announced as too much is refused before a byte of it is kept."""
        super().new_file(field_name, file_name, *args, **kwargs)
        if self._announced > self._most + _AROUND:
            self._refuse()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the bytes on to whoever keeps them, while they are not too many."""
        self._seen += len(raw_data)
        if self._seen > self._most:
            self._refuse()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has the file."""

    def _refuse(self) -> None:
        request: Any = self.request
        request.refused_upload = self.file_name
        raise StopUpload(connection_reset=self._announced > _READ_OUT * self._most)


class _FileInDataDir(TemporaryUploadedFile):
    """A temporary file on the disk of the data: `/tmp` of a container is memory."""

    def __init__(self, name: str, content_type: str, size: int, charset: str | None, extra: Any = None) -> None:
        os.makedirs(settings.UPLOAD_DIR, mode=0o700, exist_ok=True)
        file = tempfile.NamedTemporaryFile(dir=settings.UPLOAD_DIR, suffix=".upload")  # noqa: SIM115 - closed by its owner
        UploadedFile.__init__(self, file, name, content_type, size, charset, extra)


class DiskUpload(TemporaryFileUploadHandler):
    """Keeps what is too large for memory in `UPLOAD_DIR` until its request has ended."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open the file that the bytes go to."""
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = _FileInDataDir(
            str(self.file_name), str(self.content_type), 0, self.charset, self.content_type_extra
        )


def _announced(request: HttpRequest) -> int:
    """Bytes of the body, as its sender says."""
    length = str(request.META.get("CONTENT_LENGTH") or "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0


def ensure_taken(request: HttpRequest) -> None:
    """Raises `UploadTooLarge` where something of this upload was not kept. Reads the upload, if nobody has yet."""
    if request.method == "POST" and request.content_type == "multipart/form-data":
        _ = request.FILES
    name = getattr(request, "refused_upload", "")
    if name or _announced(request) > settings.MAX_UPLOAD_MB * _MB + _AROUND:
        what = f"with {name}" if name else "in all"
        raise UploadTooLarge(
            f"Nothing was taken: {what} it is more than the {settings.MAX_UPLOAD_MB} MB that may be uploaded at once. "
            "Send fewer files at a time, ask for the file in parts, or have it put into the watched folder.",
            limit_mb=settings.MAX_UPLOAD_MB,
        )
