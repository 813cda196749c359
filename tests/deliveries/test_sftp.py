"""Files handed to a print vendor: to the host whose key is pinned alone, whole or not at all, once."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko
import pytest

from arwork.lib.sftp_settings import SftpPlace
from collections_app.deliveries import sftp
from collections_app.deliveries.sftp import NotHandedOver

PASSWORD = "harbor-print-7"


class Door(paramiko.ServerInterface):
    """Lets the vendor's client in with its password."""

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == ("arwork", PASSWORD) else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


@dataclass
class Vendor:
    """A vendor of the test: what it has, and how it misbehaves."""

    folder: Path
    key: paramiko.PKey
    port: int
    renamed: list[tuple[str, str]] = field(default_factory=list)
    writes: int = 0
    loses: bool = False  # half of what it is sent

    def settings(self, **other: Any) -> SftpPlace:
        host_key = f"{self.key.get_name()} {self.key.get_base64()}"
        return SftpPlace(**{"host": "127.0.0.1", "port": self.port, "user": "arwork", "folder": ".",
                              "host_key": host_key, "password": PASSWORD, **other})  # fmt: skip


def files_of(vendor: Vendor) -> type[paramiko.SFTPServerInterface]:
    class Handle(paramiko.SFTPHandle):
        def __init__(self, path: Path) -> None:
            super().__init__(0)
            self.path, self.content = path, b""

        def write(self, offset: int, data: bytes) -> int:
            vendor.writes += 1
            self.content += data[: len(data) // 2] if vendor.loses else data
            return paramiko.SFTP_OK

        def close(self) -> None:
            self.path.write_bytes(self.content)

    class Files(paramiko.SFTPServerInterface):
        def _at(self, path: str) -> Path:
            return vendor.folder / Path(path).name

        def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
            return [paramiko.SFTPAttributes.from_stat(one.stat(), one.name) for one in vendor.folder.iterdir()]

        def stat(self, path: str) -> Any:
            found = self._at(path)
            return paramiko.SFTPAttributes.from_stat(found.stat()) if found.exists() else paramiko.SFTP_NO_SUCH_FILE

        lstat = stat

        def open(self, path: str, flags: int, attr: Any) -> Handle:
            return Handle(self._at(path))

        def posix_rename(self, old: str, new: str) -> int:
            vendor.renamed.append((Path(old).name, Path(new).name))
            self._at(old).rename(self._at(new))
            return paramiko.SFTP_OK

    return Files


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[Vendor]:
    listening = socket.create_server(("127.0.0.1", 0))
    found = Vendor(tmp_path, paramiko.ECDSAKey.generate(), listening.getsockname()[1])
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                link, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(link)
            transports.append(transport)
            transport.add_server_key(found.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files_of(found))
            try:
                transport.start_server(server=Door())
            except (paramiko.SSHException, EOFError):
                continue

    threading.Thread(target=serve, daemon=True).start()
    yield found
    listening.close()
    for one in transports:
        one.close()


def test_a_file_appears_under_its_name_only_when_it_is_whole(vendor: Vendor) -> None:
    content = bytes(range(256)) * 1000
    sftp.drop({"batch-7.csv": b"place\r\n1\r\n", "batch-7.pdf": content}, place=vendor.settings())
    assert (vendor.folder / "batch-7.pdf").read_bytes() == content
    assert vendor.renamed == [(".batch-7.csv.part", "batch-7.csv"), (".batch-7.pdf.part", "batch-7.pdf")]


def test_a_file_that_is_there_already_is_not_sent_again(vendor: Vendor) -> None:
    for _ in range(2):
        sftp.drop({"batch-7.pdf": b"x" * 100}, place=vendor.settings())
    assert vendor.writes == 1


def test_another_host_key_ends_it_before_the_password_is_said(vendor: Vendor) -> None:
    other = paramiko.ECDSAKey.generate()
    with pytest.raises(NotHandedOver, match="host key of the vendor is another one"):
        sftp.drop({"a.pdf": b"x"}, place=vendor.settings(host_key=f"{other.get_name()} {other.get_base64()}"))
    assert not list(vendor.folder.iterdir())


def test_a_wrong_password_is_told(vendor: Vendor) -> None:
    with pytest.raises(NotHandedOver, match="did not let us in"):
        sftp.drop({"a.pdf": b"x"}, place=vendor.settings(password="guess"))


def test_half_a_file_never_gets_its_name(vendor: Vendor) -> None:
    vendor.loses = True
    with pytest.raises(NotHandedOver):
        sftp.drop({"a.pdf": b"x" * 10}, place=vendor.settings())
    assert not (vendor.folder / "a.pdf").exists()
    vendor.loses = False
    sftp.drop({"a.pdf": b"x" * 10}, place=vendor.settings())
    assert (vendor.folder / "a.pdf").read_bytes() == b"x" * 10


def test_nobody_there_is_told(vendor: Vendor) -> None:
    with pytest.raises(NotHandedOver, match="not reached"):
        sftp.drop({"a.pdf": b"x"}, place=vendor.settings(port=9))


def test_the_settings_check_signs_in(vendor: Vendor) -> None:
    sftp.check(vendor.settings())
