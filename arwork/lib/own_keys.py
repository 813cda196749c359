"""Keys of an installation that was given none: files that are made once, by whichever process comes first.

So a command before the first `make run` writes under the same keys as everything after it. Pure: no Django import.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def _random() -> str:
    return secrets.token_urlsafe(50)


def own_key(file: Path, make: Callable[[], str] = _random) -> str:
    """What `file` holds; where it is missing it is made first, for its owner alone to read."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(make() + "\n")
        try:
            os.link(made, file)  # whole or not at all; of two processes that start together the first wins
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return file.read_text().strip()
