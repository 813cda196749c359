"""By what right somebody asks for records, what their paper must show for it, and what is wrong with one. Pure.

Each right has a checklist: points that a person reads off the form and answers with yes or no, and what days, signer
and our own records add to them. An authorization is valid if nothing is missing and nothing makes it defective: 45 CFR
164.508(b)(2) and (c). A subpoena without a judge's order needs satisfactory assurance: 164.512(e)(1)(ii)-(vi).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from arwork.lib.dates import add_years


class RequestBasis(StrEnum):
    """By what right."""

    AUTHORIZATION = "authorization"
    SUBPOENA = "subpoena"
    COURT_ORDER = "court_order"
    ACCESS = "access"
    PAYMENT = "payment"
    WORKERS = "workers_comp"

    @property
    def label(self) -> str:
        """In words, with its place in 45 CFR."""
        return _LABELS[self]


_LABELS = {
    RequestBasis.AUTHORIZATION: "Patient’s authorization (164.508)",
    RequestBasis.SUBPOENA: "Subpoena or discovery request (164.512(e)(1)(ii))",
    RequestBasis.COURT_ORDER: "Order of a court (164.512(e)(1)(i))",
    RequestBasis.ACCESS: "Patient’s own access (164.524)",
    RequestBasis.PAYMENT: "Payment: insurer, lien of a provider (164.506(c))",
    RequestBasis.WORKERS: "Workers’ compensation (164.512(l))",
}


class Signer(StrEnum):
    """Who signed for the records, or asks for them as the patient."""

    PATIENT = "patient"
    PARENT = "parent"
    REPRESENTATIVE = "representative"

    @property
    def label(self) -> str:
        """In words."""
        return {"patient": "The patient", "parent": "A parent or guardian of a minor",
                "representative": "A personal representative: power of attorney, executor"}[self]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to read off a form: what is asked, what to say where it is not so, and where the law says it."""

    code: str
    asks: str
    lacks: str
    cite: str


@dataclass(frozen=True, slots=True)
class Form:
    """What was read off a form: the points answered with yes, the days, who signed, and what else is so."""

    shows: frozenset[str] = frozenset()
    signer: str = Signer.PATIENT
    signed_on: dt.date | None = None
    expires_on: dt.date | None = None
    expires_event: str = ""
    authority: str = ""
    assurance: str = ""
    is_event_over: bool = False
    has_proof: bool = False
    may_minor_sign: bool = False
    has_psychotherapy: bool = False
    has_part2: bool = False
    goes_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What our own records say of the patient; `of_age_years` is the age at which somebody signs alone."""

    birth_on: dt.date | None = None
    is_dead: bool = False
    of_age_years: int = 18


_MATCHES = Point(
    "matches", "Name and birth date are those of our patient", "The name or birth date is not that of our patient",
    "45 CFR 164.514(h)",
)  # fmt: skip
_DESCRIBED = Point(
    "description", "Says which records are meant", "It does not say specifically which records are meant",
    "45 CFR 164.508(c)(1)(i)",
)  # fmt: skip
_ADDRESSED = Point(
    "addressed", "Is addressed to us and names the patient", "It is not addressed to us, or names no patient",
    "45 CFR 164.512(e)(1)",
)  # fmt: skip
POINTS: dict[RequestBasis, tuple[Point, ...]] = {
    RequestBasis.AUTHORIZATION: (
        _DESCRIBED,
        Point("discloser", "Says who discloses: us, or a class we belong to", "It does not name us as who may disclose",
              "45 CFR 164.508(c)(1)(ii)"),
        Point("recipient", "Names the requester as who receives", "It does not name you as who may receive the records",
              "45 CFR 164.508(c)(1)(iii)"),
        Point("purpose", "Says the purpose (“at my request” is enough)", "It does not say the purpose",
              "45 CFR 164.508(c)(1)(iv)"),
        Point("signature", "Is signed", "It is not signed", "45 CFR 164.508(c)(1)(vi)"),
        Point("revoke", "Tells of the right to revoke in writing, and how",
              "It does not tell of the right to revoke it in writing", "45 CFR 164.508(c)(2)(i)"),
        Point("conditions", "Says whether treatment or payment depends on signing",
              "It does not say that treatment, payment, enrollment or eligibility may not depend on signing",
              "45 CFR 164.508(c)(2)(ii)"),
        Point("redisclosure", "Says that the recipient may disclose it again",
              "It does not say that the recipient may disclose the records again", "45 CFR 164.508(c)(2)(iii)"),
        Point("complete", "Every field is filled in", "It is not filled in completely", "45 CFR 164.508(b)(2)(ii)"),
        Point("unaltered", "Nothing was altered after signing", "It was altered after it was signed",
              "45 CFR 164.508(b)(2)(v)"),
        Point("alone", "Is not combined with another document or a condition",
              "It is combined with another document, or is a condition of care",
              "45 CFR 164.508(b)(2)(iv), (b)(3), (b)(4)"),
        Point("true", "We know of nothing in it that is false", "Something in it is known to be false",
              "45 CFR 164.508(b)(2)(v)"),
        _MATCHES,
    ),
    RequestBasis.SUBPOENA: (
        _ADDRESSED,
        Point("issued", "Is signed by a clerk of the court or an attorney who may issue it",
              "It is not signed by somebody who may issue it", "45 CFR 164.512(e)(1)(ii)"),
        Point("described", "Says which records it wants", "It does not say which records it wants",
              "45 CFR 164.512(e)(1)"),
        Point("served", "Was served properly, and its court reaches us",
              "It was not served properly, or its court does not reach us", "45 CFR 164.512(e)(1)"),
        _MATCHES,
    ),
    RequestBasis.COURT_ORDER: (
        _ADDRESSED,
        Point("judge", "Is signed by a judge or an administrative law judge", "No judge signed it",
              "45 CFR 164.512(e)(1)(i)"),
        Point("named", "Names exactly what we disclose", "It does not name exactly what is to be disclosed",
              "45 CFR 164.512(e)(1)(i)"),
        _MATCHES,
    ),
    RequestBasis.ACCESS: (
        Point("identity", "We verified who asks", "We could not verify who asks", "45 CFR 164.514(h)"),
        _MATCHES,
    ),
    RequestBasis.PAYMENT: (
        Point("payment", "They need it to pay, or to be paid, for this patient’s care",
              "It does not say that it is needed for payment of this patient’s care", "45 CFR 164.506(c)(3)"),
        Point("payer", "Who asks is a health plan, a provider, or acts for one",
              "Who asks is neither a health plan nor a provider; an authorization of the patient is needed",
              "45 CFR 164.506(c)(3)"),
        _MATCHES,
    ),
    RequestBasis.WORKERS: (
        Point("injury", "Names the injury and the claim", "It does not name the injury and the claim",
              "45 CFR 164.512(l)"),
        Point("party", "Comes from the insurer, employer, board or who administers the claim",
              "It does not come from a party of the claim", "45 CFR 164.512(l)"),
        Point("law", "The law of the state gives them this", "The law of the state does not give them this",
              "45 CFR 164.512(l)"),
        _MATCHES,
    ),
}  # fmt: skip
#: What a subpoena brings along instead of a judge's order, and the points of each.
ASSURANCES: dict[str, tuple[Point, ...]] = {
    "notice": (
        Point("told", "They tried in good faith to tell the patient in writing",
              "It does not show that the patient was told in writing", "45 CFR 164.512(e)(1)(iii)(A)"),
        Point("enough", "The notice says enough to object", "The notice to the patient does not say enough to object",
              "45 CFR 164.512(e)(1)(iii)(B)"),
        Point("unopposed", "The time to object is over, and nothing is left unsettled",
              "It does not show that the time to object is over and that no objection is left",
              "45 CFR 164.512(e)(1)(iii)(C)"),
    ),
    "order": (
        Point("protected", "They agreed on a qualified protective order, or asked the court for one",
              "It does not show a qualified protective order, agreed or asked for", "45 CFR 164.512(e)(1)(iv)"),
    ),
}  # fmt: skip
_UNASSURED = Point(
    "assurance", "", "No satisfactory assurance comes with it: neither notice to the patient nor a protective order",
    "45 CFR 164.512(e)(1)(ii)",
)  # fmt: skip
EXPIRY, UNDATED, LATER, EXPIRED, REVOKED = (
    Point("expiry", "", "It has no day or event on which it ends", "45 CFR 164.508(c)(1)(v)"),
    Point("undated", "", "The signature has no date", "45 CFR 164.508(c)(1)(vi)"),
    Point("later", "", "It is signed on a day still to come", "45 CFR 164.508(c)(1)(vi)"),
    Point("expired", "", "It has expired", "45 CFR 164.508(b)(2)(i)"),
    Point("revoked", "", "The patient has revoked it", "45 CFR 164.508(b)(2)(iii)"),
)
_AUTHORITY = Point(
    "authority", "", "It does not say by what authority the representative signs", "45 CFR 164.508(c)(1)(vi)"
)
_PROOF = Point("proof", "", "Nothing proves the authority of the representative", "45 CFR 164.514(h)(2)")
_DEAD = Point(
    "deceased", "", "The patient has died: whoever settles the estate must sign", "45 CFR 164.502(g)(4)"
)  # fmt: skip
_MINOR = Point("minor", "", "The patient was a minor when it was signed: a parent must sign", "45 CFR 164.502(g)(3)")
_OF_AGE = Point("of_age", "", "The patient is of age now and must sign", "45 CFR 164.502(g)(2)")
_PSYCHOTHERAPY = Point(
    "psychotherapy", "", "Psychotherapy notes need an authorization of their own", "45 CFR 164.508(a)(2), (b)(3)(ii)"
)
_PART2 = Point(
    "part2", "", "Records of treatment for substance use need a consent or an order that names them",
    "42 CFR 2.31, 2.61-2.67",
)  # fmt: skip
_ELSEWHERE = Point(
    "elsewhere", "Signed, and names clearly who gets it and where",
    "A signed request that names who gets the records, and where, is missing", "45 CFR 164.524(c)(3)(ii)",
)  # fmt: skip
#: What is asked where it goes to somebody else than the patient who asks.
OF_ACCESS_ELSEWHERE = _ELSEWHERE
_DERIVED = (
    _UNASSURED, EXPIRY, UNDATED, LATER, EXPIRED, REVOKED, _AUTHORITY, _PROOF, _DEAD, _MINOR, _OF_AGE, _PSYCHOTHERAPY,
    _PART2, _ELSEWHERE,
)  # fmt: skip
_BY_CODE = {
    point.code: point
    for point in (*(one for rows in POINTS.values() for one in rows), *(o for r in ASSURANCES.values() for o in r),
                  *_DERIVED)
}  # fmt: skip
_SIGNED = (RequestBasis.AUTHORIZATION, RequestBasis.ACCESS)


def lacks_of(
    basis: RequestBasis, form: Form, subject: Subject, *, on: dt.date, is_revoked: bool = False
) -> list[Point]:
    """What is missing or wrong, in the order of the law; nothing means that it is valid on that day."""
    found = [point for point in POINTS[basis] if point.code not in form.shows]
    if basis is RequestBasis.SUBPOENA:
        asked = ASSURANCES.get(form.assurance)
        found += [_UNASSURED] if asked is None else [one for one in asked if one.code not in form.shows]
    if basis is RequestBasis.AUTHORIZATION:
        found += _days(form, on)
    if basis is RequestBasis.ACCESS and form.goes_elsewhere and _ELSEWHERE.code not in form.shows:
        found.append(_ELSEWHERE)
    if basis in _SIGNED:
        found += _signed(form, subject, on)
    if form.has_psychotherapy and basis is not RequestBasis.COURT_ORDER and "psychotherapy_named" not in form.shows:
        found.append(_PSYCHOTHERAPY)
    if form.has_part2 and "part2_named" not in form.shows:
        found.append(_PART2)
    return [*found, REVOKED] if is_revoked else found


def points_named(codes: Sequence[str]) -> list[Point]:
    """What is missing, by the codes that a verdict keeps."""
    return [_BY_CODE[code] for code in codes if code in _BY_CODE]


def _days(form: Form, on: dt.date) -> list[Point]:
    """An expiry that was filled in and is past; a signature of no day, or of one to come."""
    found = [] if form.expires_on or form.expires_event.strip() else [EXPIRY]
    if form.signed_on is None:
        found.append(UNDATED)
    elif form.signed_on > on:
        found.append(LATER)
    if form.is_event_over or (form.expires_on is not None and form.expires_on < on):
        found.append(EXPIRED)
    return found


def _signed(form: Form, subject: Subject, on: dt.date) -> list[Point]:
    """Whether who signed may sign: for the dead, for minors, for who is of age by now."""
    found = []
    if form.signer != Signer.PATIENT:
        found += [] if form.authority.strip() else [_AUTHORITY]
        found += [] if form.has_proof else [_PROOF]
    if subject.is_dead:
        return found if form.signer == Signer.REPRESENTATIVE else [*found, _DEAD]
    if subject.birth_on is None:
        return found
    of_age_on = add_years(subject.birth_on, subject.of_age_years)
    if form.signer == Signer.PATIENT and (form.signed_on or on) < of_age_on and not form.may_minor_sign:
        found.append(_MINOR)
    if form.signer == Signer.PARENT and of_age_on <= on:
        found.append(_OF_AGE)
    return found
