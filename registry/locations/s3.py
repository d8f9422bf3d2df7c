"""Sealed files in a bucket of S3, or of anything that speaks its protocol."""

from typing import Any

from obstore.store import S3Store

from .objects import CLIENT, RETRIES, ObjectStore
from .store import stores


@stores.register("s3")
class S3ArtifactStore(ObjectStore):
    """No request carries an ACL: files are as private as the bucket, and the bucket's owner decides that."""

    label = "S3 bucket"

    def connect(self) -> Any:
        options: dict[str, Any] = {"region": self.options["region"]}
        if endpoint := self.options.get("endpoint"):
            options["endpoint"] = endpoint
            options["virtual_hosted_style_request"] = bool(self.options.get("virtual_host", False))
        return S3Store(
            self.options["bucket"],
            prefix=self.options.get("prefix") or None,
            client_options={**CLIENT, "allow_http": str(self.options.get("endpoint", "")).startswith("http://")},  # type: ignore[typeddict-unknown-key]
            retry_config=RETRIES,  # type: ignore[arg-type]
            **options,
            **self.credentials,
        )

    def describe(self) -> str:
        return f"The bucket {self.options['bucket']}"
