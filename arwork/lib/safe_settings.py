"""Settings fail closed: what would open the house is refused at the start, in a sentence, never tolerated.

A typo in `ARWORK_ENV` would run with a public key and cookies that any network reads; a short secret is guessed; a host
name of `*` lets a forged header into links. The files are looked at too: patient data are their owner's alone
(45 CFR 164.312(a)(1)).
"""

import logging
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

ENVIRONMENTS = ("embedded", "production")
SHORTEST_SECRET = 32  # characters; those of .env.example have 64
_FEWEST_LETTERS = 8  # different ones: "aaaa..." is long and no secret
_FOLDER, _FILE = 0o700, 0o600

log = logging.getLogger(__name__)


def is_production(name: str) -> bool:
    """Whether `ARWORK_ENV` says production. Raises `ImproperlyConfigured` for what it does not know."""
    if name not in ENVIRONMENTS:
        raise ImproperlyConfigured(
            f'ARWORK_ENV is "{name}", which arwork does not know. Use one of: {", ".join(ENVIRONMENTS)}.'
        )
    return name == "production"


def ensure_safe(*, secrets: dict[str, str], allowed_hosts: Iterable[str], debug: bool) -> None:
    """What production demands of its settings. Raises `ImproperlyConfigured`, naming the first that is unsafe."""
    for name, value in secrets.items():
        if len(value) < SHORTEST_SECRET or len(set(value)) < _FEWEST_LETTERS:
            raise ImproperlyConfigured(
                f"{name} is too weak: production wants {SHORTEST_SECRET} characters at least, drawn by chance. Make "
                'one with: python3 -c "import secrets; print(secrets.token_hex(32))"'
            )
    hosts = [host.strip() for host in allowed_hosts]
    if not any(hosts) or "*" in hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must name the hosts under which people reach arwork, such as ar.example.com; * means any."
        )
    if debug:
        raise ImproperlyConfigured("DEBUG shows settings and patient data to whoever meets an error. Unset it.")


def keep_private(data_dir: Path, database: dict[str, Any]) -> None:
    """Close the data folder, and a database that is a file, to all but their owner; what was open is logged."""
    if data_dir.is_dir():
        _close(data_dir, _FOLDER)
    for path in _database_files(database):
        _close(path, _FILE)


def _database_files(database: dict[str, Any]) -> Iterator[Path]:
    """The file of SQLite with its log and index, where they are there."""
    if not str(database["ENGINE"]).endswith("sqlite3"):
        return
    name = str(database["NAME"])
    yield from (path for end in ("", "-wal", "-shm") if (path := Path(name + end)).is_file())


def _close(path: Path, wanted: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & ~wanted:
        return
    try:
        path.chmod(mode & wanted)
    except OSError:
        log.error("%s is open to others (%03o) and could not be closed: its owner must set %03o", path, mode, wanted)
    else:
        log.warning("%s was open to others (%03o); it is now %03o", path, mode, mode & wanted)
