"""Who can write to the database, lift its triggers and run this code, but has not the key, is found out."""

import json
import logging
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from arwork.staff import audit, audit_keys, audit_proof, audit_seals
from arwork.staff.models import AuditEvent, SeenRecord
from tests.cast import NOW, make_user
from tests.support import lift_append_only

pytestmark = pytest.mark.django_db

Forger = Callable[[AuditEvent], None]


def _with_a_key_of_their_own(event: AuditEvent) -> None:
    event.hash = audit.digest_of(event, (event.key_id, b"guessed"))


def _without_a_key(event: AuditEvent) -> None:
    event.key_id = event.address = event.session = event.request_id = ""
    event.hash = audit.digest_of(event)


def _write(count: int = 5) -> None:
    for number in range(count):
        audit.record(None, "posted", "claim", number, practice_id=1, after={"amount": number}, now=NOW)


def _chain_again(forge: Forger) -> None:
    """Number the events of the trail from the first on and forge each, so that the chain is whole."""
    events = list(AuditEvent.objects.order_by("strand", "position"))
    with lift_append_only():
        AuditEvent.objects.all().delete()
        digest = audit.GENESIS
        for position, event in enumerate(events, 1):
            event.position, event.previous_hash = position, digest
            forge(event)
            digest = event.hash
            event.save(force_insert=True)


def _seals_file() -> Path:
    return Path(settings.DATA_DIR) / audit_seals.FILE


@pytest.fixture(params=[_with_a_key_of_their_own, _without_a_key])
def forge(request: pytest.FixtureRequest) -> Forger:
    """The two ways to make a chain without the key."""
    return request.param


@pytest.fixture
def sealed() -> None:
    """A trail that was sealed, and went on."""
    _write()
    assert not audit_proof.prove(now=NOW).broken
    _write(2)


def test_every_event_is_signed_and_says_with_which_key() -> None:
    _write(1)
    event = AuditEvent.objects.get()
    assert event.key_id == audit_keys.signing_key()[0]
    event.key_id = ""
    assert audit.digest_of(event) != event.hash


def test_an_event_rewritten_and_the_chain_made_again(sealed: None, forge: Forger) -> None:
    with lift_append_only():
        AuditEvent.objects.filter(subject_id=1, position=2).update(after={"amount": 900})
    _chain_again(forge)
    assert audit_proof.verify().broken


def test_an_event_removed_and_the_chain_made_again(sealed: None, forge: Forger) -> None:
    with lift_append_only():
        AuditEvent.objects.filter(position=2).delete()
    _chain_again(forge)
    assert audit_proof.verify().broken


@pytest.mark.parametrize("seal", [True, False])
def test_an_unsigned_chain_is_no_way_around_the_key(seal: bool) -> None:
    """Without a seal, too: what follows a signed event is signed."""
    _write()
    if seal:
        audit_proof.prove(now=NOW)
    with lift_append_only():
        last = AuditEvent.objects.order_by("-position")[0]
        _without_a_key(last)
        last.save()
    assert any("it is not signed" in fault for fault in audit_proof.verify().broken)


def test_a_tail_cut_off(sealed: None) -> None:
    """What was written up to a seal, checkpoint and all; what is left is sound in itself."""
    with lift_append_only():
        AuditEvent.objects.filter(position__gt=3).delete()
    [fault] = audit_proof.verify().broken
    assert "strand 0: ends at 3" in fault
    assert "saw it at 5" in fault


def test_the_whole_trail_replaced(sealed: None, forge: Forger) -> None:
    with lift_append_only():
        AuditEvent.objects.all().delete()
    _write(9)
    _chain_again(forge)
    assert audit_proof.verify().broken


def test_a_whole_trail_that_was_never_signed_put_in_place_of_a_sealed_one(sealed: None) -> None:
    _chain_again(_without_a_key)
    faults = audit_proof.verify().broken
    assert any("it is not the event that the seal of" in fault for fault in faults)


def test_a_trail_emptied(sealed: None) -> None:
    with lift_append_only():
        AuditEvent.objects.all().delete()
    assert any("ends at 0" in fault for fault in audit_proof.verify().broken)


def test_seals_removed_from_their_file(sealed: None) -> None:
    _seals_file().unlink()
    assert any("is missing from it" in fault for fault in audit_proof.verify().broken)


def test_a_seal_rewritten_in_its_file(sealed: None) -> None:
    line = json.loads(_seals_file().read_text())
    line["ends"]["0"][0] = 2
    _seals_file().write_text(json.dumps(line) + "\n")
    assert any("line 1: its content is not what was sealed" in fault for fault in audit_proof.verify().broken)


def test_a_seal_removed_between_others(sealed: None) -> None:
    for _ in range(2):
        audit_proof.prove(now=NOW)
    first, _, third = _seals_file().read_text().splitlines()
    _seals_file().write_text(f"{first}\n{third}\n")
    assert any("line 2: it does not follow" in fault for fault in audit_proof.verify().broken)


def test_the_seals_file_and_the_key_are_for_their_owner_alone(sealed: None) -> None:
    for name in (audit_seals.FILE, audit_keys.FILE):
        assert (Path(settings.DATA_DIR) / name).stat().st_mode & 0o777 == 0o600


def test_events_of_a_version_without_keys_stay_proven(sealed: None) -> None:
    """As an upgrade finds them: unsigned, then signed, and no more unsigned."""
    with lift_append_only():
        AuditEvent.objects.all().delete()
    _seals_file().unlink()
    _write()
    _chain_again(_without_a_key)
    assert not audit_proof.prove(now=NOW).broken
    _write(2)
    assert not audit_proof.verify().broken
    with lift_append_only():
        AuditEvent.objects.filter(position=2).update(after=None)
    assert any("its content is not what was recorded" in fault for fault in audit_proof.verify().broken)


def test_a_new_key_signs_and_the_old_one_still_proves(settings: object) -> None:
    settings.AUDIT_KEY = "old-one"  # type: ignore[attr-defined]
    _write(2)
    settings.AUDIT_KEY = "new-one,old-one"  # type: ignore[attr-defined]
    _write(2)
    assert len(set(AuditEvent.objects.values_list("key_id", flat=True))) == 2
    assert not audit_proof.prove(now=NOW).broken
    settings.AUDIT_KEY = "new-one"  # type: ignore[attr-defined]
    assert any("is not known here" in fault for fault in audit_proof.verify().broken)


def test_a_backup_put_back_is_broken_until_somebody_says_so(sealed: None) -> None:
    with lift_append_only():
        AuditEvent.objects.filter(position__gt=3).delete()
    with pytest.raises(CommandError):
        call_command("verify_audit", stderr=StringIO())
    call_command("verify_audit", restored="disk lost; dump of the night before", stdout=StringIO())
    _write(4)
    assert not audit_proof.prove(now=NOW).broken
    with lift_append_only():
        AuditEvent.objects.filter(position=2).update(action="other")
    assert audit_proof.verify().broken


def test_a_backup_put_back_on_another_host_is_sealed_anew(sealed: None) -> None:
    _seals_file().unlink()
    assert not audit_proof.accept_restored(reason="moved to a new host", now=NOW).broken
    _write(2)
    assert not audit_proof.prove(now=NOW).broken
    _seals_file().write_text(_seals_file().read_text().splitlines()[0] + "\n")
    assert any("is missing from it" in fault for fault in audit_proof.verify().broken)


def test_whom_a_list_showed_cannot_be_taken_from_the_rows_that_find_it() -> None:
    audit.record_seen(make_user(), audit.LISTED, "claims", {"claim": [7, 8]}, practice_id=None, now=NOW)
    assert not audit_proof.verify().broken
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SeenRecord.objects.all().delete()
    with lift_append_only():
        SeenRecord.objects.filter(subject_id=8).delete()
    assert any("whom it showed" in fault for fault in audit_proof.verify().broken)


def test_a_seal_goes_to_the_log_and_by_mail(settings: object, caplog: pytest.LogCaptureFixture) -> None:
    settings.SEAL_EMAIL = "compliance@ar.example"  # type: ignore[attr-defined]
    caplog.set_level(logging.INFO, logger="arwork.staff.audit_seals")
    _write()
    found = audit_proof.prove(now=NOW)
    assert found.seal in caplog.text
    [sent] = mail.outbox
    assert sent.to == ["compliance@ar.example"]
    assert found.seal in sent.body


def test_a_broken_trail_is_told_until_it_holds_again(caplog: pytest.LogCaptureFixture) -> None:
    _write()
    with lift_append_only():
        AuditEvent.objects.filter(position=2).update(action="other")
    assert not audit_proof.is_known_broken()
    audit_proof.prove(now=NOW)
    assert audit_proof.is_known_broken()
    assert "the audit trail does not hold: strand 0, position 2" in caplog.text
    with lift_append_only():
        AuditEvent.objects.filter(position=2).update(action="posted")
    audit_proof.prove(now=NOW)
    assert not audit_proof.is_known_broken()
