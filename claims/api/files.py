"""Files in: upload one, ask what became of it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from arwork.api.endpoints import StaffApiRequest, endpoint
from arwork.api.fields import IdField
from arwork.lib import clock
from arwork.lib.uploads import ensure_taken
from arwork.staff.access import Capability
from claims.api.shared import cleaned
from claims.edi import file_actions, selectors


class FileIn(serializers.Serializer):
    """One file as it came. The same bytes twice do no harm."""

    file = serializers.FileField()
    practice = IdField(required=False, allow_null=True, help_text="force it onto this practice")
    create_missing = serializers.BooleanField(default=False, help_text="open claims that only a remittance names")


class TransactionOut(serializers.Serializer):
    """One transaction of a file; `summary` holds the figures of `import_edi --json`, amounts as text."""

    position = serializers.IntegerField()
    kind = serializers.CharField()
    status = serializers.CharField()
    is_test = serializers.BooleanField(help_text="its sender marked it as a test: ISA15 = T")
    practice = serializers.IntegerField(source="practice_id", allow_null=True)
    summary = serializers.DictField()
    problems = serializers.ListField(child=serializers.DictField())


class FileOut(serializers.Serializer):
    """A file and how far it has been read."""

    id = serializers.IntegerField(source="file.id")
    name = serializers.CharField(source="file.name")
    sha256 = serializers.CharField(source="file.sha256")
    received_at = serializers.DateTimeField(source="file.received_at")
    state = serializers.CharField(source="file.state")
    status = serializers.CharField()
    is_busy = serializers.BooleanField()
    done_claims = serializers.IntegerField(source="file.done_claims")
    total_claims = serializers.IntegerField(source="file.total_claims")
    message = serializers.CharField(source="file.message")


class FileDetailOut(FileOut):
    """A file with its transactions."""

    transactions = TransactionOut(many=True)


class FilesAsked(serializers.Serializer):
    """Where to go on: the `next` of the page before."""

    before = IdField(required=False)


class FilesOut(serializers.Serializer):
    """A page of files, the newest first; `next` is null on the last."""

    next = serializers.CharField(allow_null=True)
    results = FileOut(many=True)


@extend_schema(
    methods=["GET"],
    operation_id="files_list",
    parameters=[FilesAsked],
    responses=FilesOut,
    summary="Files, the newest first",
)
@extend_schema(
    methods=["POST"],
    request={"multipart/form-data": FileIn},
    responses={202: FileDetailOut},
    summary="Upload a file; a worker takes it in",
)
@endpoint("GET", "POST", capability=Capability.IMPORT_FILES, also=(Capability.SEE_UNCLAIMED_FILES,))
@parser_classes([MultiPartParser])
def files(request: StaffApiRequest) -> Response:
    """The files the caller may see, or one more of them."""
    if request.method == "POST":
        data = request.data
        ensure_taken(request._request)
        return _upload(request, cleaned(FileIn, data))
    page = selectors.files_seen_by(request.user, after=cleaned(FilesAsked, request.query_params).get("before"))
    return Response({"next": page.next_cursor, "results": FileOut(page.rows, many=True).data})


@extend_schema(responses=FileDetailOut, summary="One file: progress, and what each transaction came to")
@endpoint("GET", capability=Capability.IMPORT_FILES, also=(Capability.SEE_UNCLAIMED_FILES,))
def file(request: StaffApiRequest, file_id: int) -> Response:
    """What became of a file."""
    return Response(FileDetailOut(selectors.file_seen_by(request.user, file_id)).data)


def _upload(request: StaffApiRequest, given: dict[str, Any]) -> Response:
    kept, _ = file_actions.upload_file(
        given["file"].file,
        name=given["file"].name,
        practice_id=given.get("practice"),
        create_missing=given["create_missing"],
        actor=request.user,
        now=clock.now(),
    )
    return Response(FileDetailOut(selectors.file_seen_by(request.user, kept.pk)).data, status=202)
