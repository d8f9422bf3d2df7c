"""TLS: served from version 1.2 up and nothing else, and every client of ours checks whom it talks to."""

import contextlib
import datetime as dt
import os
import re
import signal
import socket
import ssl
import threading
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

from modelops.embedded import parts, processes, tls
from modelops.embedded.paths import Home
from modelops.embedded.problems import CannotStart
from modelops.lib import outbound
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
    """Port and certificate of a web server that speaks TLS as `make run TLS=1` lets it."""
    folder = tmp_path_factory.mktemp("tls")
    with pytest.MonkeyPatch.context() as asked:
        asked.setenv("MODELOPS_TLS", "1")
        made, told = tls.prepare(Home(folder))
    assert made is not None
    assert "Made a certificate for development" in told[0]
    port = free_port()
    env = {**os.environ, "PORT": str(port), "MODELOPS_BASE_URL": f"https://localhost:{port}", "MODELOPS_TLS": "1"}
    command = parts.command("web", port=port, web_workers=1, tls=made.files)
    log = folder / "web.log"
    process = processes.spawn(command, log=log, env=env, cwd=ROOT, dies_with_parent=signal.SIGKILL)

    try:
        assert processes.wait_until(lambda: tls.answers(port, made), 60), log.read_text()
        yield port, made.chain
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


def test_a_browser_is_not_told_to_demand_a_certificate_for_development(served: tuple[int, Path]) -> None:
    """S4-41: it would refuse the host for a year. Everything else is as always, and the request is known to be TLS."""
    headers = ask(*served, path="/sign-in/").headers
    assert "Strict-Transport-Security" not in headers
    assert headers["Content-Security-Policy"]
    assert not headers["Server"]


def test_the_certificate_is_made_once_and_again_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-26: the key is its owner's alone, the certificate for this machine, and it cannot sign others."""
    monkeypatch.setenv("MODELOPS_TLS", "development")
    first, _ = tls.prepare(Home(tmp_path))
    assert first is not None
    assert (first.key.stat().st_mode & 0o777, (tmp_path / "tls").stat().st_mode & 0o777) == (0o600, 0o700)
    certificate = x509.load_pem_x509_certificate(first.chain.read_bytes())
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    again, told = tls.prepare(Home(tmp_path))
    assert (again, told) == (first, [])
    monkeypatch.setattr(tls, "_SPARE", dt.timedelta(days=91))
    tls.prepare(Home(tmp_path))
    assert x509.load_pem_x509_certificate(first.chain.read_bytes()) != certificate


def test_without_tls_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("", "0"):
        monkeypatch.setenv("MODELOPS_TLS", value)
        assert tls.prepare(Home(tmp_path)) == (None, [])
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_that_would_not_work_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-26: own files; each fault says what to do. Production takes no certificate for development."""
    chain, key = self_signed(tmp_path, "portal.example.org")
    _, foreign = self_signed(tmp_path, "other.example.org")
    old = tmp_path / "old.key"
    old.write_bytes(key.read_bytes().replace(b"PRIVATE KEY", b"EC PRIVATE KEY"))
    old.chmod(0o600)
    loose = tmp_path / "loose.key"
    loose.write_bytes(key.read_bytes())
    loose.chmod(0o644)
    monkeypatch.setenv("MODELOPS_TLS", "files")

    def brought(certificate: Path, private: Path) -> tls.Tls | None:
        monkeypatch.setenv("MODELOPS_TLS_CERTIFICATE_FILE", str(certificate))
        monkeypatch.setenv("MODELOPS_TLS_KEY_FILE", str(private))
        return tls.prepare(Home(tmp_path))[0]

    assert brought(chain, key) == tls.Tls(chain, key, "portal.example.org")
    for certificate, private, part in (
        (chain, foreign, "is not the key of"),
        (chain, old, "openssl pkcs8"),
        (chain, loose, "chmod 600"),
        (tmp_path / "nothing", key, "MODELOPS_TLS_CERTIFICATE_FILE"),
        (key, key, "cannot be used"),
    ):
        with pytest.raises(CannotStart, match=part):
            brought(certificate, private)
    monkeypatch.setenv("MODELOPS_ENV", "production")
    monkeypatch.setenv("MODELOPS_TLS", "1")
    with pytest.raises(CannotStart, match="this is production"):
        tls.prepare(Home(tmp_path))


def test_a_client_refuses_another_name_and_an_unknown_authority(served: tuple[int, Path], tmp_path: Path) -> None:
    """S4-27: the host name is always checked."""
    port, authority = served
    context = ssl.create_default_context(cafile=str(authority))
    with (
        socket.create_connection(("localhost", port), 5) as plain,
        pytest.raises(ssl.SSLCertVerificationError, match="portal.example.org"),
    ):
        context.wrap_socket(plain, server_hostname="portal.example.org")
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(port, self_signed(tmp_path, "other.example.org")[0])


def called(port: int, trusted: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """What the portal's own client gets from a receiver on this machine, when its system trusts ``trusted`` alone."""
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    outbound.tls_context.cache_clear()
    try:
        return outbound.post(f"https://localhost:{port}/health/live", content=b"", headers={}, allow_private=True).code
    finally:
        outbound.tls_context.cache_clear()


def test_the_portal_calls_nobody_whose_certificate_is_wrong(
    served: tuple[int, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-27: its client of webhooks, issuers and streams: an unknown authority, then a trusted one for another name."""
    port, authority = served
    assert called(port, authority, monkeypatch) in {403, 405}
    chain, key = self_signed(tmp_path, "portal.example.org")
    with pytest.raises(outbound.ReceiverUnreachable):
        called(port, chain, monkeypatch)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def answer() -> None:
            with contextlib.suppress(OSError), listener.accept()[0] as plain:
                context.wrap_socket(plain, server_side=True).close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(outbound.ReceiverUnreachable):
            called(listener.getsockname()[1], chain, monkeypatch)
        thread.join(15)


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
