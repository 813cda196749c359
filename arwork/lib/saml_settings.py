"""The SAML 2.0 identity provider, as the environment names it; half of one is refused at the start."""

import base64
import re
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.core.exceptions import ImproperlyConfigured

SMALLEST_KEY = 2048  # bits


@dataclass(frozen=True)
class SamlProvider:
    """Who vouches for people, and what of it is believed."""

    entity_id: str
    sign_on_url: str
    certificates: tuple[str, ...]  # of its keys, in base64
    name: str = "your organisation"  # as people call it
    email_attribute: str = "email"  # its value is believed: nobody chooses their own there
    service_entity_id: str = ""  # what arwork is called there; else the address of its metadata
    is_second_factor: bool = False  # it asks for one itself


def saml_provider(env: Any, *, is_production: bool) -> SamlProvider | None:
    """The provider, None where none is named. Raises `ImproperlyConfigured` for half of one."""
    entity_id, address = env.str("SAML_IDP_ENTITY_ID", ""), env.str("SAML_IDP_SSO_URL", "")
    if not entity_id:
        return None
    if not address.startswith("https://") and (is_production or not address.startswith("http://")):
        raise ImproperlyConfigured("SAML_IDP_SSO_URL must be an address that begins with https://.")
    try:
        certificates = read_certificates(env.str("SAML_IDP_CERT", ""))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"SAML_IDP_CERT can't be read: {error}. Give the provider's signing certificate, in PEM or base64."
        ) from error
    return SamlProvider(
        entity_id,
        address,
        certificates,
        name=env.str("SAML_NAME", "") or SamlProvider.name,
        email_attribute=env.str("SAML_EMAIL_ATTRIBUTE", "") or SamlProvider.email_attribute,
        service_entity_id=env.str("SAML_SP_ENTITY_ID", ""),
        is_second_factor=env.bool("SAML_IS_SECOND_FACTOR", False),
    )


def read_certificates(words: str) -> tuple[str, ...]:
    """Certificates in PEM, or in base64 with commas between them, as base64. Raises `ValueError` for what is none."""
    ended = re.sub(r"-----END CERTIFICATE-----", ",", words)
    bare = re.sub(r"-----BEGIN CERTIFICATE-----|\\n|\s", "", ended)
    certificates = tuple(filter(None, bare.split(",")))
    if not certificates:
        raise ValueError("no certificate")
    for certificate in certificates:
        key = x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True)).public_key()
        if isinstance(key, RSAPublicKey) and key.key_size < SMALLEST_KEY:
            raise ValueError(f"a key of {key.key_size} bits is too short")
    return certificates
