#!/usr/bin/env python3
"""Seals files for a ModelOps portal on this machine, and opens what the portal gives back; needs ``cryptography`` 47+.

    export PORTAL_API_KEY=…
    python modelops_seal.py seal-and-upload --portal https://portal.example.org --model churn weights.safetensors
    python modelops_seal.py download-and-open --portal https://portal.example.org --model churn --version 3 weights

Between this process and the portal's there is ciphertext alone, in the portal's format MOPSEAL1; each file has a data
key of its own, which travels wrapped by HPKE (RFC 9180) and is written to no disk. Programs may import `Portal`.
"""

import argparse
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import ssl
import struct
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# Format 1, AES-256-GCM, segments of 2**20 bytes, no codec (docs/reference/artifact-format.md).
FIXED, NONCE, BEGINNING = struct.Struct(">8sBBBB16sI"), struct.Struct(">IB"), (b"MOPSEAL1", 1, 1, 20, 0)
HEADER, TAG, SEGMENT = 96, 16, 1 << 20
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
UPLOAD, DOWNLOAD = b"modelops sealed upload 1\x00", b"modelops sealed download 1\x00"
SEALED = "application/vnd.modelops.sealed"
PIECE = 16 * SEGMENT  # sent in one request, and kept in memory until the portal has it
AGAIN = {429, 502, 503, 504}  # answers after which the same request may succeed
BUSY = {"idempotency.in_progress", "upload.in_progress", "upload.offset_mismatch", "upload.superseded"}


class Problem(Exception):
    """What went wrong; ``code`` and ``status`` are the portal's where it refused something."""

    def __init__(self, message: str, code: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.code, self.status = code, status


def _derive(data_key: bytes, fixed: bytes, salt: bytes, file_id: uuid.UUID) -> tuple[AESGCM, bytes, bytes]:
    context = f"sealed.transfer:{file_id}".encode()
    info = b"modelops artifact v1\x00" + fixed + struct.pack(">I", len(context)) + context
    okm = HKDF(hashes.SHA256(), 71, salt, info).derive(data_key)
    return AESGCM(okm[:32]), okm[32:39], okm[39:]


class Sealed:
    """One file on its way to the portal: under a key of its own, and read once from beginning to end."""

    def __init__(self, size: int, recipient: dict[str, Any]) -> None:
        """``recipient`` is what `Portal.recipient` gives."""
        self.size, self.length = size, HEADER + size + TAG * (size // SEGMENT + 1)
        key_id, file_id, data_key, salt = uuid.UUID(recipient["key_id"]), uuid.uuid4(), os.urandom(32), os.urandom(32)
        fixed = FIXED.pack(*BEGINNING, file_id.bytes, recipient["version"])
        self._cipher, self._prefix, commitment = _derive(data_key, fixed, salt, file_id)
        self._header, self._digest = fixed + salt + commitment, hashlib.sha256()
        meant_for = UPLOAD + key_id.bytes + uuid.UUID(recipient["sender"]).bytes + file_id.bytes
        wrapped = SUITE.encrypt(data_key, recipient["public"], meant_for)
        self.key = {"recipient": str(key_id), "key": base64.b64encode(wrapped).decode()}

    @property
    def sha256(self) -> str:
        """Of the plaintext that was read so far."""
        return self._digest.hexdigest()

    def pieces(self, file: BinaryIO) -> Iterator[bytes]:
        """The sealed bytes. Raises Problem when the file does not have the size that was announced."""
        yield self._header
        last = self.size // SEGMENT
        for index in range(last + 1):
            wanted = SEGMENT if index < last else self.size % SEGMENT
            plain = file.read(wanted)
            if len(plain) != wanted or (index == last and file.read(1)):
                raise Problem("The file was changed while it was read. Send it again when it rests.")
            self._digest.update(plain)
            yield self._cipher.encrypt(self._prefix + NONCE.pack(index, index == last), plain, None)


def opened(answer: http.client.HTTPResponse, private: X25519PrivateKey) -> Iterator[bytes]:
    """The plaintext of a sealed answer, each segment after it has opened. Raises Problem for one that was changed."""
    header, wrapped = answer.read(HEADER), base64.b64decode(answer.headers["X-Sealed-Key"] or "")
    if len(header) < HEADER:
        raise http.client.IncompleteRead(header)
    if FIXED.unpack(header[:32])[:5] != BEGINNING:
        raise Problem("What the portal sent is no sealed file that this client knows. Get the portal's present client.")
    file_id = uuid.UUID(bytes=header[12:28])
    try:
        data_key = SUITE.decrypt(wrapped, private, DOWNLOAD + file_id.bytes)
        cipher, prefix, commitment = _derive(data_key, header[:32], header[32:64], file_id)
        if not hmac.compare_digest(commitment, header[64:]):
            raise InvalidTag
        last, rest = divmod(int(answer.headers["Content-Length"] or 0) - HEADER, SEGMENT + TAG)
        for index in range(last + 1):
            wanted = SEGMENT + TAG if index < last else rest
            sealed = answer.read(wanted)
            if len(sealed) < wanted:
                raise http.client.IncompleteRead(sealed)
            yield cipher.decrypt(prefix + NONCE.pack(index, index == last), sealed, None)
    except InvalidTag:
        raise Problem("What arrived does not open: it was changed on its way. Nothing was kept.") from None


class Portal:
    """The REST interface of a portal, as far as sealed files need it. It follows no redirects."""

    def __init__(self, address: str, api_key: str, *, ca_file: str | None = None, attempts: int = 8) -> None:
        where = urlsplit(address)
        if where.scheme != "https" and where.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise Problem("The portal's address must begin with https://; the API key would go out in clear.")
        self._where, self._key, self._attempts = where, api_key, attempts
        self._tls = ssl.create_default_context(cafile=ca_file) if where.scheme == "https" else None

    def recipient(self, pins: tuple[str, ...] = ()) -> dict[str, Any]:
        """The key to seal for. Raises Problem when ``pins`` are given and its fingerprint is none of them."""
        found: dict[str, Any] = self._ask("GET", "sealing-key/")
        found["public"] = X25519PublicKey.from_public_bytes(base64.b64decode(found["public_key"]))
        der = found["public"].public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        fingerprint = hashlib.sha256(der).hexdigest()
        if pins and fingerprint not in {pin.lower().replace(":", "") for pin in pins}:
            raise Problem(
                f"The portal's key has the fingerprint {fingerprint}: not the expected one. Nothing was sent."
            )
        return found

    def upload(
        self, file: Path, of: str, *, about: dict[str, Any] | None = None, pins: tuple[str, ...] = (), once: str = ""
    ) -> dict[str, Any]:
        """Seal ``file`` and add it as a version ``of`` ("models/NAME", "datasets/NAME"); gives the portal's answer.

        A directory becomes one version of a model. ``about`` has its metrics, parameters, tags and datasets. The same
        file under the same ``once``, as the id of a run, makes one version; the portal knows it for a day. Raises
        Problem, also when the portal opened something else than what was sealed.
        """
        recipient, about = self.recipient(pins), about or {}
        if file.is_dir():
            files = sorted(path for path in file.rglob("*") if path.is_file())
            named = [{"path": path.relative_to(file).as_posix(), **self._sent(path, recipient)[1]} for path in files]
            return dict(self._ask("POST", f"{of}/versions/", {"files": named, **about}, once=once))
        if file.stat().st_size <= PIECE and "parameters" not in about:
            sealed, answer = self._in_one(file, recipient, of, about, once)
        else:
            sealed, sent = self._sent(file, recipient)
            answer = self._ask("POST", f"{of}/versions/", {**sent, **about}, once=once)
        if answer["digest"]["sha256"] != sealed.sha256:
            raise Problem(f"The portal did not open the file {sealed.sha256}. Do not use this version.")
        return dict(answer)

    def download(self, of: str, out: Path, *, access_code: str = "") -> str:
        """Open a file ``of`` ("models/NAME/versions/3/artifact/") into ``out``; gives its SHA-256.

        ``out`` appears when every segment has opened and the digest is the registered one, never before.
        """
        target = out.with_name(f".{out.name[:200]}.{uuid.uuid4().hex[:16]}.part")
        try:
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                digest = self._open_into(file, of, {"X-Model-Access-Code": access_code} if access_code else {})
                file.flush()
                os.fsync(file.fileno())
            target.replace(out)
        finally:
            target.unlink(missing_ok=True)
        return digest

    def _in_one(self, file: Path, recipient: dict[str, Any], of: str, about: Any, once: str) -> tuple[Sealed, Any]:
        with file.open("rb") as content:
            sealed = Sealed(os.fstat(content.fileno()).st_size, recipient)
            body = b"".join(sealed.pieces(content))
        headers = {"Content-Type": SEALED, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
        headers |= {"X-Sealed-Recipient": sealed.key["recipient"], "X-Sealed-Key": sealed.key["key"]}
        query = urlencode({what: json.dumps(said) for what, said in about.items()})
        return sealed, self._ask("POST", f"{of}/versions/?{query}", body, headers, once)

    def _sent(self, file: Path, recipient: dict[str, Any]) -> tuple[Sealed, dict[str, Any]]:
        """Send a file in pieces. One that was interrupted is sent again from memory: nothing is sealed twice."""
        with file.open("rb") as content:
            sealed = Sealed(os.fstat(content.fileno()).st_size, recipient)
            upload = self._ask("POST", "uploads/", {"file_name": file.name, "length": sealed.length})["id"]
            start, waiting = 0, bytearray()
            for piece in sealed.pieces(content):
                waiting += piece
                if len(waiting) >= PIECE or start + len(waiting) == sealed.length:
                    self._send(f"uploads/{upload}/", start, bytes(waiting))
                    start, waiting = start + len(waiting), bytearray()
        return sealed, {"upload": upload, "sealed": sealed.key}

    def _send(self, upload: str, start: int, piece: bytes) -> None:
        def send() -> None:
            at = int(self._json("GET", upload)["offset"]) - start
            if not 0 <= at <= len(piece):
                raise Problem("The portal has lost a part of the upload. Send the file again.")
            if at < len(piece):
                headers = {"Content-Type": "application/octet-stream", "Upload-Offset": str(start + at)}
                self._once("PATCH", upload, piece[at:], headers).close()

        self._persist(send)

    def _open_into(self, file: BinaryIO, of: str, headers: dict[str, str]) -> str:
        digest = hashlib.sha256()

        def go_on() -> None:
            private = X25519PrivateKey.generate()
            own = base64.b64encode(private.public_key().public_bytes_raw()).decode()
            asked = {**headers, "X-Seal-For": own, "X-Seal-From": str(file.tell())}
            with contextlib.closing(self._once("GET", of, b"", asked)) as answer:
                if answer.headers.get_content_type() != SEALED:
                    raise Problem("The portal does not give out sealed files. Nothing was read.")
                for plain in opened(answer, private):
                    digest.update(plain)
                    file.write(plain)
                if digest.hexdigest() != answer.headers["X-Opened-Sha256"]:
                    raise Problem("The file that arrived is not the registered one. Nothing was kept.")

        self._persist(go_on)
        return digest.hexdigest()

    def _ask(self, method: str, path: str, body: Any = None, headers: Any = None, once: str = "") -> Any:
        """The JSON of an answer; a POST is carried out once, however often it has to be sent."""
        headers = {**(headers or {}), "Idempotency-Key": once or str(uuid.uuid4())}
        return self._persist(lambda: self._json(method, path, body, headers))

    def _json(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        headers = {"Content-Type": "application/json", **(headers or {})}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        with contextlib.closing(self._once(method, path, content, headers)) as answer:
            return json.loads(answer.read())

    def _persist(self, act: Callable[[], Any]) -> Any:
        """What ``act`` gives, in one of several attempts with growing pauses between them."""
        for attempt in range(1, self._attempts):
            try:
                return act()
            except (OSError, http.client.HTTPException, Problem) as error:
                if isinstance(error, Problem) and error.status not in AGAIN and error.code not in BUSY:
                    raise
                time.sleep(min(0.1 * 2**attempt, 20))
        return act()

    def _once(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> http.client.HTTPResponse:
        host, port = self._where.hostname or "", self._where.port
        plain, tls = http.client.HTTPConnection, http.client.HTTPSConnection
        connection = tls(host, port, timeout=120, context=self._tls) if self._tls else plain(host, port, timeout=120)
        known = {"Authorization": f"Bearer {self._key}", "Connection": "close"}
        connection.request(method, f"{self._where.path.rstrip('/')}/api/v1/{path}", body, {**known, **headers})
        answer = connection.getresponse()
        if answer.status >= 300:
            with contextlib.closing(answer), contextlib.suppress(ValueError):
                said = json.loads(answer.read(1 << 20))
                raise Problem(f"{said['detail']} ({said['code']})", said["code"], answer.status)
            raise Problem(f"The portal answered {answer.status}.", status=answer.status)
        return answer


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Seals files for a ModelOps portal, and opens what it gives back.")
    parser.add_argument("command", choices=("seal-and-upload", "download-and-open"))
    parser.add_argument("file", type=Path, help="what is sent (also a directory), or where what comes is written")
    parser.add_argument("--portal", required=True, help="its address; the API key stands in PORTAL_API_KEY")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--model")
    what.add_argument("--dataset")
    parser.add_argument("--version", type=int, default=1, help="of the download")
    parser.add_argument("--path", default="", help="of one file of a directory")
    parser.add_argument("--fingerprint", action="append", default=[], help="of the portal's key; another is refused")
    parser.add_argument("--about", type=json.loads, default={}, help='for example {"metrics": {"auc": 0.93}}')
    parser.add_argument("--ca-file", help="certificates to trust in place of the system's")
    said = parser.parse_args()
    of = f"models/{quote(said.model)}" if said.model else f"datasets/{quote(said.dataset)}"
    try:
        portal = Portal(said.portal, os.environ.get("PORTAL_API_KEY", ""), ca_file=said.ca_file)
        if said.command == "seal-and-upload":
            found: Any = portal.upload(said.file, of, about=said.about, pins=tuple(said.fingerprint))
        else:
            file = f"{of}/versions/{said.version}/" + (f"files/{quote(said.path)}" if said.path else "artifact/")
            found = portal.download(file, said.file, access_code=os.environ.get("MODEL_ACCESS_CODE", ""))
    except (Problem, OSError, ValueError, http.client.HTTPException) as error:
        sys.exit(str(error) or type(error).__name__)
    sys.stdout.write(f"{found if isinstance(found, str) else json.dumps(found, indent=2)}\n")


if __name__ == "__main__":
    main()
