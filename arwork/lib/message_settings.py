"""How messages to patients leave, as the environment names it; half of a carrier is refused at the start.

Where nothing is named, the embedded case writes e-mails and texts as files into `DATA_DIR/outbox`, to be looked at;
production sends nothing, and says so on the page "Deliveries".
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

#: What carries e-mail: files and the console for trying, SMTP, and services by their names in django-anymail.
EMAIL_SERVICES = ("brevo", "mailgun", "mailjet", "postmark", "resend", "sendgrid", "sparkpost")
_OWN = {
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
}


@dataclass(frozen=True, slots=True)
class PrintVendor:
    """Where print batches are handed over by SFTP; its host key is pinned, so nobody stands in for it."""

    host: str
    port: int
    user: str
    folder: str
    host_key: str  # as in known_hosts: "ssh-ed25519 AAAA..."
    password: str = ""
    key_file: str = ""


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
    vendor: PrintVendor | None


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
        vendor=print_vendor(env),
    )


def print_vendor(env: Any) -> PrintVendor | None:
    """The vendor of `PRINT_VENDOR_SFTP`; None where none is named. Raises `ImproperlyConfigured`."""
    address = env.str("PRINT_VENDOR_SFTP", "")
    if not address:
        return None
    parts = urlsplit(address)
    if parts.scheme != "sftp" or not parts.hostname or not parts.username:
        raise ImproperlyConfigured("PRINT_VENDOR_SFTP is an address as sftp://user@host:22/folder.")
    host_key = env.str("PRINT_VENDOR_HOST_KEY", "")
    if len(host_key.split()) != 2:
        raise ImproperlyConfigured(
            "PRINT_VENDOR_HOST_KEY must hold the vendor's host key, as in known_hosts: ssh-ed25519 AAAA... "
            "Ask the vendor for it; without it anybody could stand in for them."
        )
    key_file = env.str("PRINT_VENDOR_KEY_FILE", "")
    password = unquote(parts.password or "")
    if not (key_file or password):
        raise ImproperlyConfigured("PRINT_VENDOR_SFTP needs a password in its address, or PRINT_VENDOR_KEY_FILE.")
    folder = parts.path.strip("/") or "."
    return PrintVendor(parts.hostname, parts.port or 22, unquote(parts.username), folder, host_key, password, key_file)


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
