"""Sealed files in a bucket of S3, or of anything that speaks its protocol."""

from typing import Any

from modelops.lib.outbound.buckets import s3_bucket, s3_endpoint

from .objects import RETRIES, TIMEOUT_S, ObjectStore
from .store import stores


@stores.register("s3")
class S3ArtifactStore(ObjectStore):
    label = "S3 bucket"

    def connect(self) -> Any:
        is_virtual = "endpoint" in self.options and bool(self.options.get("virtual_host", False))
        return s3_bucket(
            self.options["bucket"],
            self._gate,
            endpoint=self.endpoint(),
            region=self.options["region"],
            prefix=self.options.get("prefix", ""),
            timeout_s=TIMEOUT_S,
            retry=RETRIES,
            is_virtual=is_virtual,
            **self.credentials,
        )

    def endpoint(self) -> str:
        return s3_endpoint(self.options["region"], self.options.get("endpoint", ""))

    def describe(self) -> str:
        return f"The bucket {self.options['bucket']}"
