"""What the books know about appealed claims, read for many cases at once: denials, lines, notice, proof, playbook."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Min

from arwork.lib.bulk import Among
from claims.billing.models import Acknowledgment, ClaimLine, Submission
from claims.denials.models import Denial
from claims.remits.models import RemitClaim, RemitLine
from collections_app.appeals.appeal_texts import LETTER, argument_code
from collections_app.appeals.models import AppealCase, AppealedDenial, AppealEnclosure
from collections_app.appeals.playbooks import PlaybookBook, PlaybookRow, playbook_book
from collections_app.letters.letterheads import Head, head_of
from collections_app.letters.texts import TextBook, text_book

if TYPE_CHECKING:
    from claims.parties.models import Coverage


@dataclass(slots=True)
class CaseFile:
    """One case with everything its packet is made from. `filed_on` is the day the claim was first sent to the payer of
    the case, `proof` the first acceptance of it by that payer (RULES 9.2)."""

    case: AppealCase
    head: Head
    playbook: PlaybookRow | None
    denials: list[Denial] = field(default_factory=list)
    lines: list[ClaimLine] = field(default_factory=list)
    remit: RemitClaim | None = None
    remit_lines: list[RemitLine] = field(default_factory=list)
    enclosures: list[AppealEnclosure] = field(default_factory=list)
    filed_on: dt.date | None = None
    proof: Acknowledgment | None = None

    @property
    def coverage(self) -> "Coverage | None":
        """Under which the payer of the case insures the patient; another payer's tells it nothing."""
        claim = self.case.claim
        covers = [one for one in (claim.coverage1, claim.coverage2, claim.coverage3) if one]
        return next((one for one in covers if one.payer_id == self.case.payer_id), None)

    @property
    def is_of_first_payer(self) -> bool:
        """Whether the payer of the case answered as the first payer of the claim."""
        return any(one.bucket == "PAYER1" for one in self.denials)

    @property
    def icn(self) -> str:
        """The number that the payer of the case gave the claim; that of the claim itself is its first payer's."""
        told = self.remit.icn if self.remit else ""
        return told or (self.case.claim.icn if self.is_of_first_payer else "")


@dataclass(frozen=True, slots=True)
class FileRoom:
    """The files of some cases, and the texts and playbooks that hold on the day."""

    files: list[CaseFile]
    texts: TextBook


def files_of(case_ids: Collection[int], *, today: dt.date) -> FileRoom:
    """The files of cases, in the order of their ids. Thirteen queries at most, and one for each practice."""
    rows = AppealCase.objects.filter(Among("pk", case_ids)).select_related(
        "claim__patient__person", "claim__account", "practice", "payer", "claim__payer",
        "claim__coverage1", "claim__coverage2", "claim__coverage3", "owner",
    )  # fmt: skip
    cases = list(rows.order_by("pk"))
    heads = {one.practice_id: one.practice for one in cases}
    headed = {pk: head_of(practice) for pk, practice in heads.items()}
    books: PlaybookBook = playbook_book({one.payer_id for one in cases})
    files = {
        one.pk: CaseFile(
            one,
            headed[one.practice_id],
            books.holding(one.payer_id, practice_id=one.practice_id, on=today),
        )
        for one in cases
    }
    _read_denials(files)
    _read_claims(files)
    for enclosure in (
        AppealEnclosure.objects.filter(Among("case", files)).select_related("document").order_by("position", "pk")
    ):
        files[enclosure.case_id].enclosures.append(enclosure)
    kinds = {LETTER.code, *(argument_code(one.category) for one in cases)}
    return FileRoom([files[one.pk] for one in cases], text_book(kinds))


def _read_denials(files: dict[int, CaseFile]) -> None:
    """Each case's denials, and the remittance that gave the latest of them."""
    links = AppealedDenial.objects.filter(Among("case", files)).select_related("denial__line").order_by("pk")
    for link in links:
        files[link.case_id].denials.append(link.denial)
    told = {one.case.pk: one.denials[-1].remit_claim_id for one in files.values() if one.denials}
    notices = {
        one.pk: one for one in RemitClaim.objects.filter(Among("pk", told.values())).select_related("remittance")
    }
    of_notice = defaultdict(list)
    for line in RemitLine.objects.filter(Among("remit_claim", notices)).order_by("remit_claim", "position"):
        of_notice[line.remit_claim_id].append(line)
    for case_id, notice in told.items():
        files[case_id].remit, files[case_id].remit_lines = notices.get(notice), of_notice[notice]


def _read_claims(files: dict[int, CaseFile]) -> None:
    claims = defaultdict(list)
    for one in files.values():
        claims[one.case.claim_id].append(one)
    for line in ClaimLine.objects.filter(Among("claim", claims), number__gt=0).order_by("claim", "number"):
        for one in claims[line.claim_id]:
            one.lines.append(line)
    sent = Submission.objects.filter(Among("claim", claims)).order_by().values("claim", "payer")
    first = {(row["claim"], row["payer"]): row["on"] for row in sent.annotate(on=Min("submitted_on"))}
    accepted = Acknowledgment.objects.filter(Among("claim", claims), kind="277CA", verdict="accepted")
    for acknowledgment in accepted.select_related("submission").order_by("-effective_on", "-pk"):
        submission = acknowledgment.submission
        sent_to = submission.payer_id if submission else None
        for one in claims[acknowledgment.claim_id or 0]:
            if sent_to == one.case.payer_id or (sent_to is None and one.is_of_first_payer):
                one.proof = acknowledgment
    for one in files.values():
        one.filed_on = first.get((one.case.claim_id, one.case.payer_id))
