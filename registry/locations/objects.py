"""Sealed files in a bucket of S3 or a container of Azure, through obstore."""

import contextlib
import time
import uuid
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import obstore
from django.conf import settings
from obstore import exceptions

from modelops.lib.errors import Conflict
from modelops.lib.outbound import Gate, gate_to
from modelops.lib.outbound.buckets import retries, way_out

from .plain import PlainObject, PlainObjects
from .reading import RangedReader
from .store import FILE_NAME, ArtifactStore, FileMissing, PendingFile, StorageUnavailable, StoredFile, checked_name
from .writing import PART_BYTES, Bucket, PendingObject

# A store that does not answer is given up soon: readers fall back to a copy, and replication tries again later.
TIMEOUT_S = 60
RETRIES = retries(2, within_s=20)
_INCOMING = "incoming/"


def key_of(name: str) -> str:
    """The key of a file below the prefix; the end of an id spreads evenly, its front is ordered by time."""
    return f"{checked_name(name)[29:31]}/{name}"


@contextlib.contextmanager
def turned_away(where: str, gate: Gate) -> Iterator[None]:
    """Say so when the endpoint led elsewhere; the client itself only knows that a request failed."""
    before = gate.refused
    try:
        yield
    except StorageUnavailable:
        if gate.refused == before:
            raise
        raise StorageUnavailable(
            f"{where} cannot be used: its endpoint {gate.reason}. Check the endpoint and whom it belongs to."
        ) from None


@contextlib.contextmanager
def refusals(where: str, name: str = "") -> Iterator[None]:
    """Errors of obstore in the portal's words; its own repeat addresses and answers of the server."""
    try:
        yield
    except FileNotFoundError:
        raise FileMissing(f"The stored file {name} is not in {where}. Repair it from another location.") from None
    except (exceptions.AlreadyExistsError, exceptions.PreconditionError):
        raise Conflict(f"The name {name} is taken by a stored file.", code="storage.name_taken") from None
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
        raise StorageUnavailable(
            f"{where} refused the credentials. Check the secret and its rights to read, write, list and delete."
        ) from None
    except (exceptions.BaseError, OSError) as error:
        raise StorageUnavailable(
            f"{where} did not do what was asked ({type(error).__name__}). Check bucket, region, endpoint and network."
        ) from None


class ObjectStore(ArtifactStore, Bucket, PlainObjects):
    """What S3 and Azure have in common.

    Small files are stored by one conditional request. A part-wise upload knows no condition, so it is announced by a
    conditional marker first: whoever made the marker and then finds no file of the name is the only one to write it.
    """

    def __init__(self, options: Any = None, credentials: Any = None) -> None:
        super().__init__(options, credentials)
        self._where = self.describe()
        # The clients follow redirects and resolve names by themselves: they get out through the guard only.
        self._gate = gate_to(self.endpoint(), allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS)
        try:
            self._client = self.connect()
        except (exceptions.BaseError, ValueError, TypeError):
            raise StorageUnavailable(f"{self._where} cannot be used with these options and credentials.") from None

    @abstractmethod
    def connect(self) -> Any:
        """The obstore client of the bucket below the prefix."""

    @abstractmethod
    def endpoint(self) -> str:
        """Where every request goes; nothing else can be reached."""

    @abstractmethod
    def describe(self) -> str:
        """The bucket in words for messages; no secrets."""

    def client_options(self) -> Any:
        """How obstore gets out: through the guard."""
        return way_out(self._gate, TIMEOUT_S)

    def begin(self, name: str) -> PendingFile:
        return PendingObject(self, checked_name(name))

    def open(self, name: str, offset: int = 0) -> BinaryIO:
        key = key_of(name)
        size = self.size(name)

        def fetch(start: int, end: int) -> bytes:
            with self._asking(name):
                return obstore.get_range(self._client, key, start=start, end=end).to_bytes()

        return cast(BinaryIO, RangedReader(fetch, size, offset))

    def size(self, name: str) -> int:
        with self._asking(name):
            return int(obstore.head(self._client, key_of(name))["size"])

    def first_bytes(self, file: StoredFile, length: int) -> bytes:
        key = file.name if file.is_foreign else key_of(file.name)
        if not file.size:
            return b""
        with self._asking(file.name):
            return obstore.get_range(self._client, key, start=0, end=min(length, file.size)).to_bytes()

    def create(self, name: str, data: bytes) -> None:
        with self._asking(name):
            obstore.put(self._client, key_of(name), data, mode="create", use_multipart=False)

    def announce(self, name: str) -> None:
        with self._asking(name):
            obstore.put(self._client, _INCOMING + checked_name(name), b"", mode="create", use_multipart=False)
        try:
            self.size(name)
        except FileMissing:
            return
        self.withdraw(name)
        raise Conflict(f"The name {name} is taken by a stored file.", code="storage.name_taken")

    def send(self, name: str, parts: Iterator[bytes]) -> None:
        with self._asking(name):
            obstore.put(self._client, key_of(name), parts, use_multipart=True, chunk_size=PART_BYTES, max_concurrency=2)

    def withdraw(self, name: str) -> None:
        self._remove(_INCOMING + checked_name(name))

    def delete(self, name: str) -> None:
        self._remove(key_of(name))

    def delete_pending(self, name: str) -> None:
        self.withdraw(name)

    def probe(self) -> None:
        key, content = f"{_INCOMING}probe-{uuid.uuid4().hex}", uuid.uuid4().bytes
        with self._asking(key):
            obstore.put(self._client, key, content, mode="create", use_multipart=False)
            found = obstore.get(self._client, key).bytes().to_bytes()
            obstore.delete(self._client, key)
        if found != content:
            raise StorageUnavailable(f"{self._where} does not give back what was written.")

    def walk(self) -> Iterator[StoredFile]:
        now = time.time()
        with self._asking():
            for batch in obstore.list(self._client, chunk_size=500):
                for entry in batch:
                    age_s = now - entry["last_modified"].timestamp()
                    yield stored_file(entry["path"], age_s, entry["size"])

    def look_at(self, key: str) -> PlainObject:
        with self._asking(key):
            return _plain(obstore.head(self._client, key))

    def read_at(self, found: PlainObject, start: int, end: int) -> bytes:
        with self._asking(found.key):
            answer = obstore.get(self._client, found.key, options={"range": (start, end), "if_match": found.tag})
            return answer.bytes().to_bytes()

    def below(self, prefix: str, most: int) -> list[PlainObject]:
        found: list[PlainObject] = []
        with self._asking():
            for batch in obstore.list(self._client, prefix=prefix or None, chunk_size=min(most, 500)):
                found += map(_plain, batch)
                if len(found) >= most:
                    break
        return found[:most]

    @contextlib.contextmanager
    def _asking(self, name: str = "") -> Iterator[None]:
        """Errors of the client in the portal's words."""
        with turned_away(self._where, self._gate), refusals(self._where, name):
            yield

    def _remove(self, key: str) -> None:
        try:
            with self._asking(key):
                obstore.delete(self._client, key)
        except FileMissing:
            return


def stored_file(key: str, age_s: float, size: int) -> StoredFile:
    """What a key below the prefix stands for."""
    name = key.rsplit("/", 1)[-1]
    if FILE_NAME.fullmatch(name):
        if key == key_of(name):
            return StoredFile(name, age_s, is_pending=False, size=size)
        if key == _INCOMING + name:
            return StoredFile(name, age_s, is_pending=True, size=size)
    return StoredFile(key, age_s, is_pending=False, size=size, is_foreign=True)


def _plain(entry: Any) -> PlainObject:
    tag = entry["e_tag"]
    if not tag:
        raise StorageUnavailable("The bucket tells no entity tag, so a change of the object would not be seen.")
    # Azure's lists write it without the quotes that its answers have, and that a condition needs.
    return PlainObject(entry["path"], int(entry["size"]), tag if tag.endswith('"') else f'"{tag}"')
