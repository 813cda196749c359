"""A SAML identity provider of the tests: it reads real questions and signs real answers with a key of its own."""

import base64
import copy
import datetime as dt
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Words
from onelogin.saml2.utils import OneLogin_Saml2_Utils

ENTITY, SIGN_ON = "https://idp.harbor.example/metadata", "https://idp.harbor.example/sso?tenant=7&kind=a"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NAMES = {"p": Words.NS_SAMLP, "a": Words.NS_SAML, "d": Words.NS_DS}


class Key:
    """A private key with a certificate that it signed itself."""

    def __init__(self, bits: int = 2048) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.harbor.example")])
        day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(day)
            .not_valid_after(day + dt.timedelta(days=3650))
            .sign(key, hashes.SHA256())
        )
        encoding = serialization.Encoding.PEM
        kind, none = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        self.private = key.private_bytes(encoding, kind, none).decode()
        self.certificate = certificate.public_bytes(encoding).decode()


@dataclass(frozen=True)
class Question:
    """What arwork asked."""

    request_id: str
    answer_url: str
    issuer: str
    is_anew: bool


@dataclass
class Says:
    """What the provider says, and all that can be wrong with it."""

    subject: str = "person-7"
    subject_format: str = PERSISTENT
    attributes: dict[str, list[str]] = field(default_factory=lambda: {"email": ["Ana@Harbor.example"]})
    issuer: str = ENTITY
    audience: str | None = None
    recipient: str | None = None
    destination: str | None = None
    in_response_to: str | None = None  # of the assertion
    response_to: str | None = None  # of the envelope
    minutes: float = 5  # for how long it is good
    age: float = 0  # how many minutes ago it was said
    session_age: float = 0  # how many minutes before that the person signed in there
    status: str = Words.STATUS_SUCCESS
    sign_algorithm: str = Words.RSA_SHA256
    digest_algorithm: str = Words.SHA256
    is_signed: bool = True
    signs_envelope: bool = False
    leaves_out: tuple[str, ...] = ()  # elements and attributes of the assertion
    twist: Callable[[Any], None] = lambda root: None  # what is done to the answer after it was signed


def question_in(address: str) -> Question:
    """The question in the address that a browser was sent to."""
    base, _, _ = SIGN_ON.partition("?")
    asked = urlsplit(address)
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == base
    query = parse_qs(asked.query)
    assert (query["tenant"], query["kind"]) == (["7"], ["a"])
    root = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
    assert (root.tag, root.get("Destination")) == (f"{{{Words.NS_SAMLP}}}AuthnRequest", SIGN_ON)
    issuer = root.findtext("a:Issuer", namespaces=NAMES)
    is_anew = root.get("ForceAuthn") == "true"
    return Question(root.get("ID"), root.get("AssertionConsumerServiceURL"), issuer, is_anew)


def answer(question: Question, key: Key, says: Says, *, now: dt.datetime) -> str:
    """The answer, in base64, as the browser's form carries it."""
    assertion = _assertion(question, says, now=now)
    if says.is_signed and not says.signs_envelope:
        assertion = _signed(assertion, key, says)
    root = etree.Element(
        f"{{{Words.NS_SAMLP}}}Response",
        {
            "ID": _name(),
            "Version": "2.0",
            "IssueInstant": _moment(now),
            "Destination": says.destination or question.answer_url,
            "InResponseTo": says.response_to or question.request_id,
        },
        nsmap={"samlp": Words.NS_SAMLP, "saml": Words.NS_SAML},
    )
    _add(root, "a:Issuer", says.issuer)
    _add(_add(root, "p:Status"), "p:StatusCode", Value=says.status)
    if says.status == Words.STATUS_SUCCESS:
        root.append(assertion)
    if says.signs_envelope:
        root = _signed(root, key, says)
    says.twist(root)
    return base64.b64encode(etree.tostring(root)).decode()


def forged(assertion: Any) -> Any:
    """A copy of a signed assertion without its signature, for somebody else."""
    other = copy.deepcopy(assertion)
    other.remove(other.find("d:Signature", NAMES))
    other.find("a:Subject/a:NameID", NAMES).text = "person-9"
    other.find("a:AttributeStatement/a:Attribute/a:AttributeValue", NAMES).text = "ben@harbor.example"
    return other


def _assertion(question: Question, says: Says, *, now: dt.datetime) -> Any:
    said = now - dt.timedelta(minutes=says.age)
    begins, ends = _moment(said), _moment(said + dt.timedelta(minutes=says.minutes))
    head = {"ID": _name(), "Version": "2.0", "IssueInstant": begins}
    root = etree.Element(f"{{{Words.NS_SAML}}}Assertion", head, nsmap={"saml": Words.NS_SAML})
    _add(root, "a:Issuer", says.issuer)
    subject = _add(root, "a:Subject")
    _add(subject, "a:NameID", says.subject, Format=says.subject_format)
    told = {
        "InResponseTo": says.in_response_to or question.request_id,
        "Recipient": says.recipient or question.answer_url,
        "NotOnOrAfter": ends,
    }
    told = {name: value for name, value in told.items() if name not in says.leaves_out}
    _add(_add(subject, "a:SubjectConfirmation", Method=Words.CM_BEARER), "a:SubjectConfirmationData", **told)
    times = {"NotBefore": begins, "NotOnOrAfter": ends}
    conditions = _add(root, "a:Conditions", **({} if "times" in says.leaves_out else times))
    if "AudienceRestriction" not in says.leaves_out:
        _add(_add(conditions, "a:AudienceRestriction"), "a:Audience", says.audience or question.issuer)
    instant = _moment(said - dt.timedelta(minutes=says.session_age))
    context = _add(_add(root, "a:AuthnStatement", AuthnInstant=instant), "a:AuthnContext")
    _add(context, "a:AuthnContextClassRef", "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport")
    statement = _add(root, "a:AttributeStatement")
    for name, values in says.attributes.items():
        attribute = _add(statement, "a:Attribute", Name=name)
        for value in values:
            _add(attribute, "a:AttributeValue", value)
    return root


def _signed(element: Any, key: Key, says: Says) -> Any:
    signed = OneLogin_Saml2_Utils.add_sign(
        etree.tostring(element),
        key.private,
        key.certificate,
        sign_algorithm=says.sign_algorithm,
        digest_algorithm=says.digest_algorithm,
    )
    return etree.fromstring(signed)


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    prefix, _, local = name.partition(":")
    element = etree.SubElement(parent, f"{{{NAMES[prefix]}}}{local}", attributes)
    element.text = text
    return element


def _name() -> str:
    return f"_{secrets.token_hex(16)}"


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
