"""Ask the web server of this machine whether it answers: exit code 0 when it does. Needs no Django.

    python arwork/runner/probe.py [/healthz]

Used by `make run` while it waits and by the containers' health check. The `Host` header is the first name
of ALLOWED_HOSTS, because Django refuses requests for any other.
"""

import http.client
import os
import sys


def answers(path: str = "/healthz", *, port: int, timeout: float = 3.0) -> bool:
    """Whether 127.0.0.1:`port` answers `path` with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Host": _host()})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _host() -> str:
    first = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip()
    return "localhost" if first in ("", "*") else first.lstrip(".")


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "/healthz"
    sys.exit(0 if answers(wanted, port=int(os.environ.get("PORT", "8000"))) else 1)
