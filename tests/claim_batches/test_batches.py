"""Ready claims become a file, claims at fault come back, the file leaves, and answers move it on."""

import contextlib
import datetime as dt

import pytest

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from claims.billing.models import Acknowledgment
from collections_app import tasks
from collections_app.claim_batches import answers, making, selectors, sending
from collections_app.claim_batches.models import BatchClaim, BatchEvent, ClaimBatch
from collections_app.clearinghouses.gate import check_file
from collections_app.deliveries import sftp
from collections_app.outgoing_claims import sent as outgoing_sent
from collections_app.outgoing_claims.models import OutgoingClaim
from tests.cast import NOW, TODAY, make_ana, make_practice, make_user
from tests.claim_batches.stories import LATER, Story, states, submitted
from tests.clearinghouses.stories import PLACE, connected
from tests.edi_intake.writing import Sent, many, write_277ca, write_999, write_ta1
from tests.remits.era import Clp, Era, take

pytestmark = pytest.mark.django_db
GUS, ANN, LEO = (
    Sent(number="HC-1"),
    Sent(number="HC-2", first="ANN", member="MBR002", charge="80.00"),
    Sent(number="HC-3", first="LEO", member="MBR003", charge="60.50"),
)
DAY = "20261121"


def follow() -> None:
    ids = list(OutgoingClaim.objects.values_list("claim_id", flat=True))
    answers.follow_answers(ids, today=TODAY, now=LATER)


def test_ready_claims_leave_in_a_file_that_the_guide_takes(story: Story) -> None:
    rows = story.ready(GUS, ANN, LEO)
    [ready] = selectors.ready_connections(story.sol, today=TODAY)
    assert [(one.form, one.count, str(one.amount)) for one in ready.lines] == [("P", 3, "265.50")]
    batch = story.checked()
    assert (batch.state, batch.count, str(batch.amount), batch.checked) == ("checked", 3, "265.50", 3)
    assert states(rows) == ["batched"] * 3
    text = batch.file.content
    assert check_file(text) == []
    assert [one.split("*")[1] for one in text.splitlines() if one.startswith("CLM")] == ["HC-1", "HC-2", "HC-3"]
    places = list(batch.claims.order_by("position").values_list("st_control", "place", "gs_control"))
    assert places == [("0001", "1/1", 1), ("0001", "1/2", 1), ("0001", "1/3", 1)]


def test_a_claim_at_fault_comes_back_with_the_complaint_and_keeps_nobody_else(story: Story) -> None:
    rows = story.ready(GUS, ANN, LEO)
    story.spoiled(rows[1], "CLM", 2, "8x.00")
    batch = story.checked()
    assert batch.file.items == 2
    assert states(rows) == ["batched", "draft", "batched"]
    rows[1].refresh_from_db()
    assert "CLM02" in rows[1].next_action
    assert rows[1].next_on == LATER.date()
    [faulty] = batch.claims.filter(state="faulty")
    assert "8x" not in faulty.complaint
    assert "HC-2" not in batch.file.content


def test_what_is_missing_is_laid_at_the_right_door(story: Story) -> None:
    """The validator misses a segment only at the claim behind."""
    rows = story.ready(GUS, ANN, LEO)
    text = rows[0].content
    text["claim"] = [e for e in text["claim"] if e[0] not in ("SV1", "DTP", "HI")]
    OutgoingClaim.objects.filter(pk=rows[0].pk).update(content=text)
    batch = story.checked()
    assert states(rows) == ["draft", "batched", "batched"]
    assert batch.file.items == 2


def test_a_batch_of_which_nothing_passes_has_no_file_and_uses_no_number(story: Story) -> None:
    [row] = story.ready(GUS)
    story.spoiled(row, "CLM", 2, "x")
    failed = story.checked()
    assert (failed.state, failed.file) == ("failed", None)
    assert states([row]) == ["draft"]
    story.ready(ANN, control=901)
    assert story.checked().file.isa_control == 1


def test_a_complaint_about_ourselves_gives_every_claim_back(story: Story) -> None:
    rows = story.ready(GUS, ANN)
    type(story.connection).objects.filter(pk=story.connection.pk).update(phone="1")
    type(story.connection).objects.filter(pk=story.connection.pk).update(receiver_name="")
    failed = story.checked()
    assert failed.state == "failed"
    assert "Setup" in failed.problem
    assert states(rows) == ["ready"] * 2


def test_nothing_ready_is_no_batch_and_a_claim_stands_in_one(story: Story) -> None:
    with pytest.raises(Conflict):
        story.made()
    story.ready(GUS)
    story.made()
    with pytest.raises(Conflict):
        story.made()


def test_who_may_and_whose_they_are(story: Story, practice) -> None:
    story.ready(GUS)
    with pytest.raises(Forbidden):
        making.make_batch(story.connection.pk, actor=make_ana(practice), today=TODAY, now=NOW)
    other = make_user(username="tess", role="supervisor", practices=[make_practice(name="O", npi="1881018208", tin="")])
    with pytest.raises(NotFound):
        making.make_batch(story.connection.pk, actor=other, today=TODAY, now=NOW)
    batch = story.checked()
    for deed in (sending.say_uploaded, sending.drop_batch, sending.make_anew):
        with pytest.raises(NotFound):
            deed(batch.pk, actor=other, today=TODAY, now=NOW)


def test_an_uploaded_file_makes_submissions_that_answers_find(story: Story) -> None:
    rows = story.ready(GUS, ANN)
    batch = story.checked()
    name, content = sending.take_file(batch.pk, actor=story.sol, now=LATER)
    assert (name, content.decode()) == (batch.file.name, batch.file.content)
    batch = sending.say_uploaded(batch.pk, actor=story.sol, today=TODAY, now=LATER)
    assert (batch.state, batch.is_recorded, batch.file.state) == ("sent", True, "sent")
    found = submitted(rows[0])
    assert (found.isa_control, found.gs_control, found.st_control, found.submitted_on) == (
        "000000001",
        "1",
        "0001",
        TODAY,
    )
    assert found.source == f"{batch.file.sha256[:40]}/1/1"
    story.take_in(write_999([("0001", "A")], day=DAY))
    follow()
    batch.refresh_from_db()
    assert (batch.state, submitted(rows[1]).state) == ("received", "received")
    story.take_in(write_277ca([("HC-1", "A2", "ICN1"), ("HC-2", "A3", "")], day=DAY))
    follow()
    batch.refresh_from_db()
    assert batch.state == "answered"
    figures = selectors.figures_of(batch)
    assert (figures.accepted, figures.rejected, str(figures.rejected_amount)) == (1, 1, "80.00")


def test_a_rejected_claim_is_drafted_again_once_with_its_reason(story: Story) -> None:
    rows = story.ready(GUS, ANN)
    story.sent()
    story.take_in(write_277ca([("HC-1", "A2", ""), ("HC-2", "A3", "")], day=DAY))
    follow()
    follow()
    [again] = OutgoingClaim.objects.filter(state="draft")
    assert (again.claim_id, again.content, again.payer_id) == (rows[1].claim_id, rows[1].content, rows[1].payer_id)
    assert "277CA: rejected, sent back unprocessable" in again.next_action
    assert again.owner == story.sol
    assert BatchClaim.objects.get(outgoing_claim=rows[1]).drafted_again == again
    assert rows[1].claim.outgoing_claims.count() == 2


def test_the_books_tell_the_batch_by_themselves(story: Story, django_capture_on_commit_callbacks) -> None:
    story.ready(GUS)
    batch = story.sent()
    with django_capture_on_commit_callbacks(execute=True):
        story.take_in(write_277ca([("HC-1", "A2", "")], day=DAY))
    batch.refresh_from_db()
    assert batch.state == "answered"


def test_a_batch_of_which_every_claim_was_decided_is_over_without_a_277ca(
    story: Story, django_capture_on_commit_callbacks
) -> None:
    story.ready(GUS, ANN)
    batch = story.sent()
    for clp, state in (
        (Clp("HC-1", charge="125.00", paid="125.00", member="MBR001"), "received"),
        (Clp("HC-2", charge="80.00", paid="80.00", member="MBR002", first="ANN"), "answered"),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            take(Era([clp], trace=clp.number, paid_on=TODAY))
        batch.refresh_from_db()
        assert batch.state == state
    assert batch.file.state == "acknowledged"


@pytest.mark.parametrize("answer", [write_999([("0001", "R")], verdict="R", day=DAY),
                                    write_ta1(interchange_control="000000001", code="R", day=DAY)])  # fmt: skip
def test_a_file_refused_as_a_whole_opens_no_draft_by_itself(story: Story, answer: bytes) -> None:
    rows = story.ready(GUS, ANN)
    batch = story.sent()
    story.take_in(answer)
    follow()
    batch.refresh_from_db()
    assert (batch.state, batch.file.state) == ("refused", "rejected")
    assert not OutgoingClaim.objects.filter(state="draft").exists()
    assert answers.open_drafts(batch.pk, actor=story.sol, today=TODAY, now=LATER) == 2
    assert OutgoingClaim.objects.filter(state="draft", claim__in=[one.claim_id for one in rows]).count() == 2
    with pytest.raises(Conflict):
        answers.open_drafts(batch.pk, actor=story.sol, today=TODAY, now=LATER)


def test_a_lost_file_goes_out_again_the_same_or_anew_under_new_numbers(story: Story) -> None:
    rows = story.ready(GUS, ANN)
    batch = story.sent()
    assert sending.send_again(batch.pk, actor=story.sol, now=LATER).file_id == batch.file_id
    again = sending.make_anew(batch.pk, actor=story.sol, today=TODAY, now=LATER)
    making.check_batch(again.pk, clock=lambda: LATER)
    again = sending.say_uploaded(again.pk, actor=story.sol, today=TODAY, now=LATER)
    assert (again.file.isa_control, again.file.gs_controls, again.anew_of) == (2, [2], batch)
    assert rows[0].claim.submissions.count() == 3
    with pytest.raises(Conflict):
        sending.make_anew(batch.pk, actor=story.sol, today=TODAY, now=LATER)


def test_our_own_file_read_back_changes_nothing(story: Story) -> None:
    rows = story.ready(GUS, ANN)
    batch = story.sent()
    before = [(one.claim.charge, one.claim.balance, one.claim.submissions.count()) for one in rows]
    told = story.take_in(batch.file.content.encode())
    assert told.status != "rejected"
    again = OutgoingClaim.objects.filter(pk__in=[one.pk for one in rows]).order_by("pk")
    assert [(one.claim.charge, one.claim.balance, one.claim.submissions.count()) for one in again] == before


def test_a_batch_is_canceled_until_it_is_sent(story: Story) -> None:
    rows = story.ready(GUS)
    batch = story.checked()
    with pytest.raises(DomainError):
        making.cancel_batch(batch.pk, why=" ", actor=story.sol, now=LATER)
    making.cancel_batch(batch.pk, why="Wrong month", actor=story.sol, now=LATER)
    batch.refresh_from_db()
    assert (batch.state, batch.file.state, states(rows)) == ("canceled", "void", ["ready"])
    again = story.sent()
    assert again.file.isa_control == 2
    with pytest.raises(Conflict):
        making.cancel_batch(again.pk, why="Too late", actor=story.sol, now=LATER)


def test_a_test_file_bills_nobody(story: Story) -> None:
    [row] = story.ready(GUS)
    type(story.connection).objects.filter(pk=story.connection.pk).update(usage="T")
    story.connection.refresh_from_db()
    batch = story.sent()
    assert (batch.state, states([row]), row.claim.submissions.count()) == ("sent", ["ready"], 1)
    assert "*T*:~" in batch.file.content.splitlines()[0]
    assert selectors.unanswered_count(story.sol, now=LATER + dt.timedelta(days=9)) == 0


def test_a_file_without_an_answer_asks_for_attention(story: Story) -> None:
    story.ready(GUS)
    batch = story.sent()
    late = LATER + dt.timedelta(hours=25)
    assert selectors.unanswered_count(story.sol, now=LATER + dt.timedelta(hours=23)) == 0
    assert list(selectors.batches_seen_by(story.sol, tab="unanswered", now=late)) == [batch]
    assert selectors.waiting_count(story.sol, today=TODAY, now=late) == 1
    story.take_in(write_999([("0001", "A")], day=DAY))
    follow()
    assert selectors.unanswered_count(story.sol, now=late) == 0


def test_every_night_ready_claims_go_out_by_sftp_and_are_tried_again(story: Story, settings, monkeypatch) -> None:
    settings.CLEARINGHOUSES = {"clear": PLACE}
    type(story.connection).objects.filter(pk=story.connection.pk).update(delivery="sftp", place="clear")
    fails = [sftp.NotHandedOver("Clear House was not reached, or did not take the file")]
    arrived: dict[str, bytes] = {}

    def drop(told, *, place):
        if fails:
            raise fails.pop()
        arrived.update(told)

    monkeypatch.setattr(sftp, "drop", drop)
    [row] = story.ready(GUS)
    assert (sending.send_nightly(today=TODAY, now=NOW), sending.send_nightly(today=TODAY, now=NOW)) == (1, 0)
    assert making.resume_batches(clock=lambda: LATER) == 1
    sending.go_on(today=TODAY, now=lambda: LATER)
    batch = ClaimBatch.objects.get()
    assert (batch.state, batch.tries, batch.problem[:11]) == ("checked", 1, "Clear House")
    sending.go_on(today=TODAY, now=lambda: LATER + dt.timedelta(minutes=4))
    assert not arrived
    sending.go_on(today=TODAY, now=lambda: LATER + dt.timedelta(minutes=6))
    batch.refresh_from_db()
    assert (batch.state, list(arrived)) == ("sent", [batch.file.name])
    assert submitted(row).state == "sent"


def test_a_worker_that_died_is_overtaken_and_a_living_one_is_not(story: Story, monkeypatch) -> None:
    story.ready(GUS)
    batch = story.made()
    monkeypatch.setattr(making, "passing", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        making.check_batch(batch.pk, clock=lambda: NOW)
    monkeypatch.undo()
    making.check_batch(batch.pk, clock=lambda: NOW + dt.timedelta(minutes=1))
    batch.refresh_from_db()
    assert batch.state == "checking"
    assert making.resume_batches(clock=lambda: LATER) == 1
    batch.refresh_from_db()
    assert batch.state == "checked"


def test_transactions_hold_as_many_claims_as_the_receiver_takes_in_few_queries(
    story: Story, django_assert_max_num_queries
) -> None:
    type(story.connection).objects.filter(pk=story.connection.pk).update(most_claims=10)
    story.ready(*[one.but(payer=("MERIDIAN CHOICE", "MER01")) for one in many(25)])
    with django_assert_max_num_queries(26):
        batch = story.made()
    with django_assert_max_num_queries(45):
        making.check_batch(batch.pk, clock=lambda: LATER)
    batch.refresh_from_db()
    assert batch.file.content.count("\nST*") == 3
    assert sorted(set(batch.claims.values_list("st_control", flat=True))) == ["0001", "0002", "0003"]


def test_steps_stay_and_a_file_is_frozen(story: Story) -> None:
    from django.db import DatabaseError, transaction

    story.ready(GUS)
    batch = story.sent()
    assert list(batch.events.order_by("pk").values_list("kind", flat=True)) == ["made", "checked", "sent"]
    for change in (
        lambda: BatchEvent.objects.update(words="x"),
        lambda: BatchEvent.objects.all().delete(),
        lambda: type(batch.file).objects.update(sha256="0" * 64),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_jobs_ring_the_same_services(story: Story) -> None:
    story.ready(GUS)
    tasks.send_claims_nightly()
    batch = ClaimBatch.objects.get()
    tasks.check_claim_batch(batch_id=batch.pk)
    tasks.resume_claim_batches()
    batch.refresh_from_db()
    assert batch.state == "checked"
    sending.say_uploaded(batch.pk, actor=story.sol, today=TODAY, now=LATER)
    tasks.record_claim_batch(batch_id=batch.pk)
    assert not Acknowledgment.objects.exists()


@pytest.mark.parametrize("came", [None, sftp.NotHandedOver("the line broke", is_unsure=True), SystemExit()])
def test_a_file_that_may_have_arrived_is_not_canceled(story: Story, settings, monkeypatch, came) -> None:
    """Dropped though the books did not hear of it, broken off, or dropped by a worker that died: it may be there."""
    settings.CLEARINGHOUSES = {"clear": PLACE}
    type(story.connection).objects.filter(pk=story.connection.pk).update(delivery="sftp", place="clear")
    rows = story.ready(GUS)
    batch = story.checked()

    def drop(told, *, place):
        if came is not None:
            raise came

    monkeypatch.setattr(sftp, "drop", drop)
    monkeypatch.setattr(sending, "_out", lambda *_, **__: 1 / 0)
    with contextlib.suppress(ZeroDivisionError, SystemExit):
        sending.drop_batch(batch.pk, actor=story.sol, today=TODAY, now=LATER)
    with pytest.raises(Conflict, match="may have this file"):
        making.cancel_batch(batch.pk, why="Wrong month", actor=story.sol, now=LATER)
    monkeypatch.undo()
    assert sending.say_uploaded(batch.pk, actor=story.sol, today=TODAY, now=LATER).state == "sent"
    assert states(rows) == ["sent"]


def test_a_file_that_surely_did_not_arrive_is_canceled(story: Story, settings, monkeypatch) -> None:
    settings.CLEARINGHOUSES = {"clear": PLACE}
    type(story.connection).objects.filter(pk=story.connection.pk).update(delivery="sftp", place="clear")
    story.ready(GUS)
    batch = story.checked()

    def drop(told, *, place):
        raise sftp.NotHandedOver("Clear House was not reached")

    monkeypatch.setattr(sftp, "drop", drop)
    sending.drop_batch(batch.pk, actor=story.sol, today=TODAY, now=LATER)
    assert making.cancel_batch(batch.pk, why="Wrong month", actor=story.sol, now=LATER).state == "canceled"


def test_a_file_is_out_though_the_books_could_not_be_written_which_comes_later(story: Story, monkeypatch) -> None:
    [row] = story.ready(GUS)
    batch = story.checked()
    monkeypatch.setattr(outgoing_sent, "record_sent", lambda *_, **__: 1 / 0)
    batch = sending.say_uploaded(batch.pk, actor=story.sol, today=TODAY, now=LATER)
    assert (batch.state, batch.is_recorded, batch.file.state) == ("sent", False, "sent")
    sending.go_on(today=TODAY, now=lambda: LATER)
    monkeypatch.undo()
    sending.go_on(today=TODAY, now=lambda: LATER)
    assert (states([row]), submitted(row).state) == (["sent"], "sent")


def test_a_claim_that_two_connections_carry_is_routed_once(story: Story, practice, ada) -> None:
    story.ready(GUS)
    connected(practice, ada, name="For tests", usage="T")
    assert selectors.unrouted_count(story.sol, today=TODAY) == 0
    type(story.connection).objects.update(forms="I")
    assert selectors.unrouted_count(story.sol, today=TODAY) == 1
