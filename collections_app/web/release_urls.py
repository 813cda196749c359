"""Addresses of requests for records."""

from django.urls import path

from collections_app.web import release_directory, release_request, releases

urlpatterns = [
    path("releases", releases.record_requests, name="record_requests"),
    path("releases/log", releases.release_log, name="release_log"),
    path("releases/firms", release_directory.requesters, name="requesters"),
    path("releases/firms/new", release_directory.requester_new, name="requester_new"),
    path("releases/firms/<int:requester_id>", release_directory.requester, name="requester"),
    path("accounts/<int:account_id>/records", releases.record_request_new, name="record_request_new"),
    path("releases/<int:record_request_id>", release_request.record_request, name="record_request"),
    path("releases/<int:record_request_id>/release", release_request.record_release, name="record_release"),
    path("releases/<int:record_request_id>/paper", release_request.paper, name="record_request_paper"),
    path("releases/<int:record_request_id>/screen", release_request.screen, name="record_request_screen"),
    path("releases/<int:record_request_id>/rely", release_request.rely, name="record_request_rely"),
    path("releases/<int:record_request_id>/revoke", release_request.revoke, name="record_request_revoke"),
    path("releases/<int:record_request_id>/letter", release_request.letter, name="record_request_letter"),
    path("releases/<int:record_request_id>/extend", release_request.extend, name="record_request_extend"),
    path("releases/<int:record_request_id>/next", release_request.plan_next, name="record_request_next"),
    path("releases/<int:record_request_id>/close", release_request.close, name="record_request_close"),
    path("releases/<int:record_request_id>/reopen", release_request.reopen, name="record_request_reopen"),
    path(
        "releases/<int:record_request_id>/attorney",
        release_request.attorney,
        name="record_request_attorney",
    ),
    path("releases/<int:record_request_id>/fee", release_request.fee, name="record_request_fee"),
]
