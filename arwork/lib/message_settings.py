"""How messages to patients leave, as the environment names it; half of a carrier is refused at the start.

Where nothing is named, the embedded case writes e-mails and texts as files into `DATA_DIR/outbox`, to be looked at;
production sends nothing, and says so on the page "Deliveries".
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from arwork.lib.sftp_settings import SftpPlace, sftp_place

#: What carries e-mail: files and the console for trying, SMTP, and services by their names in django-anymail.
EMAIL_SERVICES = ("brevo", "mailgun", "mailjet", "postmark", "resend", "sendgrid", "sparkpost")
_OWN = {
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
}


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """Carriers of messages to patients; an empty name: none."""

    email: str
    email_backend: str
    email_options: dict[str, Any]
    email_from: str
    email_secret: str  # what the service signs its reports with, or sends along as user:password
    texts: str
    twilio_account: str
    twilio_token: str
    texts_from: str
    public_url: str  # under which patients reach this installation
    folder: Path
    vendor: SftpPlace | None


def message_settings(env: Any, *, folder: Path, email_from: str, is_production: bool) -> MessageSettings:
    """The carriers. Raises `ImproperlyConfigured` for half of one."""
    named = env.str("MESSAGE_EMAIL", "") or ("" if is_production else "file")
    texts = env.str("MESSAGE_TEXTS", "") or ("" if is_production else "file")
    backend, options = _email(env, named, folder)
    if texts not in ("", "file", "twilio"):
        raise ImproperlyConfigured("MESSAGE_TEXTS is file, twilio or empty.")
    account, token = env.str("TWILIO_ACCOUNT_SID", ""), env.str("TWILIO_AUTH_TOKEN", "")
    if texts == "twilio" and not (account and token and env.str("MESSAGE_TEXTS_FROM", "")):
        raise ImproperlyConfigured("Texts by Twilio need TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and MESSAGE_TEXTS_FROM.")
    public = env.str("PUBLIC_URL", "").rstrip("/") or ("" if is_production else "http://127.0.0.1:8000")
    if is_production and public and not public.startswith("https://"):
        raise ImproperlyConfigured("PUBLIC_URL must begin with https://: patients open their bills under it.")
    if is_production and (named or texts) and not public:
        raise ImproperlyConfigured("Messages carry links: set PUBLIC_URL, as https://ar.example.com.")
    return MessageSettings(
        email=named,
        email_backend=backend,
        email_options=options,
        email_from=env.str("MESSAGE_EMAIL_FROM", "") or email_from,
        email_secret=env.str("MESSAGE_EMAIL_SECRET", ""),
        texts=texts,
        twilio_account=account,
        twilio_token=token,
        texts_from=env.str("MESSAGE_TEXTS_FROM", ""),
        public_url=public,
        folder=folder,
        vendor=sftp_place(env, "PRINT_VENDOR", who="the vendor"),
    )


def _email(env: Any, named: str, folder: Path) -> tuple[str, dict[str, Any]]:
    if named in EMAIL_SERVICES:
        key = env.str("MESSAGE_EMAIL_KEY", "")
        if not key or not env.str("MESSAGE_EMAIL_SECRET", ""):
            raise ImproperlyConfigured(
                f"E-mail by {named} needs MESSAGE_EMAIL_KEY, and MESSAGE_EMAIL_SECRET for what it reports."
            )
        option = {"postmark": "server_token"}.get(named, "api_key")
        options = {option: key}
        if named == "mailgun":
            options["sender_domain"] = env.str("MESSAGE_EMAIL_DOMAIN", "")
        if named == "mailjet":
            options["secret_key"] = env.str("MESSAGE_EMAIL_DOMAIN", "")
        return f"anymail.backends.{named}.EmailBackend", options
    if named == "file":
        return _OWN["file"], {"file_path": str(folder / "email")}
    if named and named not in _OWN:
        known = ", ".join((*_OWN, *EMAIL_SERVICES))
        raise ImproperlyConfigured(f"MESSAGE_EMAIL is one of {known}, or empty.")
    return _OWN.get(named, ""), {}
