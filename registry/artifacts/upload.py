"""How the portal takes files: sealed while they stream in. No handler here writes plaintext anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict

from modelops.lib.errors import Invalid, TooLarge

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
        raise _too_large(limit)
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
        counted = _CountedInput(input_data)
        try:
            fields, files = MultiPartParser(META, cast(Any, counted), [self], encoding).parse()
            if counted.received < content_length or b"--" + boundary + b"--" not in counted.tail:
                raise _truncated()
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
        if self._limit is None or self._sealing.size + len(raw_data) > self._limit:
            raise _too_large(self._limit or 0)
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
    """Passes a body through, counts it and remembers its end."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.received = 0
        self.tail = b""

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._source.read(size)
        self.received += len(data)
        self.tail = (self.tail + data[-_TAIL_BYTES:])[-_TAIL_BYTES:]
        return data


def _truncated() -> Invalid:
    return Invalid(
        "The body ended before its closing boundary, so nothing was stored. Send the whole file again.",
        code="request.truncated",
    )


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The file is larger than the {limit:,} bytes that are allowed here. "
        "Send a smaller file, or ask an administrator to raise MODELOPS_MAX_ARTIFACT_BYTES.",
        code="request.too_large",
        field="file",
    )


@contextmanager
def received_file(request: HttpRequest, field: str = "file") -> Iterator[SealedUpload]:
    """The one file of an allowed upload; whatever no service adopted is removed at the end.

    Reading it takes the whole body in. Raises Invalid when there is no file or more than one.
    """
    files = request.FILES
    try:
        given = files.getlist(field)
        if len(given) != 1 or len(files) != 1 or not isinstance(given[0], SealedUpload):
            raise Invalid(
                f"Send exactly one file, as multipart/form-data, in the field {field!r}.",
                code="file.missing",
                field=field,
            )
        yield given[0]
    finally:
        for _, uploads in files.lists():
            for upload in uploads:
                upload.close()
