"""Which practice a file's money belongs to: the forced one, else by NPI, else by tax number, else a new one.

Where several practices share the only number that a payer names, a tax number, the claims inside decide; if they are of
more than one, a person does. It is never a new practice.

A practice is opened from a file only where the sender asked for it (`--create-missing-claims`, the onboarding of a
practice) or where there is no practice at all yet; otherwise a file of an unknown practice would add a tenant to the
books. Whoever brought the file gets access to the new practice and nobody else: a file is no reason to open its claims
to administrators of other practices. One that a command or the watched folder opened is nobody's until an owner grants
it.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from arwork.staff.access import practice_ids
from claims.practices.models import Practice, PracticeAccess
from claims.remits.match_rules import SoughtClaim
from claims.remits.matching import match_claims

if TYPE_CHECKING:
    from arwork.staff.models import User

_NPI_LENGTH = 10


def resolve_practice(
    *,
    npi: str,
    tin: str,
    name: str,
    forced_id: int | None,
    may_open: bool,
    opened_by: "User | None" = None,
    sought: Sequence[SoughtClaim] = (),
) -> Practice | None:
    """The practice, or None where it is unknown and may not be opened. Call inside a transaction.

    `npi` and `tin` are as the file writes them, `sought` the claims that it pays.
    """
    if forced_id is not None:
        return Practice.objects.filter(id=forced_id).first()
    npi, tin = _plain(npi), _plain(tin)
    found = Practice.objects.filter(npi=npi).first() if npi else None
    if found is None and tin:
        if len(shared := practices_sharing(npi=npi, tin=tin)) > 1:
            owners = _owners(shared, sought)
            return owners[0] if len(owners) == 1 else None
        same = list(Practice.objects.filter(tin=tin)[:2])
        found = same[0] if len(same) == 1 and (not npi or _stands_in(same[0].npi)) else None
    if found or not (npi or tin) or not (may_open or not Practice.objects.exists()):
        return found
    return _open(npi=npi or f"T{tin[:9]}", tin=tin, name=name, opened_by=opened_by)


def practices_sharing(*, npi: str, tin: str) -> list[Practice]:
    """The practices of a tax number, where a file names that and no NPI."""
    npi, tin = _plain(npi), _plain(tin)
    return list(Practice.objects.filter(tin=tin)) if tin and not npi else []


def which_practice_sentence(shared: Collection[Practice], *, role: str, actor: "User | None") -> str:
    """The sentence that asks whose it is; it names the practices that the sender sees."""
    seen = {practice.pk for practice in shared} if actor is None else set(practice_ids(actor))
    named = " and ".join(f"{one.name} (NPI {one.npi})" for one in shared if one.pk in seen)
    return (
        f"The {role} is named by a tax number alone, which several practices share"
        f"{f': {named}' if named else ''}. Say on the file's page which of them it belongs to."
    )


def unknown_provider(*, npi: str, tin: str, name: str) -> dict[str, str]:
    """A provider who is none of the sender's practices, as a refused transaction keeps it: never a patient."""
    return {"name": name.strip()[:120], "npi": _plain(npi), "tin": _plain(tin)[:9]}


def unknown_provider_sentence(who: dict[str, str], *, role: str) -> str:
    """The sentence that refuses a file of an unknown practice, with what an owner needs to open the
    practice."""
    numbers = [f"NPI {who['npi']}" if who["npi"] else "no NPI", f"tax number {who['tin']}" if who["tin"] else ""]
    named = ", ".join(filter(None, [who["name"], *numbers]))
    return (
        f"The {role} ({named}) is none of your practices. An owner opens it under Setup, Practices, or gives you "
        "access to it; then try the file again. Or say on the file's page which practice it belongs to."
    )


def may_bring_files_for(actor: "User | None", practice_id: int) -> bool:
    """Whether the sender of a file (None: the command line, the watched folder) works in that practice."""
    return actor is None or PracticeAccess.objects.filter(practice=practice_id, user=actor).exists()


def practice_of_npi(npi: str) -> int | None:
    """The id of the practice with that NPI."""
    return Practice.objects.filter(npi=_plain(npi)).values_list("id", flat=True).first() if npi else None


def practices_of_sender(actor: "User | None") -> list[int] | None:
    """The practices whose claims a sender's files may touch; None for the command line: all of them."""
    return None if actor is None else practice_ids(actor)


def _owners(practices: Sequence[Practice], sought: Sequence[SoughtClaim]) -> list[Practice]:
    """Those of `practices` with any of the claims sought: by all their facts, for each counts its own numbers."""
    return [one for one in practices if sought and any(found.claim_id for found in match_claims(one.pk, sought))]


def _open(*, npi: str, tin: str, name: str, opened_by: "User | None") -> Practice:
    practice, opened = Practice.objects.get_or_create(
        npi=npi, defaults={"name": (name.strip() or f"Practice {npi}")[:120], "tin": tin[:9]}
    )
    if opened and opened_by is not None:
        PracticeAccess.objects.get_or_create(practice=practice, user=opened_by)
        opened_by.__dict__.pop("_practice_choice", None)
    return practice


def _stands_in(npi: str) -> bool:
    """Whether the NPI on file only stands in for a tax number, because no file had named the real one yet."""
    return npi.startswith("T")


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.upper()))[:_NPI_LENGTH]
