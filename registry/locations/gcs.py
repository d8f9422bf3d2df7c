"""Sealed files in a bucket of Google Cloud Storage, through Google's own client, which its test servers understand."""

import contextlib
import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from modelops.lib.errors import Conflict

from .objects import ObjectStore, key_of, stored_file, turned_away
from .plain import PlainObject
from .reading import RangedReader
from .store import FileMissing, StorageUnavailable, StoredFile, checked_name, stores
from .writing import PART_BYTES

_SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"
_INCOMING = "incoming/"


def _call() -> dict[str, Any]:
    """How long a request may take. Google's own default goes on for minutes, while a reader could have a copy."""
    from google.cloud.storage.retry import DEFAULT_RETRY

    return {"timeout": (5.0, 60.0), "retry": DEFAULT_RETRY.with_timeout(8.0)}


@contextlib.contextmanager
def refusals(where: str, name: str = "") -> Iterator[None]:
    """Errors of Google's client in the portal's words."""
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException

    try:
        yield
    except exceptions.NotFound:
        raise FileMissing(f"The stored file {name} is not in {where}. Repair it from another location.") from None
    except (exceptions.PreconditionFailed, exceptions.Conflict):
        raise Conflict(f"The name {name} is taken by a stored file.", code="storage.name_taken") from None
    except (exceptions.Forbidden, exceptions.Unauthorized, GoogleAuthError):
        raise StorageUnavailable(
            f"{where} refused the credentials. Check the secret and its rights to read, write, list and delete."
        ) from None
    except (exceptions.GoogleAPIError, RequestException, OSError) as error:
        raise StorageUnavailable(
            f"{where} did not do what was asked ({type(error).__name__}). Check bucket, endpoint and network."
        ) from None


@stores.register("gcs")
class GoogleArtifactStore(ObjectStore):
    """Every write carries the condition that no file of the name exists (generation 0)."""

    label = "Google Cloud Storage bucket"

    def connect(self) -> Any:
        from google.api_core.client_options import ClientOptions
        from google.auth.credentials import AnonymousCredentials
        from google.auth.transport.requests import AuthorizedSession
        from google.cloud import storage  # type: ignore[attr-defined]
        from google.oauth2 import service_account

        credentials: Any = (
            AnonymousCredentials()  # type: ignore[no-untyped-call]
            if self.credentials.get("type") == "anonymous"
            else service_account.Credentials.from_service_account_info(self.credentials, scopes=[_SCOPE])  # type: ignore[no-untyped-call]
        )
        session: Any = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
        session.trust_env = False
        session.proxies = dict.fromkeys(("http", "https"), self._gate.proxy_url)
        client = storage.Client(
            project=self.credentials.get("project_id", "modelops"),
            credentials=credentials,
            _http=session,
            client_options=ClientOptions(api_endpoint=self.endpoint()),
        )
        return client.bucket(self.options["bucket"])

    def endpoint(self) -> str:
        return str(self.options.get("endpoint") or "https://storage.googleapis.com")

    def describe(self) -> str:
        return f"The bucket {self.options['bucket']}"

    def open(self, name: str, offset: int = 0) -> BinaryIO:
        size = self.size(name)
        blob = self._blob(key_of(name))

        def fetch(start: int, end: int) -> bytes:
            with self._asking(name):
                return cast(bytes, blob.download_as_bytes(start=start, end=end - 1, **_call()))

        return cast(BinaryIO, RangedReader(fetch, size, offset))

    def size(self, name: str) -> int:
        blob = self._blob(key_of(name))
        with self._asking(name):
            blob.reload(**_call())
        return int(blob.size)

    def first_bytes(self, file: StoredFile, length: int) -> bytes:
        if not file.size:
            return b""
        blob = self._blob(file.name if file.is_foreign else key_of(file.name))
        with self._asking(file.name):
            return cast(bytes, blob.download_as_bytes(start=0, end=min(length, file.size) - 1, **_call()))

    def create(self, name: str, data: bytes) -> None:
        self._refuse_taken(name)
        self._upload(key_of(name), data)

    def announce(self, name: str) -> None:
        self._upload(_INCOMING + checked_name(name), b"")
        try:
            self._refuse_taken(name)
        except Conflict:
            self.withdraw(name)
            raise

    def send(self, name: str, parts: Iterator[bytes]) -> None:
        blob = self._blob(key_of(name), chunk_size=PART_BYTES)
        with (
            self._asking(name),
            blob.open("wb", if_generation_match=0, ignore_flush=True, **_call()) as file,
        ):
            for part in parts:
                file.write(part)

    def probe(self) -> None:
        key, content = f"{_INCOMING}probe-{uuid.uuid4().hex}", uuid.uuid4().bytes
        blob = self._blob(key)
        with self._asking(key):
            self._upload(key, content)
            found = blob.download_as_bytes(**_call())
            blob.delete(**_call())
        if found != content:
            raise StorageUnavailable(f"{self._where} does not give back what was written.")

    def walk(self) -> Iterator[StoredFile]:
        prefix = self._prefix()
        now = dt.datetime.now(tz=dt.UTC)
        with self._asking():
            for blob in self._client.list_blobs(prefix=prefix or None, **_call()):
                age_s = (now - blob.updated).total_seconds()
                yield stored_file(blob.name.removeprefix(prefix), age_s, int(blob.size))

    def look_at(self, key: str) -> PlainObject:
        blob = self._blob(key)
        with self._asking(key):
            blob.reload(**_call())
        return PlainObject(key, int(blob.size), str(blob.generation))

    def read_at(self, found: PlainObject, start: int, end: int) -> bytes:
        blob = self._blob(found.key)
        with self._asking(found.key):
            data = blob.download_as_bytes(start=start, end=end - 1, if_generation_match=int(found.tag), **_call())
        return cast(bytes, data)

    def below(self, prefix: str, most: int) -> list[PlainObject]:
        own = self._prefix()
        start = f"{own}{prefix}/" if prefix else own
        with self._asking():
            return [
                PlainObject(blob.name.removeprefix(own), int(blob.size), str(blob.generation))
                for blob in self._client.list_blobs(prefix=start or None, max_results=most, **_call())
            ]

    @contextlib.contextmanager
    def _asking(self, name: str = "") -> Iterator[None]:
        with turned_away(self._where, self._gate), refusals(self._where, name):
            yield

    def _upload(self, key: str, data: bytes) -> None:
        with self._asking(key):
            self._blob(key).upload_from_string(
                data, content_type="application/octet-stream", if_generation_match=0, **_call()
            )

    def _refuse_taken(self, name: str) -> None:
        # Google refuses by the condition on the write; asking first saves sending what would be refused.
        try:
            self.size(name)
        except FileMissing:
            return
        raise Conflict(f"The name {name} is taken by a stored file.", code="storage.name_taken")

    def _remove(self, key: str) -> None:
        try:
            with self._asking(key):
                self._blob(key).delete(**_call())
        except FileMissing:
            return

    def _blob(self, key: str, **options: Any) -> Any:
        return self._client.blob(self._prefix() + key, **options)

    def _prefix(self) -> str:
        prefix = str(self.options.get("prefix", ""))
        return f"{prefix}/" if prefix else ""
