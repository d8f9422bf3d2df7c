"""A root key in AWS Key Management Service; it never leaves there."""

import threading
from typing import Any

from modelops.crypto.errors import KeysUnavailable

from .base import providers
from .remote import RemoteRootKey, require_https
from .sources import KeySource


@providers.register("aws-kms")
class AwsKmsRootKey(RemoteRootKey):
    """The symmetric key of ``MODELOPS_KMS_KEY`` (key id, ARN or alias).

    Credentials come from where AWS tools look for them: the environment, a web identity or the machine's role.
    """

    name = "aws-kms"

    def __init__(self, source: KeySource | None = None) -> None:
        super().__init__(source)
        self._key = self.source.text("KMS_KEY")
        if not self._key or len(self._key) > 90:
            raise KeysUnavailable(f"{self.source.name('KMS_KEY')} is not the id, ARN or alias of a key.")
        self._region = self.source.text("KMS_REGION") or None
        endpoint = self.source.text("KMS_ENDPOINT")
        self._endpoint = require_https(self.source.name("KMS_ENDPOINT"), endpoint) if endpoint else None
        self._lock = threading.Lock()
        self._client: Any = None

    @property
    def key_id(self) -> str:
        return f"aws-kms:{self._key}"

    def wrap(self, material: bytes, context: bytes) -> bytes:
        answer = self._call("encrypt", KeyId=self._key, Plaintext=material, EncryptionContext=_bound(context))
        return bytes(answer["CiphertextBlob"])

    def open(self, wrapped: bytes, context: bytes) -> bytes:
        answer = self._call("decrypt", KeyId=self._key, CiphertextBlob=wrapped, EncryptionContext=_bound(context))
        return bytes(answer["Plaintext"])

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Inside the service: the material does not come here."""
        answer = self._call(
            "re_encrypt",
            CiphertextBlob=wrapped,
            SourceKeyId=self._key,
            DestinationKeyId=self._key,
            SourceEncryptionContext=_bound(context),
            DestinationEncryptionContext=_bound(context),
        )
        return bytes(answer["CiphertextBlob"])

    def _call(self, operation: str, **arguments: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self._connected(), operation)(**arguments)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in {"InvalidCiphertextException", "IncorrectKeyException"}:
                raise self.refused() from None
            if code == "AccessDeniedException" and operation != "encrypt":
                # Also the answer to a value that another key wrapped.
                raise KeysUnavailable(f"{self.refused().message} Also check what the portal's role may do.") from None
            if code in {"NotFoundException", "DisabledException", "KMSInvalidStateException", "AccessDeniedException"}:
                raise KeysUnavailable(f"The root key {self.key_id} cannot be used: {code}.") from None
            raise self.away() from None
        except BotoCoreError:
            raise self.away() from None

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                # Half a second and 45 MB: only where this provider is in use.
                import boto3
                from botocore.config import Config

                config = Config(
                    connect_timeout=self.timeout_s,
                    read_timeout=self.timeout_s,
                    retries={"total_max_attempts": 2, "mode": "standard"},
                )
                session = boto3.session.Session()
                self._client = session.client(
                    "kms", region_name=self._region, endpoint_url=self._endpoint, config=config
                )
            return self._client


def _bound(context: bytes) -> dict[str, str]:
    # The encryption context is text; every byte of ours must count.
    return {"modelops": context.hex()}
