"""Received bytes go when their term has passed, and never while somebody still has to decide about them."""

import datetime as dt
import io
import os
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from claims.billing.models import Claim
from claims.edi import file_actions, services, store, watched_folder
from claims.edi.models import EdiFile
from claims.ledger.models import Posting
from collections_app.limits.services import BadLimit, LimitDraft, add_limit
from tests.cast import NOW, TODAY, make_oona, make_practice, make_sol
from tests.edi_intake.writing import Sent, write_837
from tests.retention.conftest import Night, due

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
BILLED = write_837([Sent(number="HC-1")])
STRANGE = write_837([Sent(number="HC-2")], npi="1386672277", tin="341491692")
ALSO_STRANGE = write_837([Sent(number="HC-3")], npi="1386672277", tin="341491692", control=2)
NONSENSE = b"no file of ours"


def bring(content: bytes, *, now: dt.datetime = NOW) -> EdiFile:
    make_practice()
    result = services.take_in(io.BytesIO(content), name="a.x12", via="command", today=now.date(), now=now)
    return EdiFile.objects.get(pk=result.file_id)


def is_kept(file: EdiFile) -> bool:
    return store.stored_path(file.sha256).exists()


def test_bytes_that_were_taken_in_stay_ten_years_and_what_they_brought_stays_for_good(night: Night) -> None:
    file = bring(BILLED)
    on_the_day = NOW + 3653 * DAY
    assert due("accepted_files", on_the_day) == (0, None)
    assert night(on_the_day).dropped["accepted_files"] == 0
    assert is_kept(file)
    later = on_the_day + dt.timedelta(seconds=1)
    assert due("accepted_files", later) == (1, TODAY)
    before = (list(Claim.objects.values()), list(Posting.objects.values()))
    assert night(later).dropped["accepted_files"] == 1
    file.refresh_from_db()
    assert not is_kept(file)
    assert (file.state, file.bytes_dropped_at, file.transactions.count()) == ("done", later, 1)
    assert (list(Claim.objects.values()), list(Posting.objects.values())) == before
    assert night(later + DAY).dropped["accepted_files"] == 0, "it is counted once"


def test_no_owner_has_them_kept_for_less_than_six_years() -> None:
    oona = make_oona(make_practice())
    draft = LimitDraft("keep_accepted_files", 2191, TODAY, "Minutes")
    with pytest.raises(BadLimit, match="out of reach"):
        add_limit(draft, actor=oona, now=NOW)
    add_limit(LimitDraft("keep_accepted_files", 2192, TODAY, "Minutes"), actor=oona, now=NOW)
    bring(BILLED)
    assert due("accepted_files", NOW + 2193 * DAY) == (1, TODAY)


def test_a_refused_file_stays_until_it_is_settled_and_ninety_days_more(night: Night) -> None:
    file, later = bring(STRANGE), NOW + 400 * DAY
    assert file.transactions.get().status == "rejected"
    assert due("refused_files", later) == (0, None), "an owner may still open that practice"
    sol = make_sol(make_practice())
    EdiFile.objects.update(received_by=sol)
    file_actions.leave_out_transaction(file.pk, position=1, reason="not ours", actor=sol, now=later)
    assert due("refused_files", later + 90 * DAY) == (0, None)
    assert due("refused_files", later + 91 * DAY) == (1, TODAY)
    assert night(later + 91 * DAY).dropped["refused_files"] == 1
    assert not is_kept(file)


@pytest.mark.parametrize(
    ("first", "code", "days"), [(BILLED, "accepted_files", 4000), (ALSO_STRANGE, "refused_files", 91)]
)
def test_one_transaction_that_is_not_settled_keeps_the_whole_file(first: bytes, code: str, days: int, night) -> None:
    file = bring(first + STRANGE)
    sol = make_sol(make_practice())
    EdiFile.objects.update(received_by=sol)
    waits = [row.position for row in file.transactions.order_by("position") if row.status == "rejected"]
    for position in waits[:-1]:
        file_actions.leave_out_transaction(file.pk, position=position, reason="not ours", actor=sol, now=NOW)
    assert night(NOW + days * DAY).dropped[code] == 0
    # Its bytes hold a practice of nobody and one of Sol's: whoever sees both settles it.
    row = file.transactions.get(position=waits[-1])
    row.summary = {**row.summary, "settled": {"on": NOW.isoformat()}}
    row.save()
    assert night(NOW + days * DAY).dropped[code] == 1


def test_a_file_that_nobody_could_read_waits_to_be_settled_too(night: Night) -> None:
    file = bring(NONSENSE)
    assert night(NOW + 91 * DAY).dropped["refused_files"] == 0, "nobody has said yet that it is nothing"
    sol = make_sol(make_practice())
    EdiFile.objects.update(received_by=sol)
    file_actions.leave_out_transaction(file.pk, position=0, reason="a letter", actor=sol, now=NOW)
    assert night(NOW + 90 * DAY).dropped["refused_files"] == 0
    assert night(NOW + 91 * DAY).dropped["refused_files"] == 1
    assert not is_kept(file)


@pytest.mark.parametrize(
    "changes", [{"state": "received"}, {"state": "working"}, {"status": "partly"}, {"status": "received"}]
)
def test_what_somebody_still_has_to_decide_about_stays_however_old_it_is(changes: dict, night: Night) -> None:
    file = bring(BILLED)
    if "state" in changes:
        EdiFile.objects.update(**changes)
    else:
        file.transactions.update(**changes)
    done = night(NOW + 50 * 365 * DAY)
    assert (done.dropped["accepted_files"], done.dropped["refused_files"]) == (0, 0)
    assert is_kept(file)


def test_bytes_that_come_again_are_kept_again(night: Night) -> None:
    file, later = bring(BILLED), NOW + 4000 * DAY
    night(later)
    assert not is_kept(file)
    assert bring(BILLED, now=later) == file
    file.refresh_from_db()
    assert is_kept(file)
    assert file.bytes_dropped_at is None
    assert Claim.objects.count() == 1


def test_whoever_asks_for_bytes_that_went_is_told_why(client: Client, night: Night) -> None:
    file = bring(BILLED)
    sol = make_sol(make_practice())
    client.force_login(sol, backend="django.contrib.auth.backends.ModelBackend")
    shown, download = reverse("import_file", args=[file.pk]), reverse("import_download", args=[file.pk])
    assert download in client.get(shown).content.decode()
    night(NOW + 4000 * DAY)
    page = client.get(shown).content.decode()
    assert download not in page
    assert "when the term of its bytes had passed" in page
    refused = client.get(download)
    assert refused.status_code == 404
    assert "were deleted on 2037-11-02" in refused.content.decode()


def test_copies_that_the_watched_folder_put_aside_go_after_thirty_days(settings, night: Night) -> None:
    inbox = Path(settings.WATCH_DIR)
    moment = dt.datetime.now(dt.UTC)
    for folder in ("done", "rejected", "working"):
        (inbox / folder).mkdir(parents=True)
        (inbox / folder / "a.835").write_text("as it came")
        os.utime(inbox / folder / "a.835", (0, 0))  # whatever day the sender gave it
    (inbox / "waits.835").write_text("not read yet")
    (inbox / "done" / "link").symlink_to(inbox / "waits.835")
    assert night(moment + 29 * DAY).dropped["watched_copies"] == 0
    assert night(moment + 31 * DAY).dropped["watched_copies"] == 1
    assert not (inbox / "done" / "a.835").exists()
    assert (inbox / "rejected" / "a.835").exists()
    assert night(moment + 91 * DAY).dropped["refused_copies"] == 1
    left = {str(path.relative_to(inbox)) for path in inbox.rglob("*") if not path.is_dir()}
    assert left == {"waits.835", "working/a.835", "done/link"}
    assert watched_folder.put_aside("rejected") == []


def test_what_a_crash_left_of_a_file_on_its_way_in_goes_after_a_day(settings, night: Night) -> None:
    file, root = bring(BILLED), Path(settings.RAW_FILES_DIR)
    (root / ".incoming-abc").write_bytes(b"half")
    (uploads := Path(settings.UPLOAD_DIR)).mkdir()
    (uploads / "tmpabc.upload").write_bytes(b"half")
    moment = dt.datetime.now(dt.UTC)
    assert night(moment + dt.timedelta(hours=23)).dropped["half_arrived"] == 0
    assert night(moment + dt.timedelta(hours=25)).dropped["half_arrived"] == 2
    assert not list(uploads.iterdir())
    assert is_kept(file)
