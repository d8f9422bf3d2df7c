"""Objects in a bucket of S3 or of what speaks its protocol: one for each batch, created and never replaced."""

import datetime as dt
from typing import Any

import obstore
from django.conf import settings
from obstore import exceptions
from obstore.store import S3Store

from modelops.lib.outbound import ReceiverRefused, gate_to

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
        return self.options.get("endpoint") or f"https://s3.{self.options['region']}.amazonaws.com"

    def _client(self) -> Any:
        gate = gate_to(self._endpoint(), allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS)
        return S3Store(
            self.options["bucket"],
            prefix=self.options.get("prefix") or None,
            region=self.options["region"],
            endpoint=self._endpoint(),
            virtual_hosted_style_request=False,
            client_options={
                "connect_timeout": "5s",
                "timeout": "15s",
                "allow_http": gate.receiver.scheme == "http",
                "proxy_url": gate.proxy_url,
            },
            retry_config={"max_retries": 0, "retry_timeout": dt.timedelta(seconds=15)},
            access_key_id=self.options["key_id"],
            secret_access_key=self.secret,
        )
