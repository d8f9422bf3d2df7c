"""A real OpenBao server and an AWS look-alike on ports of their own, and a Kubernetes API that reviews tokens."""

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hvac

LIMIT_S = 30.0


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A server program that is ended with the test run."""

    def __init__(self, command: list[str], address: str, probe: str) -> None:
        self.address = address
        self._command = command
        self._probe = probe
        self._home = tempfile.TemporaryDirectory(prefix="mo-keys-")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        env = {"PATH": os.environ["PATH"], "HOME": self._home.name, "TMPDIR": self._home.name}
        env |= dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "testing")
        self.process = subprocess.Popen(
            self._command, env=env, cwd=self._home.name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + LIMIT_S
        while not self._answers():
            assert self.process.poll() is None, f"{self._command[0]} ended"
            assert time.monotonic() < end, f"{self._command[0]} does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.address + self._probe, timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def stop(self) -> None:
        """End it and remove its folder."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
        self._home.cleanup()


class Bao(Process):
    """OpenBao in memory, unsealed, with a transit engine."""

    def __init__(self) -> None:
        port = free_port()
        self.root_token = secrets.token_hex(16)
        bao = Path(sys.executable).parent / "bao"
        command = [str(bao), "server", "-dev", "-dev-no-store-token", f"-dev-root-token-id={self.root_token}"]
        super().__init__(
            [*command, f"-dev-listen-address=127.0.0.1:{port}"], f"http://127.0.0.1:{port}", "/v1/sys/health"
        )

    def start(self) -> None:
        super().start()
        self.admin = hvac.Client(self.address, token=self.root_token)
        self.admin.sys.enable_secrets_engine("transit")
        self.admin.sys.create_or_update_policy(
            "portal",
            'path "transit/encrypt/*" {capabilities = ["update"]}\n'
            'path "transit/decrypt/*" {capabilities = ["update"]}\n'
            'path "transit/rewrap/*" {capabilities = ["update"]}\n',
        )

    def make_key(self, *, derived: bool) -> str:
        """The name of a new transit key."""
        name = f"k{secrets.token_hex(4)}"
        self.admin.secrets.transit.create_key(name, derived=derived)
        return name

    def make_token(self, ttl: str = "1h", *, renewable: bool = True) -> str:
        """A token that may use transit keys and nothing else."""
        answer = self.admin.auth.token.create(policies=["portal"], ttl=ttl, renewable=renewable, no_parent=True)
        return str(answer["auth"]["client_token"])


def moto() -> Process:
    """AWS as far as KMS goes."""
    port = free_port()
    server = Path(sys.executable).parent / "moto_server"
    return Process([str(server), "-H", "127.0.0.1", "-p", str(port)], f"http://127.0.0.1:{port}", "/moto-api/")


class Kubernetes(ThreadingHTTPServer):
    """The one call of a cluster's API that Vault makes: is this service account's token genuine?"""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Review)
        self.genuine: set[str] = set()
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def issue(self, account: str = "portal", namespace: str = "modelops") -> str:
        """A token of a service account, as Kubernetes mounts it."""
        now = int(time.time())
        claims = {
            "iss": "kubernetes/serviceaccount",
            "sub": f"system:serviceaccount:{namespace}:{account}",
            "aud": ["vault"],
            "exp": now + 3600,
            "iat": now,
            "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": account, "uid": "1"}},
        }
        parts = [{"alg": "RS256", "typ": "JWT"}, claims]
        text = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        token = f"{text}.{base64.urlsafe_b64encode(secrets.token_bytes(256)).decode().rstrip('=')}"
        self.genuine.add(token)
        return token


class _Review(BaseHTTPRequestHandler):
    server: Kubernetes

    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        token = review["spec"]["token"]
        status: dict[str, Any] = {"authenticated": False}
        if token in self.server.genuine:
            user = {
                "username": "system:serviceaccount:modelops:portal",
                "uid": "1",
                "groups": ["system:serviceaccounts"],
            }
            status = {"authenticated": True, "user": user, "audiences": ["vault"]}
        body = json.dumps({**review, "status": status}).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass
