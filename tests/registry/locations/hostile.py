"""A storage endpoint that turned against the portal, and the internal service that it would like to reach."""

import contextlib
import datetime as dt
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CREDENTIALS: dict[str, dict[str, str]] = {
    "s3": {"access_key_id": "test", "secret_access_key": "not-to-be-shown"},
    "azure": {"account_key": "bm90LXRvLWJlLXNob3du"},
    "gcs": {"type": "anonymous"},
}
CONTENT = b'{"what": "lies in the bucket"}'


class Endpoint:
    """A server at this machine. Reads lead to ``location``; without one they are answered."""

    def __init__(self, location: str = "", certificate: Path | None = None) -> None:
        self.location = location
        self.asked: list[str] = []
        self.headers: list[Any] = []
        self.connections = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def do_GET(self) -> None:
                outer.asked.append(f"{self.command} {self.path}")
                outer.headers.append(self.headers)
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                leads_away = outer.location and self.command in {"GET", "HEAD"}
                self.send_response(302 if leads_away else 200)
                if leads_away:
                    self.send_header("Location", outer.location)
                self.send_header("Content-Length", "0" if leads_away else str(len(CONTENT)))
                self.send_header("Last-Modified", "Sat, 01 Nov 2025 10:00:00 GMT")
                self.send_header("ETag", '"1"')
                self.end_headers()
                if not leads_away and self.command != "HEAD":
                    self.wfile.write(CONTENT)

            do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815  names of the base class

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that hangs up is no news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def running(self) -> Iterator["Endpoint"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(5)


def certificate_for_this_machine(folder: Path) -> Path:
    """A self-signed certificate and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(tz=dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return file
