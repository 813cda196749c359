"""Questions about EOBs that people enter: the list, one of them, and how many wait."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from claims.eobs.entry_rules import STATUSES
from claims.eobs.models import Eob
from claims.payers.code_words import claim_status_words
from claims.payers.models import Payer
from claims.practices.models import Practice
from claims.remits.models import RemitException, Remittance
from claims.remits.provider_adjustments import PLB_NAMES

if TYPE_CHECKING:
    from arwork.staff.models import User

#: How a payer may have processed a claim that is entered by hand, for people: (CLP02, word).
STATUS_CHOICES = [(code, claim_status_words(code)) for code in STATUSES]
#: What may stand at provider level: (code, word).
PROVIDER_CHOICES = sorted(((code, f"{code} {word}") for code, word in PLB_NAMES.items() if len(code) == 2))
METHODS: list[tuple[str, str]] = [(str(code), str(word)) for code, word in Eob.Method.choices]
#: What the list can be narrowed to.
STATES = {"": "All", "draft": "Being entered", "ties": "Ties, not posted", "posted": "Posted", "ended": "Taken back"}


def eobs(actor: "User", *, state: str = "", search: str = "") -> QuerySet[Eob]:
    """The EOBs that `actor` may see, the newest first; `search` begins a check number or a payer's name."""
    require(actor, Capability.SEE_CLAIMS)
    found = Eob.objects.filter(practice__in=practice_ids(actor)).defer("entry", "before")
    if state == "draft":
        found = found.filter(state=Eob.State.DRAFT)
    elif state == "ties":
        found = found.filter(state=Eob.State.DRAFT, is_tied=True)
    elif state == "posted":
        found = found.filter(state=Eob.State.POSTED)
    elif state == "ended":
        found = found.filter(state__in=[Eob.State.TAKEN_BACK, Eob.State.DISCARDED])
    if search:
        found = found.filter(trace__istartswith=search) | found.filter(payer__name__icontains=search)
    return found.select_related("practice", "payer", "saved_by", "posted_by", "document").order_by("-opened_at", "-pk")


def eob_seen_by(actor: "User", eob_id: int) -> Eob:
    """One EOB. Raises `NotFound` where the actor's practices have no such."""
    require(actor, Capability.SEE_CLAIMS)
    rows = Eob.objects.filter(practice__in=practice_ids(actor))
    found = rows.select_related(
        "practice", "payer", "document", "remittance", "opened_by", "saved_by", "posted_by", "ended_by"
    )
    try:
        return found.get(pk=eob_id)
    except Eob.DoesNotExist:
        raise NotFound("There is no such EOB in your practices.") from None


def eob_of(remittance: Remittance) -> int | None:
    """The EOB from which a remittance was entered, or which it takes back."""
    if remittance.source != Remittance.Source.BY_HAND:
        return None
    known = Eob.objects.filter(remittance__in=[remittance.pk, remittance.reverses_id or 0])
    return known.values_list("pk", flat=True).first()


def waiting_of(eob: Eob) -> int:
    """How many questions of a posted one wait for somebody."""
    waiting = RemitException.objects.filter(remittance=eob.remittance_id or 0, state=RemitException.State.OPEN)
    return waiting.count()


def drafts_of(actor: "User") -> int:
    """How many are being entered."""
    return Eob.objects.filter(practice__in=practice_ids(actor), state=Eob.State.DRAFT).count()


def payers_to_choose() -> list[tuple[int, str]]:
    """The payers that a check may be from: (id, name)."""
    return list(Payer.objects.filter(is_active=True).order_by("name", "pk").values_list("pk", "name"))


def practices_to_choose(actor: "User") -> list[tuple[int, str]]:
    """The practices that a check may be to: (id, name)."""
    return list(Practice.objects.filter(pk__in=practice_ids(actor)).values_list("pk", "name"))
