"""Files handed to a partner by SFTP: to one host whose key is pinned, whole or not at all.

A file is written under a name that begins with a dot and renamed when all of it is there, so the partner never reads
half of one; its size is compared after writing. A file of that name that is there already, with that size, was handed
over by an attempt whose answer was lost.
"""

import base64
import contextlib
import socket
from collections.abc import Iterator, Mapping

import paramiko

from arwork.lib.message_settings import PrintVendor

SECONDS = 30


class NotHandedOver(Exception):
    """Why files were not handed over, in our words."""


def drop(files: Mapping[str, bytes], *, vendor: PrintVendor) -> None:
    """Put files into the vendor's folder, in the given order. Raises `NotHandedOver`."""
    try:
        with _session(vendor) as sftp:
            for name, content in files.items():
                _put(sftp, f"{vendor.folder}/{name}", f"{vendor.folder}/.{name}.part", content)
    except paramiko.BadHostKeyException as error:
        raise NotHandedOver("the vendor's host key is another one: somebody may stand in for them") from error
    except paramiko.AuthenticationException as error:
        raise NotHandedOver("the vendor did not let us in") from error
    except (paramiko.SSHException, EOFError) as error:
        raise NotHandedOver("the connection to the vendor broke") from error
    except (TimeoutError, OSError) as error:
        raise NotHandedOver("the vendor was not reached, or did not take the file") from error


def check(vendor: PrintVendor) -> None:
    """Sign in, and look into the folder. Raises `NotHandedOver`."""
    try:
        with _session(vendor) as sftp:
            sftp.listdir(vendor.folder)
    except paramiko.BadHostKeyException as error:
        raise NotHandedOver("the vendor's host key is another one: somebody may stand in for them") from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise NotHandedOver("the vendor was not reached, or did not let us in") from error


@contextlib.contextmanager
def _session(vendor: PrintVendor) -> Iterator[paramiko.SFTPClient]:
    kind, _, packed = vendor.host_key.partition(" ")
    pinned = paramiko.PKey.from_type_string(kind, base64.b64decode(packed))
    with socket.create_connection((vendor.host, vendor.port), timeout=SECONDS) as link:
        transport = paramiko.Transport(link)
        transport.banner_timeout = transport.auth_timeout = SECONDS
        transport.get_security_options().key_types = _key_types(kind)
        try:
            transport.start_client(timeout=SECONDS)
            shown = transport.get_remote_server_key()
            if shown != pinned:
                raise paramiko.BadHostKeyException(vendor.host, shown, pinned)
            if vendor.key_file:
                transport.auth_publickey(vendor.user, paramiko.PKey.from_path(vendor.key_file))
            else:
                transport.auth_password(vendor.user, vendor.password)
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
        sftp.posix_rename(arriving, path)
    except OSError:  # a server without that extension
        sftp.rename(arriving, path)
