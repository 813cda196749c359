"""Parties of an 837 in the making: an NM1 and what its loop says after it."""

from claims.plausible.contacts import phone_of
from claims.plausible.places import state_of, zip_of

from .problems import Log
from .records_837 import Party, Payer837, Provider, Subscriber
from .values import at, day

#: Whose particulars are kept: the insured and the patient.
_KEPT = frozenset({"IL", "QC"})
DESCRIBING = frozenset({"N2", "N3", "N4", "PER", "DMG", "REF", "PRV"})


class Entity:
    """One NM1 loop. Built into a party once, when a claim first asks."""

    __slots__ = ("_address", "_dmg", "_nm1", "_party", "_phone", "_place", "code", "ids", "taxonomy")

    def __init__(self, e: list[str]) -> None:
        self.code = at(e, 1)
        self._nm1 = e
        self._address: list[str] = []
        self._place: list[str] = []
        self._dmg: list[str] = []
        self._phone = self.taxonomy = ""
        self._party: Party | None = None
        self.ids: dict[str, str] = {at(e, 8): at(e, 9)} if at(e, 9) else {}

    def feed(self, tag: str, e: list[str], n: int, log: Log) -> None:
        """Take one segment of `DESCRIBING`."""
        if tag == "N3":
            self._address = e
        elif tag == "N4":
            self._place = e
            if self.code in _KEPT:
                _doubt_place(e, n, log)
        elif tag == "DMG":
            self._dmg = e
            if at(e, 2) and day(at(e, 2)) is None:
                log.warn(n, "DMG", 2, "bad_date", f"Segment {n}, DMG02: expected a date as CCYYMMDD.")
        elif tag == "REF":
            self.ids.setdefault(at(e, 1), at(e, 2))
        elif tag == "PER":
            phones = [at(e, index + 1) for index in (3, 5, 7) if at(e, index) == "TE"]
            self._phone = self._phone or (phones[0] if phones else "")
            if self.code in _KEPT:
                _doubt_phones(e, n, log)
        elif tag == "PRV":
            self.taxonomy = at(e, 3)

    def party(self) -> Party:
        """The party, the same object at every call."""
        if self._party is None:
            e, place, dmg = self._nm1, self._place, self._dmg
            self._party = Party(
                last=at(e, 3),
                first=at(e, 4),
                middle=at(e, 5),
                suffix=at(e, 7),
                is_person=at(e, 2) != "2",
                birth_on=day(at(dmg, 2)) if at(dmg, 2) else None,
                sex=at(dmg, 3),
                address1=at(self._address, 1),
                address2=at(self._address, 2),
                city=at(place, 1),
                state=at(place, 2),
                zip=at(place, 3),
                phone=self._phone,
                ids=self.ids,
            )
        return self._party

    def provider(self) -> Provider:
        """The entity as a provider. The tax number is REF*EI or SY, in 004010 also NM1 with 24 or 34."""
        party, ids = self.party(), self.ids
        tin = next((ids[key] for key in ("EI", "SY", "TJ", "24", "34") if ids.get(key)), "")
        name = f"{party.last}, {party.first}" if party.is_person and party.first else party.last
        return Provider(name=name, npi=ids.get("XX", ""), tin=tin, taxonomy=self.taxonomy, party=party)

    def payer(self) -> Payer837:
        """The entity as a payer."""
        e = self._nm1
        return Payer837(name=at(e, 3), id_qualifier=at(e, 8), id=at(e, 9), party=self.party())

    def subscriber(self, sbr: list[str], relationship: str) -> Subscriber:
        """The entity as the insured of the coverage that `sbr` describes."""
        return Subscriber(
            party=self.party(),
            member_id=at(self._nm1, 9),
            sequence=at(sbr, 1),
            relationship=relationship,
            group_number=at(sbr, 3),
            group_name=at(sbr, 4),
            filing=at(sbr, 9),
        )


NOBODY = ["NM1", "", "", ""]


def provider_of(entity: Entity | None) -> Provider | None:
    """The provider an entity is, if there is one."""
    return entity.provider() if entity else None


def payer_of(entity: Entity | None) -> Payer837 | None:
    """The payer an entity is, if there is one."""
    return entity.payer() if entity else None


def _doubt_place(e: list[str], n: int, log: Log) -> None:
    """Say what of an N4 is kept out of the address; the file keeps it as it came."""
    if at(e, 2) and not state_of(at(e, 2)):
        message = f"Segment {n}, N402: no state of the United States has this code; it is kept out of the address."
        log.warn(n, "N4", 2, "bad_state", message)
    if at(e, 3) and not zip_of(at(e, 3)):
        message = f"Segment {n}, N403: no ZIP code of the United States; it is kept out of the address."
        log.warn(n, "N4", 3, "bad_zip", message)


def _doubt_phones(e: list[str], n: int, log: Log) -> None:
    """Say which phone number of a PER nobody could call."""
    for index in (3, 5, 7):
        if at(e, index) == "TE" and at(e, index + 1) and not phone_of(at(e, index + 1)):
            message = f"Segment {n}, PER{index + 1:02d}: no number that can be called; it is not kept as a phone."
            log.warn(n, "PER", index + 1, "bad_phone", message)
