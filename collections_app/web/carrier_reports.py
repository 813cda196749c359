"""What carriers tell us, signed: a text or e-mail arrived or did not, somebody answered; and the click that stops.

No cookie and no CSRF token comes along with these; the signature of the carrier stands in their place, and what is not
signed is answered with 403 and written nowhere.
"""

import base64
import hmac
import re
from hashlib import sha1
from typing import Any
from xml.sax.saxutils import escape

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff.access import Capability
from arwork.web.pages import page
from collections_app.deliveries import replies, reports, stopping
from collections_app.web.patient_door import drawn, guarded, speaks

_VIEWS = {
    "brevo": "Brevo", "mailgun": "Mailgun", "mailjet": "Mailjet", "postmark": "Postmark", "resend": "Resend",
    "sendgrid": "SendGrid", "sparkpost": "SparkPost",
}  # fmt: skip


@csrf_exempt
@require_POST
@page(Capability.PUBLIC)
def text_report(request: HttpRequest) -> HttpResponseBase:
    """What became of a text (Twilio's status callback)."""
    if not _is_from_twilio(request):
        return HttpResponse(status=403)
    told = request.POST
    reports.text_reported(
        provider_id=told.get("MessageSid", ""), status=told.get("MessageStatus", ""),
        error=told.get("ErrorCode", ""), now=clock.now(),
    )  # fmt: skip
    return HttpResponse(status=204)


@csrf_exempt
@sensitive_post_parameters()
@require_POST
@page(Capability.PUBLIC)
def text_reply(request: HttpRequest) -> HttpResponseBase:
    """Somebody answered to a text; what is said back goes along with the answer (TwiML)."""
    if not _is_from_twilio(request):
        return HttpResponse(status=403)
    told = request.POST
    said = replies.hear(
        number=told.get("From", ""), said=told.get("Body", ""), provider_id=told.get("MessageSid", ""),
        now=clock.now(), today=clock.today(),
    )  # fmt: skip
    message = f"<Message>{escape(said)}</Message>" if said else ""
    xml = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return HttpResponse(xml, content_type="application/xml")


@csrf_exempt
@require_POST
@page(Capability.PUBLIC)
def email_report(request: HttpRequest) -> HttpResponseBase:
    """What became of an e-mail, as the service of the settings reports it."""
    service, secret = settings.MESSAGES.email, settings.MESSAGES.email_secret
    if service not in _VIEWS or not secret:
        return HttpResponse(status=404)
    view = _event_view(service, secret)
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=403)
    except (AnymailError, ValueError, KeyError, TypeError):
        return HttpResponse(status=400)
    for event in events:
        reports.email_reported(
            provider_id=event.message_id or "", event=event.event_type, reason=event.reject_reason or "",
            now=clock.now(), today=clock.today(),
        )  # fmt: skip
    return HttpResponse(status=204)


@csrf_exempt  # one click of a mail program comes without a cookie (RFC 8058)
@page(Capability.PUBLIC)
def stop_emails(request: HttpRequest, token: str) -> HttpResponseBase:
    """No more e-mails to an address: asked first, for programs open links by themselves; done by one click."""
    is_known = stopping.is_known(token)
    done = request.method == "POST" and stopping.stop_emails(token, now=clock.now(), today=clock.today())
    context = {"is_known": is_known, "is_done": done}
    return guarded(drawn(request, "stop", context, language=speaks(request), status=200 if is_known else 404))


def _is_from_twilio(request: HttpRequest) -> bool:
    """The signature that Twilio makes with our token of the whole address and each field
    (https://www.twilio.com/docs/usage/security)."""
    chosen = settings.MESSAGES
    if chosen.texts != "twilio":
        return False
    fields = "".join(f"{name}{request.POST[name]}" for name in sorted(request.POST))
    signed = f"{chosen.public_url}{request.get_full_path()}{fields}".encode()
    ours = base64.b64encode(hmac.new(chosen.twilio_token.encode(), signed, sha1).digest()).decode()
    return hmac.compare_digest(ours, request.headers.get("X-Twilio-Signature", ""))


def _event_view(service: str, secret: str) -> Any:
    """django-anymail's reader of the service's events, with the secret in the form that the service knows."""
    view = import_string(f"anymail.webhooks.{service}.{_VIEWS[service]}TrackingWebhookView")
    if re.fullmatch(r"[^:\s]+:\S+", secret):
        return view(webhook_secret=secret, **({"webhook_signing_key": secret} if service == "mailgun" else {}))
    keys = {"mailgun": "webhook_signing_key", "resend": "signing_secret", "sendgrid": "webhook_verification_key"}
    return view(**({keys[service]: secret} if service in keys else {"webhook_secret": secret}))
