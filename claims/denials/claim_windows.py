"""Every window of a claim that is still to be kept, with its reasoning: filing, correction, appeal, prompt payment.

The same rules and arithmetic as the worklist's, for somebody who looks at the claim instead of being handed it. What
people sent to a payer and heard from it is the work's to know: it tells here (`register_correspondence_source`) for the
page of the claim.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from claims.billing.buckets import SEQUENCES
from claims.billing.claim_detail import SubmissionDetail
from claims.billing.submitted_claims import is_sent_again
from claims.denials.denial_rules import ruling_of
from claims.denials.models import Denial, Underpayment
from claims.denials.routing import route, windows_of_route
from claims.payers.deadlines import (
    APPEALS,
    ClaimDates,
    Deadline,
    RuleScope,
    deadline_of,
    deadlines_of,
    governing_state,
    prompt_pay_binds,
)
from claims.payers.rule_book import rule_book
from claims.payers.rules import RuleBook
from claims.practices.closures import closure_book

if TYPE_CHECKING:
    from claims.billing.models import Claim

CORRECTED, RECORDS = "corrected", "records"
_SENT_AGAIN = (CORRECTED, "filing", "filing_secondary")
INSTITUTIONAL = "I"
_UNADJUDICATED = ("sent", "received", "accepted", "rejected")


class NoticeWindow(NamedTuple):
    """A kind of deadline, the day of the notice that opened it, and which notice that was (`notice_of`): each denial
    and each short payment has its own."""

    kind: str
    notice_on: dt.date
    notice: str = ""


class NoticeStanding(NamedTuple):
    """What was done about one notice: the windows that were kept, the level of the appeal that was sent last (0: none),
    and the day of the decision that upheld it (None: not decided)."""

    kept: frozenset[str] = frozenset()
    level: int = 0
    upheld_on: dt.date | None = None


def notice_of(row: Denial | Underpayment) -> str:
    """The name of a notice: `denial:5`, `underpayment:7`."""
    return f"{row._meta.model_name}:{row.pk}"


@dataclass(slots=True)
class PayerCorrespondence:
    """What passed between us and the payers of a claim: what was done about each notice, when the claim was last sent
    again (`again_on`; `corrected_on` as people say, who sent it outside), and when a payer last said that it has the
    claim, or that it has not (None if it never did, or said the other since)."""

    standings: dict[str, NoticeStanding] = field(default_factory=dict)
    again_on: dt.date | None = None
    corrected_on: dt.date | None = None
    on_file: dt.date | None = None
    not_on_file: dt.date | None = None

    def add_corrections(self, sent_on: Iterable[dt.date]) -> None:
        """A claim that was sent again keeps the windows of its correction; an appeal is another thing."""
        self.again_on = max(sent_on, default=self.again_on)

    def unkept(self, windows: Iterable[NoticeWindow]) -> list[NoticeWindow]:
        """Those that are still needed, in a stable order: an appeal that was sent leaves none of its notice, one that
        was upheld the next level's, from the day of the decision (RULES 8.3)."""
        found = set()
        for one in windows:
            standing = self.standings.get(one.notice, NoticeStanding())
            if standing.upheld_on is not None:
                if standing.level < len(APPEALS):
                    found.add(NoticeWindow(APPEALS[standing.level], standing.upheld_on, one.notice))
            elif one.kind not in standing.kept and not (one.kind in _SENT_AGAIN and self._is_sent_since(one)):
                found.add(one)
        return sorted(found)

    def _is_sent_since(self, window: NoticeWindow) -> bool:
        return self.again_on is not None and self.again_on >= window.notice_on

    def answer(self, windows: Mapping[NoticeWindow, bool], answers: Collection[str]) -> dict[str, NoticeStanding]:
        """What an answer that was sent now does to each notice among `windows`, which says of each whether it is still
        open; noted here as well. Only what was known when it was sent is answered by it."""
        told: dict[str, set[str]] = {}
        own: dict[str, set[str]] = {}
        for one, is_open in windows.items():
            told.setdefault(one.notice, set()).add(one.kind)
            if is_open and one.kind in answers:
                own.setdefault(one.notice, set()).add(one.kind)
        done = {}
        for notice, sent in own.items():
            kept = kept_by(told[notice], sent)
            before = self.standings.get(notice, NoticeStanding())
            level = max((APPEALS.index(kind) + 1 for kind in sent if kind in APPEALS), default=0)
            done[notice] = NoticeStanding(before.kept | kept, level or before.level)
        self.standings |= done
        return done

    def uphold(self, windows: Iterable[NoticeWindow], decided_on: dt.date) -> dict[str, NoticeStanding]:
        """The decision of `decided_on` upheld what was appealed: the next level runs from it. An appeal that nobody
        noted as sent was of the level whose window the notice opened."""
        done = {}
        for one in sorted(windows):
            if one.kind not in APPEALS:
                continue
            before = self.standings.get(one.notice, NoticeStanding())
            level = before.level + 1 if before.upheld_on else before.level or APPEALS.index(one.kind) + 1
            done[one.notice] = NoticeStanding(before.kept | {one.kind}, level, decided_on)
        self.standings |= done
        return done


def kept_by(opened: Collection[str], sent: Collection[str]) -> frozenset[str]:
    """Which windows of one notice are needless once some of them were kept by what was `sent`. An appeal is a route of
    its own: while the payer decides nothing else is to be done. A claim that was sent again, and records that were
    asked for, leave the appeal, which runs on (RULES 8.1)."""
    if any(kind in APPEALS for kind in sent):
        return frozenset(opened)
    return frozenset(kind for kind in opened if kind in sent or kind in (*_SENT_AGAIN, RECORDS))


CorrespondenceSource = Callable[[int], PayerCorrespondence]
_sources: list[CorrespondenceSource] = []


def register_correspondence_source(source: CorrespondenceSource) -> None:
    """Ask `source` what was sent and said about a claim; the app of the work says so when it is ready."""
    if source not in _sources:
        _sources.append(source)


def deadlines_of_claim(
    claim: "Claim",
    *,
    submissions: Sequence[SubmissionDetail],
    denials: Sequence[Denial],
    underpayments: Sequence[Underpayment],
    primary_eob_on: dt.date | None,
    forwarded_on: Mapping[str, dt.date] = MappingProxyType({}),
) -> list[Deadline]:
    """The deadlines that bind us or the payer now, the nearest first; none for what is closed or the patient's.

    `forwarded_on` says to which buckets the payer before sent the claim on itself, and when.
    """
    rank = claim.responsible.removeprefix("PAYER")
    if claim.state != "open" or not rank.isdigit():
        return []
    scope = _scope(claim, rank)
    rules = rule_book()
    latest = next((one for one in submissions if one.submission.sequence == SEQUENCES[f"PAYER{rank}"]), None)
    dates = ClaimDates(
        dos_on=claim.service_from,
        through_on=claim.service_to,
        primary_eob_on=primary_eob_on,
        submitted_on=latest.submission.submitted_on if latest else None,
        is_institutional=claim.form == INSTITUTIONAL,
    )
    correspondence = correspondence_with_payers(claim.pk)
    sent = [one.submission for one in submissions if one.submission.sequence == SEQUENCES[f"PAYER{rank}"]]
    first = min(((one.submitted_on, one.pk) for one in sent), default=None)
    correspondence.add_corrections(
        one.submitted_on
        for one in sent
        if one.state != "rejected" and is_sent_again(one.frequency, is_first=(one.submitted_on, one.pk) == first)
    )
    found: list[Deadline] = []
    if opened := _opened(denials, underpayments):
        found += deadlines_after_notices(correspondence.unkept(opened), dates, scope=scope, rules=rules)
    elif latest is None or latest.submission.state in _UNADJUDICATED:
        is_proven = bool(latest and latest.proof and latest.submission.state == "accepted")
        if latest and latest.submission.state == "rejected":
            is_said = is_corrected_on_file(correspondence, dates.submitted_on)
        else:
            is_said = is_said_on_file(correspondence, None if rank == "1" else primary_eob_on)
            if latest is None and claim.responsible in forwarded_on:
                is_said = is_forwarded_on_file(correspondence, forwarded_on[claim.responsible])
        if not is_proven and not is_said:
            filing = "filing" if rank == "1" else "filing_secondary"
            found += deadlines_of((filing,), dates, scope=scope, rules=rules, on=claim.service_from)
        found += _prompt_pay(claim, latest, dates, scope, rules)
    return sorted(found, key=lambda one: (one.internal_due, one.kind))


def windows_of_denial(denial: Denial) -> list[NoticeWindow]:
    """The windows of a denial, by what the payer said; no query where its payer and rule are read already."""
    payer_class = denial.payer.payer_class if denial.payer else None
    rarcs, ruling = denial.rarcs.split(), ruling_of(denial.rule)
    way = route(denial.group, denial.carc, rarcs, payer_class=payer_class, ruling=ruling)
    kinds = windows_of_route(way, denial.bucket)
    return [NoticeWindow(kind, denial.initial_on, notice_of(denial)) for kind in kinds]


def window_of_underpayment(row: Underpayment) -> NoticeWindow:
    """Less than agreed is disputed like a denial, from the day of its notice."""
    return NoticeWindow("appeal_1", row.opened_on, notice_of(row))


def deadlines_after_notices(
    windows: Iterable[NoticeWindow], dates: ClaimDates, *, scope: RuleScope, rules: RuleBook
) -> list[Deadline]:
    """Windows after notices: an answer goes by the rules of its notice's day, filing by those of the service."""
    found = set()
    for kind, notice_on, _ in windows:
        day = dates.dos_on if kind.startswith("filing") else notice_on
        theirs = replace(dates, notice_on=notice_on)
        found.add(deadline_of(kind, theirs, scope=scope, rules=rules, on=day) if day else None)
    return sorted((one for one in found if one), key=lambda one: (one.internal_due, one.kind, one.last_day))


def is_said_on_file(correspondence: PayerCorrespondence, since_on: dt.date | None) -> bool:
    """Whether the payer who owes said that it has the claim. Of a later payer only what was said `since_on`, the day
    from which it owes; before, another payer spoke."""
    return correspondence.on_file is not None and (since_on is None or correspondence.on_file >= since_on)


def is_forwarded_on_file(correspondence: PayerCorrespondence, forwarded_on: dt.date) -> bool:
    """Whether a payer has a claim that the one before it sent on (a crossover): it has, and nobody files it, until it
    says that it has not (RULES 3.1)."""
    return correspondence.not_on_file is None or correspondence.not_on_file < forwarded_on


def is_corrected_on_file(correspondence: PayerCorrespondence, sent_on: dt.date | None) -> bool:
    """Whether the payer said that it has a claim that was rejected: only what it said once the claim was sent again,
    and after its last submission (`sent_on`), which was rejected as well."""
    sent_again = correspondence.corrected_on
    return sent_again is not None and is_said_on_file(correspondence, max(sent_again, sent_on or sent_again))


def _prompt_pay(
    claim: "Claim", latest: SubmissionDetail | None, dates: ClaimDates, scope: RuleScope, rules: RuleBook
) -> list[Deadline]:
    funding = claim.plan.funding if claim.plan else ""
    if latest is None or not prompt_pay_binds(payer_class=scope.payer_class or "", funding=funding):
        return []
    kind = "promptpay_electronic" if latest.submission.is_electronic else "promptpay_paper"
    return list(deadlines_of((kind,), dates, scope=scope, rules=rules, on=latest.submission.submitted_on))


def _scope(claim: "Claim", rank: str) -> RuleScope:
    cover = getattr(claim, f"coverage{rank}")
    payer = cover.payer if cover else claim.payer
    plan = cover.plan if cover else claim.plan
    return RuleScope(
        payer_class=payer.payer_class if payer else None,
        payer_id=payer.pk if payer else None,
        plan_id=plan.pk if plan else None,
        practice_id=claim.practice_id,
        state=governing_state(payer=payer.state if payer else "", practice=claim.practice.state),
        closures=closure_book().of(claim.practice_id),
        funding=plan.funding if plan else "",
    )


def correspondence_with_payers(claim_id: int) -> PayerCorrespondence:
    """What was sent and said about a claim, as whoever knows tells it; nothing where nobody does."""
    return _sources[0](claim_id) if _sources else PayerCorrespondence()


def _opened(denials: Sequence[Denial], underpayments: Sequence[Underpayment]) -> list[NoticeWindow]:
    """The windows of the denials still open; of short payments where nothing is denied."""
    open_denials = [one for one in denials if one.state == "open"]
    if open_denials:
        return [one for denial in open_denials for one in windows_of_denial(denial)]
    return [window_of_underpayment(one) for one in underpayments if one.state in ("open", "disputed")]
