"""Where things lie on this machine. Pure; shared by the settings and the runner."""

import hashlib
import os
import tempfile
from pathlib import Path

_LONGEST_SOCKET = 100  # bytes; the kernel's `sun_path` holds 108, macOS 104


def broker_socket(data_dir: Path) -> Path:
    """The unix socket of the embedded broker: in the data folder, or in a short private place for a deep one."""
    socket = data_dir / "valkey.sock"
    if len(os.fsencode(socket)) <= _LONGEST_SOCKET:
        return socket
    short = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"arwork-{os.getuid()}-{short}" / "valkey.sock"
