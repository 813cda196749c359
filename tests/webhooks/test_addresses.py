"""Where may be sent to: nowhere that only this machine can reach, however it is written."""

import datetime as dt
import ipaddress
import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from arwork.webhooks import addresses, sending
from arwork.webhooks.addresses import BadWebhook, may_receive, receiver_at
from arwork.webhooks.models import WebhookDelivery
from arwork.webhooks.publishing import publish
from tests.cast import make_practice
from tests.webhooks.conftest import Open
from tests.webhooks.receiver import receiving


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(settings, address: str) -> None:
    settings.WEBHOOK_NETWORKS = []
    assert not may_receive(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_public_ones_are_not(settings, address: str) -> None:
    settings.WEBHOOK_NETWORKS = []
    assert may_receive(address)


def test_a_private_network_that_was_named_is_allowed_and_no_other(settings) -> None:
    settings.WEBHOOK_NETWORKS = ["10.20.0.0/16", "fd12::/32"]
    assert [may_receive(one) for one in ("10.20.3.4", "fd12::7", "10.21.0.1", "127.0.0.1")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://[::1]/",
        "https://localhost/", "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/latest/meta-data",
    ],
)  # fmt: skip
def test_it_does_not_matter_how_it_is_written(settings, url: str) -> None:
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(BadWebhook, match=r"private network|No machine"):
        receiver_at(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.215.14/", "ftp://93.184.215.14/", "//93.184.215.14/", "javascript:alert(1)", "https://", "x", "",
        "https://user:pass@93.184.215.14/", "https://93.184.215.14:99999/", "https://[93/", "https://a b/",
        "https://93.184.215.14/\r\nX: y", "https://93.184.215.14/ü", "https://93.184.215.14/" + "x" * 500,
        "file:///etc/passwd", "https://" + "a" * 70 + ".example/",
    ],
)  # fmt: skip
def test_what_is_no_address_for_a_webhook(settings, url: str) -> None:
    settings.WEBHOOK_ALLOW_HTTP = False
    with pytest.raises(BadWebhook):
        receiver_at(url)


def test_one_private_address_among_public_ones_is_enough(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_NETWORKS = []
    both = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(BadWebhook, match="private network"):
        receiver_at("https://example.com/")


@pytest.mark.django_db
def test_a_name_that_leads_elsewhere_later_is_refused_when_it_is_sent(opened: Open, send, receiver, settings) -> None:
    opened(url=receiver.url.replace("127.0.0.1", "localhost"))
    settings.WEBHOOK_NETWORKS = []  # from now on it counts as private
    publish("item.closed", [(make_practice().pk, {"items": 1})])
    assert send() == 0
    assert receiver.got == []
    assert "private network" in WebhookDelivery.objects.get().message


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as one:
        found = receiver_at(one.url.replace("127.0.0.1", "localhost"))
        monkeypatch.setattr(sending, "receiver_at", lambda _: found)
        monkeypatch.setattr(socket, "getaddrinfo", _looks_up_numbers_only(socket.getaddrinfo))
        assert sending.post(one.url, body=b"{}", headers={}) == 200
        assert one.got[0].headers["host"] == f"localhost:{one.port}"


def test_a_certificate_must_be_valid_for_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(_certificate(tmp_path, "localhost")) as one:
        url = f"https://localhost:{one.port}/"
        with pytest.raises(sending.NotDelivered, match="certificate"):
            sending.post(url, body=b"{}", headers={})
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert sending.post(url, body=b"{}", headers={}) == 200
        with pytest.raises(sending.NotDelivered, match="certificate"):  # the same machine under another name
            sending.post(url.replace("localhost", "127.0.0.1"), body=b"{}", headers={})
        assert len(one.got) == 1


def _looks_up_numbers_only(look_up):
    def checked(host, *args, **kwargs):
        ipaddress.ip_address(host)
        return look_up(host, *args, **kwargs)

    return checked


def _certificate(folder: Path, name: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begin = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
