"""What is done to a signed answer to have another read in its place (signature wrapping)."""

import copy
from typing import Any

from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Words

from tests.staff.saml_provider import NAMES, forged


def changed(root: Any) -> None:
    root.find("a:Assertion/a:Subject/a:NameID", NAMES).text = "person-9"


def beside(root: Any) -> None:
    root.insert(2, forged(root.find("a:Assertion", NAMES)))


def after(root: Any) -> None:
    root.append(forged(root.find("a:Assertion", NAMES)))


def inside(root: Any) -> None:
    """The forged one in its place, with the signature, in which the signed one hides."""
    real = root.find("a:Assertion", NAMES)
    signature = copy.deepcopy(real.find("d:Signature", NAMES))
    fake = forged(real)
    fake.set("ID", "_forged")
    hidden = etree.SubElement(signature, f"{{{Words.NS_DS}}}Object")
    root.replace(real, fake)
    hidden.append(real)
    fake.insert(1, signature)


def extended(root: Any) -> None:
    """The signed one among the extensions, under the same name as the forged one."""
    real = root.find("a:Assertion", NAMES)
    root.replace(real, forged(real))
    extensions = etree.Element(f"{{{Words.NS_SAMLP}}}Extensions")
    extensions.append(real)
    root.insert(1, extensions)


def renamed(root: Any) -> None:
    """Another element claims the name that is signed."""
    status = root.find("p:Status", NAMES)
    detail = etree.SubElement(status, f"{{{Words.NS_SAMLP}}}StatusDetail")
    etree.SubElement(detail, "anything", {"ID": root.find("a:Assertion", NAMES).get("ID")})


def stripped(root: Any) -> None:
    assertion = root.find("a:Assertion", NAMES)
    assertion.remove(assertion.find("d:Signature", NAMES))


def without_digest(root: Any) -> None:
    """Nothing is referred to, so that nothing can be wrong."""
    signed = root.find("a:Assertion/d:Signature/d:SignedInfo", NAMES)
    signed.remove(signed.find("d:Reference", NAMES))


TWISTS = (changed, beside, after, inside, extended, renamed, stripped, without_digest)
