"""The certificates by which another's signatures are verified, as settings name them."""

import base64
import re

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SMALLEST_KEY = 2048  # bits


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
