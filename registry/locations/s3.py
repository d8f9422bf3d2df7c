"""Sealed files in a bucket of S3, or of anything that speaks its protocol."""

from typing import Any

from obstore.store import S3Store

from .objects import RETRIES, ObjectStore
from .store import stores


@stores.register("s3")
class S3ArtifactStore(ObjectStore):
    """No request carries an ACL: files are as private as the bucket, and the bucket's owner decides that."""

    label = "S3 bucket"

    def connect(self) -> Any:
        is_virtual = "endpoint" in self.options and bool(self.options.get("virtual_host", False))
        return S3Store(
            self.options["bucket"],
            prefix=self.options.get("prefix") or None,
            region=self.options["region"],
            endpoint=self.endpoint(),
            virtual_hosted_style_request=is_virtual,
            client_options=self.client_options(),
            retry_config=RETRIES,  # type: ignore[arg-type]
            **self.credentials,
        )

    def endpoint(self) -> str:
        return str(self.options.get("endpoint") or f"https://s3.{self.options['region']}.amazonaws.com")

    def describe(self) -> str:
        return f"The bucket {self.options['bucket']}"
