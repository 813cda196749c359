"""What is answered when something breaks that nobody anticipated: in words, and without asking the database again.

Where the database is away, every part fails, sessions first: so this stands outside of all of them, as `handler500`.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

RETRY_SECONDS = 30
DATABASE_AWAY = "The database does not answer at this moment. What you were doing was not saved: try again in a minute."
BROKEN = "Something broke on our side. What you were doing may not be saved: look before you do it again."


def server_error(request: HttpRequest) -> HttpResponse:
    """503 and when to come back where the database is away, else 500. A page, or a problem document for the API."""
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status, words = (503, DATABASE_AWAY) if is_away else (500, BROKEN)
    if request.path.startswith("/api/"):
        code = "database_away" if is_away else "broken"
        body = {"type": f"urn:arwork:problem:{code}", "status": status, "code": code, "detail": words}
        response: HttpResponse = JsonResponse(body, status=status, content_type="application/problem+json")
    else:
        page = loader.get_template("unavailable.html").render(
            {"words": words, "is_away": is_away, "again": request.get_full_path() if request.method == "GET" else ""}
        )
        response = HttpResponse(page, status=status)
    if is_away:
        response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
