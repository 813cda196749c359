"""Files handed to a partner (print vendor, bank) by SFTP: to one host whose key is pinned, whole or not at all.

A file is written under a name that begins with a dot and renamed when all of it is there, so the partner never reads
half of one; its size is compared after writing. A file of that name that is there already, with that size, was handed
over by an attempt whose answer was lost.
"""

import base64
import contextlib
import socket
from collections.abc import Iterator, Mapping

import paramiko

from arwork.lib.sftp_settings import SftpPlace
from arwork.lib.typed_text import ensure_undoubted

SECONDS = 30


class NotHandedOver(Exception):
    """Why files were not handed over, in our words; `is_unsure` where all of the last one may be there after all."""

    def __init__(self, words: str, *, is_unsure: bool = False) -> None:
        super().__init__(words)
        self.is_unsure = is_unsure


class _NoAnswer(Exception):
    """The connection ended while a file got its name."""


def drop(files: Mapping[str, bytes], *, place: SftpPlace) -> None:
    """Put files into the partner's folder, in the given order. Raises `NotHandedOver`."""
    try:
        with _session(place) as sftp:
            for name, content in files.items():
                _put(sftp, f"{place.folder}/{name}", f"{place.folder}/.{name}.part", content)
    except paramiko.BadHostKeyException as error:
        raise NotHandedOver(f"the host key of {place.who} is another one: somebody may stand in for them") from error
    except paramiko.AuthenticationException as error:
        raise NotHandedOver(f"{place.who} did not let us in") from error
    except _NoAnswer as error:
        raise NotHandedOver(f"the connection to {place.who} broke as the file got its name", is_unsure=True) from error
    except (paramiko.SSHException, EOFError) as error:
        raise NotHandedOver(f"the connection to {place.who} broke") from error
    except (TimeoutError, OSError) as error:
        raise NotHandedOver(f"{place.who} was not reached, or did not take the file") from error


def check(place: SftpPlace) -> None:
    """Sign in, and look into the folder. Raises `NotHandedOver`."""
    try:
        with _session(place) as sftp:
            sftp.listdir(place.folder)
    except paramiko.BadHostKeyException as error:
        raise NotHandedOver(f"the host key of {place.who} is another one: somebody may stand in for them") from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise NotHandedOver(f"{place.who} was not reached, or did not let us in") from error


@contextlib.contextmanager
def _session(place: SftpPlace) -> Iterator[paramiko.SFTPClient]:
    ensure_undoubted()
    kind, _, packed = place.host_key.partition(" ")
    pinned = paramiko.PKey.from_type_string(kind, base64.b64decode(packed))
    with socket.create_connection((place.host, place.port), timeout=SECONDS) as link:
        transport = paramiko.Transport(link)
        transport.banner_timeout = transport.auth_timeout = SECONDS
        transport.get_security_options().key_types = _key_types(kind)
        try:
            transport.start_client(timeout=SECONDS)
            shown = transport.get_remote_server_key()
            if shown != pinned:
                raise paramiko.BadHostKeyException(place.host, shown, pinned)
            if place.key_file:
                transport.auth_publickey(place.user, paramiko.PKey.from_path(place.key_file))
            else:
                transport.auth_password(place.user, place.password)
            sftp = paramiko.SFTPClient.from_transport(transport)
            if sftp is None:
                raise paramiko.SSHException("no SFTP session")
            sftp.get_channel().settimeout(SECONDS)
            yield sftp
        finally:
            transport.close()


def _key_types(kind: str) -> tuple[str, ...]:
    """What to negotiate, so that the server shows the key that is pinned; RSA keys sign by newer names."""
    return ("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)


def _put(sftp: paramiko.SFTPClient, path: str, arriving: str, content: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        if sftp.stat(path).st_size == len(content):
            return
    with sftp.open(arriving, "wb") as file:
        file.set_pipelined(True)
        file.write(content)
    if sftp.stat(arriving).st_size != len(content):
        raise OSError("not all of it arrived")
    try:
        _rename(sftp, arriving, path)
    except (paramiko.SSHException, EOFError, TimeoutError, ConnectionError) as error:
        raise _NoAnswer from error


def _rename(sftp: paramiko.SFTPClient, arriving: str, path: str) -> None:
    try:
        sftp.posix_rename(arriving, path)
    except (TimeoutError, ConnectionError):
        raise
    except OSError:  # a server without that extension
        sftp.rename(arriving, path)
