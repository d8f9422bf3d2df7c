"""How the portal takes files: sealed while they stream in. No handler here writes plaintext anywhere."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict

from modelops.lib.errors import Invalid, TooLarge

from .body import too_large
from .expected_digest import ExpectedDigest
from .sealed import SealedUpload, Sealing

# Room for the fields and part headers beside the file.
FIELDS_BYTES = 4 * 1024 * 1024
# The closing delimiter stands within the last bytes of a body; what may follow it (the epilogue) is empty in practice.
_TAIL_BYTES = 1024


def allow_upload(request: Any, max_bytes: int | None = None) -> None:
    """Let ``request`` carry a file of up to ``max_bytes``; a view calls it after it has checked permissions.

    Files in requests that no view allowed are passed over unread. Raises TooLarge by the announced length, before
    anything of the body is read.
    """
    limit = settings.MODELOPS_MAX_ARTIFACT_BYTES if max_bytes is None else max_bytes
    request = getattr(request, "_request", request)  # REST framework wraps Django's request.
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        announced = 0
    if announced > limit + FIELDS_BYTES:
        raise too_large(limit)
    request.upload_limit = limit


class SealingUploadHandler(FileUploadHandler):
    """Encrypts each file as it arrives; the only upload handler of the portal."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._sealing: Sealing | None = None
        self._finished: list[SealedUpload] = []
        self._is_counting = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803  Django's name for it
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict] | None:
        """Parse the body once more around, counting it: Django itself takes a truncated body for a short one."""
        if self._is_counting or self._limit is None:
            return None
        self._is_counting = True
        said = META.get("HTTP_CONTENT_DIGEST", "")
        try:
            counted = _CountedInput(input_data, ExpectedDigest.from_header(said) if said else ExpectedDigest())
            fields, files = MultiPartParser(META, cast(Any, counted), [self], encoding).parse()
            if counted.received < content_length or b"--" + boundary + b"--" not in counted.tail:
                raise _truncated()
            counted.check()
        except TooManyFilesSent:
            self._discard()
            raise _too_many() from None
        except UnreadablePostError:
            self._discard()
            raise _truncated() from None
        except BaseException:
            self._discard()
            raise
        return fields, files

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to seal, or pass the file over when nobody may upload here."""
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if self._limit is None or user is None or not user.is_authenticated:
            raise SkipFile
        self._sealing = Sealing(self.file_name or "file")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal the next piece. Raises TooLarge at the first byte over the limit."""
        if self._sealing is None:
            return
        received = self._sealing.size + sum(upload.size or 0 for upload in self._finished)
        if self._limit is None or received + len(raw_data) > self._limit:
            raise too_large(self._limit or 0)
        self._sealing.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload | None:
        """The sealed file."""
        if self._sealing is None:
            return None
        upload = self._sealing.finish()
        self._sealing = None
        self._finished.append(upload)
        return upload

    def upload_interrupted(self) -> None:
        """The parser gave up: remove what was stored."""
        self._discard()

    @property
    def _limit(self) -> int | None:
        return getattr(self.request, "upload_limit", None)

    def _discard(self) -> None:
        if self._sealing is not None:
            self._sealing.discard()
            self._sealing = None
        for upload in self._finished:
            upload.close()


class _CountedInput:
    """Passes a body through, counts it, checks its digest and remembers its end."""

    def __init__(self, source: Any, expected: ExpectedDigest) -> None:
        self._source = source
        self._expected = expected
        self._digests = {name: hashlib.new(name) for name in ("sha256", "sha512") if getattr(expected, name)}
        self.received = 0
        self.tail = b""

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._source.read(size)
        self.received += len(data)
        for digest in self._digests.values():
            digest.update(data)
        self.tail = (self.tail + data[-_TAIL_BYTES:])[-_TAIL_BYTES:]
        return data

    def check(self) -> None:
        """Raise Invalid when the body is not what its Content-Digest says."""
        found = {name: digest.hexdigest() for name, digest in self._digests.items()}
        self._expected.check(found.get("sha256", ""), found.get("sha512", ""))


def _too_many() -> TooLarge:
    return TooLarge(
        f"One form takes at most {settings.DATA_UPLOAD_MAX_NUMBER_FILES} files. Upload each by itself (uploads/) and "
        "name them all when you add the version.",
        code="directory.too_many_files",
        field="files",
    )


def _truncated() -> Invalid:
    return Invalid(
        "The body ended before its closing boundary, so nothing was stored. Send the whole file again.",
        code="request.truncated",
    )


@contextmanager
def received_files(request: HttpRequest) -> Iterator[list[tuple[str, SealedUpload]]]:
    """The files of an allowed upload with the names of their fields; what no service adopted is removed at the end.

    Reading it takes the whole body in.
    """
    files = request.FILES
    try:
        yield [(field, upload) for field, given in files.lists() for upload in given]
    finally:
        for _, given in files.lists():
            for upload in given:
                upload.close()


@contextmanager
def received_file(request: HttpRequest, field: str = "file") -> Iterator[SealedUpload]:
    """The one file of an allowed upload. Raises Invalid when there is no file or more than one."""
    with received_files(request) as files:
        yield only_file(files, field)


def only_file(files: list[tuple[str, SealedUpload]], field: str = "file") -> SealedUpload:
    """The one file, in its field. Raises Invalid for anything else."""
    if len(files) != 1 or files[0][0] != field or not isinstance(files[0][1], SealedUpload):
        raise Invalid(
            f"Send exactly one file, as multipart/form-data, in the field {field!r}.",
            code="file.missing",
            field=field,
        )
    return files[0][1]
