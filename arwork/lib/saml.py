"""SAML 2.0, as far as somebody signs in by it: the question, the answer, and what we are called.

python3-saml verifies signatures and the shape of an answer; where it takes what is left out for agreed, we do not: who
is meant, for how long and in answer to which question must stand in the one assertion that is signed, and nothing that
stands beside it is read (SAML 2.0 profiles, 4.1.4; OASIS errata E26).
"""

import base64
import datetime as dt
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from arwork.lib.saml_settings import SamlProvider

MOST_CHARACTERS = 200_000  # of an answer, in base64; real ones have some thousand
SKEW = dt.timedelta(seconds=60)  # by which the two clocks may differ

_A, _P, _D, _M = (
    "urn:oasis:names:tc:SAML:2.0:assertion",
    "urn:oasis:names:tc:SAML:2.0:protocol",
    "http://www.w3.org/2000/09/xmldsig#",
    "urn:oasis:names:tc:SAML:2.0:metadata",
)
_NAMES = {"a": _A, "p": _P, "d": _D}
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_SIGNED_BY = {f"{_MORE}{kind}-sha{bits}" for kind in ("rsa", "ecdsa") for bits in (256, 384, 512)}
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256",
    f"{_MORE}sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
}
_TRANSFORMS = {f"{_D}enveloped-signature", _EXCLUSIVE}


class BadAnswer(ValueError):
    """An answer that says nothing we may believe; the words are for the log, not for the page."""


@dataclass(frozen=True)
class ServiceProvider:
    """What we are called there, and where answers arrive."""

    entity_id: str
    answer_url: str


@dataclass(frozen=True)
class SignedIdentity:
    """What a believable answer says: the provider's own name for the person, and what else it tells of them.

    `signed_in_at` is when they last signed in there (AuthnInstant); None where it does not say so in one way.
    """

    subject: str
    attributes: dict[str, list[str]]
    signed_in_at: dt.datetime | None


def new_request_id() -> str:
    """A name for one question, which nobody guesses."""
    return f"_{secrets.token_hex(20)}"


def question_url(
    provider: SamlProvider, service: ServiceProvider, *, request_id: str, anew: bool = False, now: dt.datetime
) -> str:
    """Where a browser goes to be asked who is there (HTTP-Redirect binding); `anew`: though they are signed in."""
    question = etree.Element(
        f"{{{_P}}}AuthnRequest",
        {
            "ID": request_id,
            "Version": "2.0",
            "IssueInstant": now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Destination": provider.sign_on_url,
            "AssertionConsumerServiceURL": service.answer_url,
            "ProtocolBinding": _POST,
            **({"ForceAuthn": "true"} if anew else {}),
        },
        nsmap={"samlp": _P, "saml": _A},
    )
    etree.SubElement(question, f"{{{_A}}}Issuer").text = service.entity_id
    deflated = zlib.compress(etree.tostring(question))[2:-4]  # bare, without the head and the sum of zlib
    joint = "&" if urlsplit(provider.sign_on_url).query else "?"
    return f"{provider.sign_on_url}{joint}SAMLRequest={quote(base64.b64encode(deflated), safe='')}"


def description(service: ServiceProvider) -> bytes:
    """What we are called and where answers arrive, as a provider imports it (SAML metadata)."""
    root = etree.Element(f"{{{_M}}}EntityDescriptor", {"entityID": service.entity_id}, nsmap={"md": _M})
    asks = {"protocolSupportEnumeration": _P, "AuthnRequestsSigned": "false", "WantAssertionsSigned": "true"}
    ours = etree.SubElement(root, f"{{{_M}}}SPSSODescriptor", asks)
    arrival = {"Binding": _POST, "Location": service.answer_url, "index": "0", "isDefault": "true"}
    etree.SubElement(ours, f"{{{_M}}}AssertionConsumerService", arrival)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def read_answer(
    words: str, *, provider: SamlProvider, service: ServiceProvider, request_id: str, now: dt.datetime
) -> SignedIdentity:
    """Who answered the question `request_id` that we asked `provider`. Raises `BadAnswer`.

    `words` is the answer in base64, as a browser brought it (HTTP-POST binding). The library asks the clock itself.
    """
    if not 0 < len(words) <= MOST_CHARACTERS:
        raise BadAnswer("empty, or far too long")
    try:
        response = OneLogin_Saml2_Response(_for_library(provider, service), words)
        response.is_valid(_arrival(service), request_id, raise_exceptions=True)
        root = response.get_xml_document()
        assertion = _the_signed_assertion(root)
        _require_answer_to(root, assertion, service=service, request_id=request_id, now=now)
        return SignedIdentity(_subject(assertion), response.get_attributes(), _signed_in_at(assertion))
    except BadAnswer:
        raise
    except Exception as error:  # strangers write this XML: whatever it makes fail, it opens nothing
        raise BadAnswer(f"{type(error).__name__}: {error}") from error


def _for_library(provider: SamlProvider, service: ServiceProvider) -> OneLogin_Saml2_Settings:
    words: dict[str, Any] = {
        "strict": True,
        "sp": {
            "entityId": service.entity_id,
            "assertionConsumerService": {"url": service.answer_url, "binding": _POST},
        },
        "idp": {
            "entityId": provider.entity_id,
            "singleSignOnService": {"url": provider.sign_on_url, "binding": _REDIRECT},
            "x509cert": provider.certificates[0],
            "x509certMulti": {"signing": list(provider.certificates)},
        },
        "security": {
            "wantAssertionsSigned": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,  # how somebody is asked is the provider's to decide
            "allowSingleLabelDomains": True,
        },
    }
    return OneLogin_Saml2_Settings(words)


def _arrival(service: ServiceProvider) -> dict[str, str]:
    address = urlsplit(service.answer_url)
    is_https = "on" if address.scheme == "https" else "off"
    return {"https": is_https, "http_host": address.netloc, "script_name": address.path}


def _the_signed_assertion(root: Any) -> Any:
    """The one assertion, signed as a whole by strong means, whose name nothing else in the answer bears."""
    names = [value for element in root.iter() for key, value in element.attrib.items() if _is_name(key)]
    if len(names) != len(set(names)):
        raise BadAnswer("two elements of one ID")
    assertion = _only(root.findall("a:Assertion", _NAMES), "assertion")
    signature = _only(assertion.findall("d:Signature", _NAMES), "signature of the assertion")
    signed = _only(signature.findall("d:SignedInfo", _NAMES), "SignedInfo")
    reference = _only(signed.findall("d:Reference", _NAMES), "reference")
    if reference.get("URI") != f"#{assertion.get('ID')}" or signature.find("d:Object", _NAMES) is not None:
        raise BadAnswer("something else than the assertion is signed")
    _require_among(_SIGNED_BY, signed.findall("d:SignatureMethod", _NAMES))
    _require_among(_DIGESTS, reference.findall("d:DigestMethod", _NAMES))
    _require_among({_EXCLUSIVE}, signed.findall("d:CanonicalizationMethod", _NAMES))
    _require_among(_TRANSFORMS, reference.findall("d:Transforms/d:Transform", _NAMES))
    return assertion


def _require_answer_to(
    root: Any, assertion: Any, *, service: ServiceProvider, request_id: str, now: dt.datetime
) -> None:
    if root.get("InResponseTo") != request_id or root.get("Destination") not in (None, service.answer_url):
        raise BadAnswer("an answer to another question, or sent elsewhere")
    conditions = _only(assertion.findall("a:Conditions", _NAMES), "set of conditions")
    audiences = [
        {(audience.text or "").strip() for audience in restriction.findall("a:Audience", _NAMES)}
        for restriction in conditions.findall("a:AudienceRestriction", _NAMES)
    ]
    if not audiences or not all(service.entity_id in audience for audience in audiences):
        raise BadAnswer("not said to us, or to no one in particular")
    _require_time(conditions, now=now)
    bearers = [
        told
        for confirmation in assertion.findall("a:Subject/a:SubjectConfirmation", _NAMES)
        if confirmation.get("Method") == _BEARER
        for told in confirmation.findall("a:SubjectConfirmationData", _NAMES)
    ]
    told = _only(bearers, "bearer")
    if told.get("InResponseTo") != request_id or told.get("Recipient") != service.answer_url:
        raise BadAnswer("an assertion for another question, or for elsewhere")
    _require_time(told, now=now)


def _require_time(element: Any, *, now: dt.datetime) -> None:
    begins, ends = element.get("NotBefore"), element.get("NotOnOrAfter")
    if not ends or now >= _moment(ends) + SKEW:
        raise BadAnswer("too old, or good for ever")
    if begins and now < _moment(begins) - SKEW:
        raise BadAnswer("not good yet: do the clocks agree?")


def _subject(assertion: Any) -> str:
    name = _only(assertion.findall("a:Subject/a:NameID", _NAMES), "NameID")
    if name.get("Format") == _TRANSIENT:
        raise BadAnswer("a transient NameID: have the provider send one that lasts")
    subject = (name.text or "").strip()
    if not subject or len(name) or len(subject) > 191:  # as long as a link keeps
        raise BadAnswer("a NameID that is empty or far too long")
    return subject


def _signed_in_at(assertion: Any) -> dt.datetime | None:
    statements = assertion.findall("a:AuthnStatement", _NAMES)
    instant = statements[0].get("AuthnInstant") if len(statements) == 1 else None
    return _moment(instant) if instant else None


def _moment(words: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(words)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _only(found: list[Any], what: str) -> Any:
    if len(found) != 1:
        raise BadAnswer(f"{len(found)} times: {what}")
    return found[0]


def _require_among(allowed: set[str], elements: Iterable[Any]) -> None:
    used = [element.get("Algorithm") for element in elements]
    if not used or not set(used) <= allowed:
        raise BadAnswer(f"signed by what we don't take: {used}")


def _is_name(attribute: Any) -> bool:
    return etree.QName(attribute).localname.lower() == "id"
