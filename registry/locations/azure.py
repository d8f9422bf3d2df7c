"""Sealed files in a container of Azure Blob Storage."""

from typing import Any

from obstore.store import AzureStore

from .objects import RETRIES, ObjectStore
from .store import stores


@stores.register("azure")
class AzureArtifactStore(ObjectStore):
    """Parts that were never put together are dropped by the service itself after a week."""

    label = "Azure container"

    def connect(self) -> Any:
        return AzureStore(
            self.options["container"],
            prefix=self.options.get("prefix") or None,
            account_name=self.options["account"],
            endpoint=self.endpoint(),
            client_options=self.client_options(),
            retry_config=RETRIES,  # type: ignore[arg-type]
            **self.credentials,
        )

    def endpoint(self) -> str:
        return str(self.options.get("endpoint") or f"https://{self.options['account']}.blob.core.windows.net")

    def describe(self) -> str:
        return f"The container {self.options['container']}"
