"""TLS: served from version 1.2 up and nothing else, and every client of ours checks whom it talks to."""

import datetime as dt
import os
import re
import signal
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import BadStatusLine
from pathlib import Path
from urllib.response import addinfourl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from modelops.embedded import parts, processes
from tests.live import free_port

ROOT = Path(__file__).resolve().parents[2]
OWN = ("accounts", "benchmarks", "compliance", "dataquality", "demo", "modelops", "monitoring", "registry")


def self_signed(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate for ``host`` that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / f"{host}.pem", folder / f"{host}.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    private.chmod(0o600)
    return chain, private


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Port and certificate of a web server that speaks TLS."""
    folder = tmp_path_factory.mktemp("tls")
    tls = self_signed(folder, "localhost")
    port = free_port()
    env = {**os.environ, "PORT": str(port), "MODELOPS_BASE_URL": f"https://localhost:{port}"}
    command = parts.command("web", port=port, web_workers=1, tls=tls)
    log = folder / "web.log"
    process = processes.spawn(command, log=log, env=env, cwd=ROOT, dies_with_parent=signal.SIGKILL)

    def answers() -> bool:
        try:
            return ask(port, tls[0]).status == 200
        except OSError:
            return False

    try:
        assert processes.wait_until(answers, 60), log.read_text()
        yield port, tls[0]
    finally:
        process.terminate()
        process.wait(20)


def ask(port: int, authority: Path, *, host: str = "localhost", path: str = "/health/live") -> addinfourl:
    context = ssl.create_default_context(cafile=str(authority))
    return urllib.request.urlopen(f"https://{host}:{port}{path}", context=context, timeout=10)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(served: tuple[int, Path], version: ssl.TLSVersion) -> None:
    """S4-26."""
    port, authority = served
    context = ssl.create_default_context(cafile=str(authority))
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("localhost", port), 5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        assert connection.version() == version.name.replace("TLSv1_", "TLSv1.")


def client_hello(version: bytes) -> bytes:
    """The smallest hello of a client that knows no version above ``version``; OpenSSL here refuses to send one."""
    body = version + bytes(32) + b"\x00" + b"\x00\x04\x00\x2f\x00\x35" + b"\x01\x00"
    handshake = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(handshake).to_bytes(2, "big") + handshake


@pytest.mark.parametrize("version", [b"\x03\x00", b"\x03\x01", b"\x03\x02"], ids=["SSL 3.0", "TLS 1.0", "TLS 1.1"])
def test_older_versions_are_refused(served: tuple[int, Path], version: bytes) -> None:
    """S4-26: an alert (content type 21) or the end of the connection, never a server's hello."""
    with socket.create_connection(("localhost", served[0]), 5) as connection:
        connection.sendall(client_hello(version))
        answer = connection.recv(7)
    assert answer[:1] in {b"", b"\x15"}, answer


def test_plain_http_is_not_served(served: tuple[int, Path]) -> None:
    """S4-26: https only."""
    with pytest.raises((urllib.error.URLError, ConnectionError, BadStatusLine)):
        urllib.request.urlopen(f"http://localhost:{served[0]}/health/live", timeout=5)


def test_cookies_over_tls_are_bound_to_the_host(served: tuple[int, Path]) -> None:
    cookies = ask(*served, path="/sign-in/").headers.get_all("Set-Cookie")
    assert cookies
    assert all(cookie.startswith("__Host-") and "Secure" in cookie for cookie in cookies), cookies


def test_a_client_refuses_another_name_and_an_unknown_authority(served: tuple[int, Path], tmp_path: Path) -> None:
    """S4-27: the host name is always checked."""
    port, authority = served
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(port, authority, host="127.0.0.1")
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(port, self_signed(tmp_path, "other.example.org")[0])


def test_no_code_of_ours_switches_the_check_off() -> None:
    """S4-27."""
    off = re.compile(r"verify\s*=\s*False|check_hostname\s*=\s*False|CERT_NONE|_create_unverified|disable_warnings")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in OWN
        for path in (ROOT / folder).rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if off.search(line)
    ]
    assert found == []
