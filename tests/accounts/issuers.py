"""An issuer of job tokens as CI systems run one: a real HTTP server with a description, keys, and tokens."""

import datetime as dt
import json
import ssl
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "https://portal.test"


class JobIssuer:
    """Publishes its keys at its address and signs tokens; ``answers`` replaces what it says at a path.

    With an ``address`` of its own it only signs: its keys are pinned. With ``tls`` it speaks HTTPS alone.
    """

    def __init__(self, address: str = "", *, tls: ssl.SSLContext | None = None) -> None:
        self._given = address
        self._tls = tls
        self.keys: dict[str, tuple[Any, str]] = {}
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, bytes]] = {}

    def start(self) -> "JobIssuer":
        """Begin to listen on a port that the system chooses, with one key."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                status, body = issuer.answers.get(self.path) or issuer._say(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if self._tls is not None:
            self._server.socket = self._tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        self.add_key("first")
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """What its tokens say under iss."""
        scheme = "http" if self._tls is None else "https"
        return self._given or f"{scheme}://127.0.0.1:{self._server.server_address[1]}"

    def add_key(self, kid: str, algorithm: str = "ES256") -> None:
        """Another key of its own."""
        key: Any = (
            rsa.generate_private_key(65537, 2048) if algorithm == "RS256" else ec.generate_private_key(ec.SECP256R1())
        )
        self.keys[kid] = (key, algorithm)

    def key_set(self) -> dict[str, Any]:
        """Its public keys."""
        found = []
        for kid, (key, algorithm) in self.keys.items():
            kind: Any = RSAAlgorithm if algorithm == "RS256" else ECAlgorithm
            found.append({**json.loads(kind.to_jwk(key.public_key())), "kid": kid, "use": "sig", "alg": algorithm})
        return {"keys": found}

    def token(self, *, kid: str = "first", without: tuple[str, ...] = (), **claims: Any) -> str:
        """The token of a job on the main branch of acme/delays, changed by ``claims``."""
        now = dt.datetime.now(dt.UTC)
        said = {
            "iss": self.address,
            "aud": AUDIENCE,
            "sub": "repo:acme/delays:ref:refs/heads/main",
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + dt.timedelta(minutes=5),
            "repository": "acme/delays",
            "ref": "refs/heads/main",
            **claims,
        }
        for name in without:
            del said[name]
        key, algorithm = self.keys[kid]
        return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid})

    def _say(self, path: str) -> tuple[int, bytes]:
        said: dict[str, Any]
        if path == "/.well-known/openid-configuration":
            said = {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}
        elif path == "/keys":
            said = self.key_set()
        else:
            return 404, b"{}"
        return 200, json.dumps(said).encode()
