"""Objects in a bucket of S3 or of what speaks its protocol: one for each batch, created and never replaced."""

import obstore
from django.conf import settings
from obstore import exceptions
from obstore.store import S3Store

from modelops.lib.outbound import ReceiverRefused, gate_to
from modelops.lib.outbound.buckets import s3_bucket, s3_endpoint

from .base import Batch, Field, NotTaken, Sink, sinks


@sinks.register("s3")
class S3Sink(Sink):
    """Names sort by row: ``PREFIX/000000000500-000000000999.raw.jsonl``. Rights to put and to get are enough."""

    label = "S3 bucket"
    fields = (
        Field("bucket", "Bucket", most=63),
        Field("region", "Region", "As eu-central-1.", most=40),
        Field("prefix", "Prefix", "In front of each object's name.", is_required=False, most=200),
        Field("endpoint", "Endpoint", "Of another store than Amazon's; empty for Amazon's.", is_required=False),
        Field("key_id", "Access key id", most=128),
        Field("secret", "Secret access key", is_secret=True),
    )

    def check(self) -> None:
        gate_to(self._endpoint(), allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS)

    def where(self) -> str:
        return f"s3://{self.options['bucket']}/{self.options.get('prefix', '')}"

    def send(self, batch: Batch) -> None:
        name, body = f"{batch.first:012d}-{batch.end - 1:012d}.{batch.form}.jsonl", batch.body
        try:
            client = self._client()
            try:
                obstore.put(client, name, body, mode="create", use_multipart=False)
            except (exceptions.AlreadyExistsError, exceptions.PreconditionError):
                # Sent before a crash: the same rows, unless somebody else writes here.
                if obstore.get(client, name).bytes().to_bytes() != body:
                    raise NotTaken(
                        f"The bucket has another object {name}. Give the stream a prefix of its own."
                    ) from None
        except (exceptions.BaseError, OSError, ReceiverRefused, ValueError) as fault:
            raise NotTaken(
                f"The bucket did not do what was asked ({type(fault).__name__}). Check bucket, region, endpoint, "
                "credentials and network."
            ) from None

    def _endpoint(self) -> str:
        return s3_endpoint(self.options["region"], self.options.get("endpoint", ""))

    def _client(self) -> S3Store:
        gate = gate_to(self._endpoint(), allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS)
        return s3_bucket(
            self.options["bucket"],
            gate,
            endpoint=self._endpoint(),
            region=self.options["region"],
            prefix=self.options.get("prefix", ""),
            access_key_id=self.options["key_id"],
            secret_access_key=self.secret,
        )
