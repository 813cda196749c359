"""Seals: how far every strand of the audit trail reached and with which hash, kept outside the database.

`audit_seals.jsonl` in `DATA_DIR` holds a line for each, signed as events are, and each with the signature of the line
before it. Who rewrites or shortens the trail in the database would have to rewrite this file too, and has not the key.
The same seal goes to the log, and by e-mail where that is configured: a copy that nobody on this host can take back.
"""

import datetime as dt
import fcntl
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import send_mail

from arwork.staff import audit_keys

FILE = "audit_seals.jsonl"
Ends = Mapping[int, tuple[int, str]]  # strand -> position and hash of its last event
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AuditSeal:
    """What a line says. `restored` holds the reason where the database was set back to a backup at that moment."""

    at: str
    events: int
    ends: Ends
    seal: str
    restored: str = ""


def seal_of(ends: Ends) -> str:
    """One digest over the ends of all strands: noted elsewhere, it dates the whole trail."""
    return hashlib.sha256(json.dumps(sorted(ends.items()), separators=(",", ":")).encode()).hexdigest()


def kept_seals() -> tuple[list[AuditSeal], list[str]]:
    """The seals of the file, the oldest first, and what is wrong with its lines, in words."""
    file = _file()
    if not file.exists():
        return [], []
    seals, faults, previous = [], [], ""
    for number, text in enumerate(file.read_text().splitlines(), 1):
        try:
            line = json.loads(text)
            signature = line.pop("hmac")
            ends = {int(strand): (int(end[0]), str(end[1])) for strand, end in line["ends"].items()}
            seal = AuditSeal(line["at"], line["events"], ends, line["seal"], line.get("restored", ""))
            key = audit_keys.keys().get(line["key"])
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            faults.append(f"seals file, line {number}: it cannot be read")
            continue
        if key is None:
            faults.append(f"seals file, line {number}: its key {line['key']} is not known here")
        elif not hmac.compare_digest(_signature(key, line), str(signature)):
            faults.append(f"seals file, line {number}: its content is not what was sealed")
        elif line["previous"] != previous:
            faults.append(f"seals file, line {number}: it does not follow the line before it")
        else:
            seals.append(seal)
        previous = str(signature)
    return seals, faults


def keep_seal(seal: AuditSeal) -> None:
    """Append a line to the file, and tell the log and whoever `SEAL_EMAIL` names."""
    file = _file()
    file.touch(mode=0o600)
    with file.open("r+") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        lines = opened.read().splitlines()
        key_id, key = audit_keys.signing_key()
        line: dict[str, Any] = {
            "at": seal.at, "events": seal.events, "ends": seal.ends, "seal": seal.seal, "key": key_id,
            "previous": json.loads(lines[-1])["hmac"] if lines else "",
        }  # fmt: skip
        if seal.restored:
            line["restored"] = seal.restored
        line = json.loads(json.dumps(line))  # as it will be read: keys are text
        opened.write(json.dumps(line | {"hmac": _signature(key, line)}, separators=(",", ":")) + "\n")
    log.info("the audit trail is sealed: %s events, seal %s", seal.events, seal.seal)
    _send(seal)


def kept_bytes() -> bytes:
    """The file as it stands, for a backup."""
    file = _file()
    return file.read_bytes() if file.exists() else b""


def put_back(kept: bytes) -> None:
    """Bring the seals of a backup back. A file that goes on from them stays: it knows more of the same trail.

    One of another trail stays beside as `NAME.before-restore`.
    """
    file, here = _file(), kept_bytes()
    if here.startswith(kept):
        return
    if here:
        file.replace(file.with_name(f"{FILE}.before-restore"))
    file.touch(mode=0o600)
    file.write_bytes(kept)


def _send(seal: AuditSeal) -> None:
    if not settings.SEAL_EMAIL:
        return
    words = f"{seal.at}\n{seal.events:,} events\nseal {seal.seal}\n"
    try:
        send_mail("arwork: seal of the audit trail", words, None, [settings.SEAL_EMAIL])
    except OSError as error:  # the file and the log have it; the next one is sent again
        log.error("the seal of the audit trail was not sent: %s", error)


def moment(now: dt.datetime) -> str:
    """A moment as a line writes it."""
    return now.astimezone(dt.UTC).isoformat(timespec="seconds")


def _file() -> Path:
    return Path(settings.DATA_DIR) / FILE


def _signature(key: bytes, line: Mapping[str, Any]) -> str:
    return hmac.digest(key, json.dumps(line, sort_keys=True, separators=(",", ":")).encode(), "sha256").hex()
