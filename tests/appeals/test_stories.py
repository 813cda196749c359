"""Appeals from the denial to the money: worked stories, with their dates and amounts."""

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from arwork.lib.errors import Conflict
from claims.documents.selectors import bytes_of
from collections_app.appeals import enclosing, following, lists, sending, services
from collections_app.appeals.models import AppealCase, AppealEvent, AppealPacket, AppealSending
from collections_app.appeals.sending import SendingFacts
from collections_app.appeals.services import BadAppeal, NotAppealable
from tests.appeals.conftest import DENIED_ON, brought, denied_claim
from tests.cast import NOW, TODAY, make_ana, make_practice
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def opened(found: SimpleNamespace) -> AppealCase:
    return services.open_case(
        found.claim.pk, denial_ids=[found.denial.pk], route="appeal", actor=found.ana, today=TODAY, now=NOW
    )


def ready(found: SimpleNamespace) -> AppealCase:
    case = opened(found)
    enclosing.bring(case.pk, brought(), kind="records", actor=found.ana, now=NOW)
    enclosing.leave_out(case.pk, code="policy", why="No policy was named", actor=found.ana, now=NOW)
    return enclosing.make_ready(case.pk, actor=found.ana, today=TODAY, now=NOW)


def sent(found: SimpleNamespace, **given: object) -> AppealSending:
    case = ready(found)
    facts = SendingFacts(**{"way": "certified", "proof": "9407 1118 9956", **given})  # type: ignore[arg-type]
    return sending.send(case.pk, facts, actor=found.ana, today=TODAY, now=NOW)


def test_an_appeal_knows_its_window_and_why(gus: SimpleNamespace) -> None:
    case = opened(gus)
    assert (case.ladder, case.level, case.category) == ("commercial", 1, "medical_necessity")
    assert (case.amount, case.notice_on) == (Decimal("240.00"), DENIED_ON)
    assert case.last_day_on == dt.date(2027, 4, 18)  # 180 days from October 20, 2026, a Sunday
    assert case.due_on == dt.date(2027, 4, 8)
    assert "180 days from the notice, Oct 20, 2026" in " ".join(case.reasoning)
    assert "do not count on the next business day" in " ".join(case.reasoning)


def test_a_denial_is_appealed_once_at_a_time(gus: SimpleNamespace) -> None:
    case = opened(gus)
    with pytest.raises(Conflict, match="appealed already"):
        opened(gus)
    services.withdraw(case.pk, why="Another way was found", actor=gus.ana, today=TODAY, now=NOW)
    assert opened(gus).pk != case.pk


def test_what_came_too_late_to_medicare_has_no_appeal(db: None) -> None:
    late = denied_claim("T1", payer_class="medicare", carc="29")
    late.ana = make_ana(make_practice())
    with pytest.raises(NotAppealable, match="gives no appeal"):
        opened(late)


def test_a_packet_lacks_nothing_that_nobody_left_out(gus: SimpleNamespace) -> None:
    case = opened(gus)
    with pytest.raises(BadAppeal, match="medical records, payer’s policy"):
        enclosing.make_ready(case.pk, actor=gus.ana, today=TODAY, now=NOW)


def test_a_packet_is_frozen_with_its_hash_and_never_changes(gus: SimpleNamespace) -> None:
    found = sent(gus)
    pdf = b"".join(bytes_of(found.packet.document))
    reader = PdfReader(io.BytesIO(pdf))
    words = "\n".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) == found.packet.pages
    assert found.packet.contents[0][0] == "Letter"
    assert tuple(found.packet.contents[-1]) == ("Medical records", found.packet.pages - 1)
    assert f"Page 1 of {found.packet.pages}" in words
    assert f"page {found.packet.pages} of {found.packet.pages}" in words
    for told in ("Why the service was medically necessary", "$240.00", "CO-50", "EFT-G1", "The claim as it was billed"):
        assert told in words
    for change in (
        lambda: AppealPacket.objects.update(pages=1),
        lambda: AppealSending.objects.update(way="fax"),
        lambda: AppealEvent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(Conflict, match="stays so"):
        enclosing.write_points(found.case_id, points="More", actor=gus.ana, now=NOW)


def test_sending_needs_its_proof_and_a_reason_where_it_is_late(gus: SimpleNamespace) -> None:
    case = ready(gus)
    with pytest.raises(BadAppeal, match="number of the certified mail"):
        sending.send(case.pk, SendingFacts("certified"), actor=gus.ana, today=TODAY, now=NOW)
    late = dt.date(2027, 4, 19)
    with pytest.raises(BadAppeal, match="window closed on Apr 18, 2027"):
        sending.send(case.pk, SendingFacts("portal", "R-1"), actor=gus.ana, today=late, now=NOW)
    facts = SendingFacts("portal", "R-1", anyway="The notice went to an old address")
    assert sending.send(case.pk, facts, actor=gus.ana, today=late, now=NOW).filed_on == late


def test_a_later_remittance_wins_a_sent_appeal_by_itself(gus: SimpleNamespace) -> None:
    case = sent(gus).case
    assert case.decision_due_on == TODAY + 60 * DAY
    assert case.next_on == dt.date(2026, 12, 3)  # eight business days, Thanksgiving among them
    sending.acknowledge(case.pk, on=TODAY, reference="AP-77", due_on=None, actor=gus.ana, today=TODAY, now=NOW)
    paid_on = dt.date(2026, 11, 20)
    take(Era([Clp("G1", [Svc("240.00", "180.00", [("CO-45", "60.00")])])], trace="EFT-2", paid_on=paid_on))
    assert following.follow_books([gus.claim.pk], today=TODAY, now=NOW) == 1
    assert following.follow_books([gus.claim.pk], today=TODAY, now=NOW) == 0
    case.refresh_from_db()
    assert (case.state, case.outcome, case.won) == ("decided", "part", Decimal("180.00"))
    assert "A later remittance paid $180.00 of $240.00" in case.answer


@pytest.mark.parametrize("start", [opened, sent])
def test_what_is_paid_before_it_was_sent_is_no_win(
    gus: SimpleNamespace, start: Callable[[SimpleNamespace], AppealCase | AppealSending]
) -> None:
    start(gus)
    case = AppealCase.objects.get()
    take(Era([Clp("G1", [Svc("240.00", "240.00")])], trace="EFT-2", paid_on=dt.date(2026, 11, 2)))
    following.follow_books([gus.claim.pk], today=TODAY, now=NOW)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("withdrawn", "")


def test_a_lost_redetermination_opens_the_reconsideration(db: None) -> None:
    medicare = denied_claim("M1", payer_class="medicare")
    medicare.ana = make_ana(make_practice())
    case = sent(medicare).case
    assert case.last_day_on == dt.date(2027, 2, 22)  # October 20 + 5 days of presumed mail + 120
    assert case.sending.filed_on == TODAY + 5 * DAY  # by mail: filed when it is received
    decided = dt.date(2026, 12, 10)
    sending.decide(
        case.pk, outcome="lost", decided_on=decided, amount=Decimal(0), words="Criteria not met", actor=medicare.ana,
        today=decided, now=NOW,
    )  # fmt: skip
    standing = lists.standings_of_appeals([medicare.claim.pk])[medicare.claim.pk][f"denial:{medicare.denial.pk}"]
    assert (standing.level, standing.upheld_on) == (1, decided)
    second = services.open_next_level(case.pk, received_on=None, actor=medicare.ana, today=decided, now=NOW)
    assert (second.level, second.last_day_on) == (2, decided + 185 * DAY)
    assert [one.kind for one in second.enclosures.all()] == ["records"]
    with pytest.raises(Conflict, match="open already"):
        services.open_next_level(case.pk, received_on=None, actor=medicare.ana, today=decided, now=NOW)


@pytest.mark.parametrize(
    ("outcome", "amount"), [("won", "0.00"), ("lost", "10.00"), ("part", "240.01"), ("settled", "1.00")]
)
def test_a_decision_that_does_not_add_up_is_refused(gus: SimpleNamespace, outcome: str, amount: str) -> None:
    case = sent(gus).case
    with pytest.raises(BadAppeal):
        sending.decide(
            case.pk, outcome=outcome, decided_on=TODAY, amount=Decimal(amount), words="As it is", actor=gus.ana,
            today=TODAY, now=NOW,
        )  # fmt: skip


def test_the_packet_that_was_printed_is_the_one_that_left(
    gus: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = ready(gus)
    [packet] = case.packets.all()
    monkeypatch.setattr(sending, "build_packet", None)  # nothing is put together any more
    printed = sending.preview(case, today=TODAY + DAY)
    assert hashlib.sha256(printed).hexdigest() == packet.sha256
    facts = SendingFacts("certified", "9407 1118 9956", sent_on=TODAY + DAY)
    found = sending.send(case.pk, facts, actor=gus.ana, today=TODAY + DAY, now=NOW + DAY)
    assert found.packet_id == packet.pk
