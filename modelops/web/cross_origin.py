"""What pages of other origins may ask of the REST interface, once a deployment names such origins."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Every header that the interface reads, beside those that a browser may always send.
REQUEST_HEADERS: Final = (
    "authorization", "content-digest", "content-disposition", "content-type", "idempotency-key", "if-match",
    "if-none-match", "if-range", "range", "repr-digest", "upload-complete", "upload-length", "upload-offset",
    "x-model-access-code", "x-request-id", "x-step-up-code",
)  # fmt: skip
ANSWER_HEADERS: Final = (
    "content-disposition", "content-range", "etag", "idempotent-replayed", "location", "ratelimit",
    "ratelimit-policy", "repr-digest", "retry-after",
    "upload-complete", "upload-expires", "upload-length", "upload-limit", "upload-offset", "x-model-signature",
    "x-model-signature-key", "x-request-id",
)  # fmt: skip


def origins(entries: Iterable[str]) -> list[str]:
    """The origins that a setting names, each exact.

    Raises ImproperlyConfigured for a pattern, ``null``, or what is more or less than scheme, host and port.
    """
    return [_origin(entry) for entry in entries]


def _origin(entry: str) -> str:
    parts = urlsplit(entry)
    exact = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in {"https", "http"} or not parts.hostname or exact != entry or "*" in entry or "@" in entry:
        raise ImproperlyConfigured(
            f"MODELOPS_CORS_ORIGINS names {entry!r}; an exact origin like https://app.example.org is needed."
        )
    return entry
