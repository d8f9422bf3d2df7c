"""HTTPS of a portal on one machine: with a certificate that is made for it, or with one that somebody brings."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from modelops.embedded.paths import Home, private_folder, write_private
from modelops.embedded.problems import CannotStart

DEVELOPMENT, FILES = {"1", "development"}, "files"
_STANDS = dt.timedelta(days=90)
# Made anew at a start when less than this is left.
_SPARE = dt.timedelta(days=14)


@dataclass(frozen=True)
class Tls:
    """A certificate chain and its key, both PEM, and a name that the certificate is for."""

    chain: Path
    key: Path
    name: str

    @property
    def files(self) -> tuple[Path, Path]:
        """As the web server takes them."""
        return self.chain, self.key

    def context(self) -> ssl.SSLContext:
        """What a client needs that trusts this certificate and no other."""
        context = ssl.create_default_context(cafile=str(self.chain))
        # The certificate itself is what is trusted, whoever has signed it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context


def prepare(home: Home) -> tuple[Tls | None, list[str]]:
    """What the environment asks for, and lines to tell. Raises CannotStart for a certificate that would not work."""
    wanted = os.environ.get("MODELOPS_TLS", "0") or "0"
    if wanted == "0":
        return None, []
    if wanted in DEVELOPMENT:
        if os.environ.get("MODELOPS_ENV") == "production":
            raise CannotStart(
                "MODELOPS_TLS asks for a certificate for development, and this is production. Bring one: "
                "MODELOPS_TLS=files MODELOPS_TLS_CERTIFICATE_FILE=chain.pem MODELOPS_TLS_KEY_FILE=key.pem"
            )
        return _for_development(home)
    if wanted != FILES:
        raise CannotStart(f"MODELOPS_TLS is {wanted!r}; use 0, development or files.")
    return _brought(), []


def answers(port: int, tls: Tls | None) -> bool:
    """Whether a web server of this machine takes requests at ``port``, and shows this certificate."""
    try:
        if tls is None:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2):
                return True
        with (
            socket.create_connection(("127.0.0.1", port), 2) as plain,
            tls.context().wrap_socket(plain, server_hostname=tls.name) as connection,
        ):
            connection.sendall(f"GET /health/live HTTP/1.1\r\nHost: {tls.name}\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(5) == b"HTTP/"
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _for_development(home: Home) -> tuple[Tls, list[str]]:
    private_folder(home.tls, (os.geteuid(), os.getegid()))
    tls = Tls(home.tls / "development.pem", home.tls / "development.key", "localhost")
    try:
        present = x509.load_pem_x509_certificate(tls.chain.read_bytes())
        if tls.key.exists() and present.not_valid_after_utc - dt.datetime.now(dt.UTC) > _SPARE:
            return tls, []
    except (OSError, ValueError):
        pass  # none yet, or half of one
    key = ec.generate_private_key(ec.SECP256R1())
    made = _self_signed(key)
    write_private(
        tls.key,
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
    )
    write_private(tls.chain, made.public_bytes(serialization.Encoding.PEM).decode())
    mark = made.fingerprint(hashes.SHA256()).hex(":").upper()
    return tls, [
        f"Made a certificate for development, good until {made.not_valid_after_utc:%Y-%m-%d}: {tls.chain}",
        f"Browsers warn of it until you trust it there. Its SHA-256: {mark}",
    ]


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """For this machine's own names and nobody else's: it may sign no other certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ModelOps portal (development)")])
    now = dt.datetime.now(dt.UTC)
    names = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + _STANDS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _brought() -> Tls:
    chain, key = (_named(f"MODELOPS_TLS_{what}_FILE") for what in ("CERTIFICATE", "KEY"))
    if key.stat().st_mode & 0o077:
        raise CannotStart(f"{key} can be read by others. Run: chmod 600 {key}")
    text = key.read_bytes()
    if b"-----BEGIN PRIVATE KEY-----" not in text:
        raise CannotStart(
            f"{key} is no PKCS#8 key without a passphrase. Make one: openssl pkcs8 -topk8 -nocrypt -in {key} -out NEW"
        )
    try:
        certificate = x509.load_pem_x509_certificates(chain.read_bytes())[0]
        belongs = serialization.load_pem_private_key(text, None).public_key() == certificate.public_key()
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, IndexError, x509.ExtensionNotFound) as error:
        raise CannotStart(f"{chain} and {key} cannot be used: {error}. Name a PEM chain with a name in it.") from None
    if not belongs:
        raise CannotStart(f"{key} is not the key of {chain}. Name the two that belong together.")
    if certificate.not_valid_after_utc < dt.datetime.now(dt.UTC):
        raise CannotStart(f"{chain} expired on {certificate.not_valid_after_utc:%Y-%m-%d}. Name a new one.")
    hosts = [*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))]
    if not hosts:
        raise CannotStart(f"{chain} is for no host. Name a certificate of a web server.")
    return Tls(chain, key, hosts[0].replace("*", "portal"))


def _named(variable: str) -> Path:
    path = Path(os.environ.get(variable) or "").expanduser()
    if not path.is_file():
        raise CannotStart(f"MODELOPS_TLS=files needs {variable}; {path} is no file.")
    return path
