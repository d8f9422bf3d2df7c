"""Objects in a bucket of S3 or of what speaks its protocol: created, never replaced. Lock the bucket (object lock).

Keys count down, so that a listing begins with the newest: ``PREFIX/999999999999.note`` is the first,
``PREFIX/999999999998.note`` the second. As each name can be made once only, there is one order and no gap.
"""

import contextlib
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import obstore
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from obstore import exceptions

from modelops.lib.outbound import gate_to
from modelops.lib.outbound.buckets import retries, s3_bucket, s3_endpoint

from .base import Anchor, AnchorFailed

_END = 10**12
_NAME = re.compile(r"\d{12}\.note")


class S3Anchor(Anchor):
    """One object a minute at most. Give the credentials the rights to put, get and list, and not to delete."""

    name = "s3"
    is_readable = True
    every_s = 60

    def __init__(self, url: str, key_id: str, secret: str) -> None:
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme != "s3" or not parts.netloc or set(options) - {"region", "endpoint"} or "region" not in options:
            raise ImproperlyConfigured(
                "MODELOPS_ANCHOR_S3 does not read s3://BUCKET/PREFIX?region=REGION (other stores: &endpoint=URL)."
            )
        endpoint = s3_endpoint(options["region"], options.get("endpoint", ""))
        gate = gate_to(endpoint, allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS)
        self._client = s3_bucket(
            parts.netloc,
            gate,
            endpoint=endpoint,
            region=options["region"],
            prefix=parts.path.strip("/"),
            retry=retries(1, within_s=15),
            access_key_id=key_id,
            secret_access_key=secret,
        )

    def write(self, size: int, note: str) -> None:
        with self._asking():
            newest = self._newest()
            if newest is not None and self._content(newest) == note:
                return
            number = int(newest.removesuffix(".note")) - 1 if newest else _END - 1
            obstore.put(self._client, f"{number:012d}.note", note.encode(), mode="create", use_multipart=False)

    def last(self) -> str | None:
        with self._asking():
            newest = self._newest()
            return self._content(newest) if newest else None

    def _newest(self) -> str | None:
        for batch in obstore.list(self._client, chunk_size=50):
            for entry in batch:
                if _NAME.fullmatch(entry["path"]):
                    return str(entry["path"])
                raise AnchorFailed(
                    "The bucket for checkpoints holds other objects. Give it a prefix of its own.",
                    code="anchor.not_readable",
                )
        return None

    def _content(self, name: str) -> str:
        return obstore.get(self._client, name).bytes().to_bytes().decode("utf-8", "replace")

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """Errors of the client in the portal's words; its own repeat addresses and answers of the server."""
        try:
            yield
        except (exceptions.BaseError, OSError) as error:
            raise AnchorFailed(
                f"The bucket for checkpoints did not do what was asked ({type(error).__name__}). Check bucket, region, "
                "endpoint, credentials and network.",
                code="anchor.bucket_failed",
            ) from None
