"""Sealed files in a container of Azure Blob Storage."""

from typing import Any

from obstore.store import AzureStore

from .objects import CLIENT, RETRIES, ObjectStore
from .store import stores


@stores.register("azure")
class AzureArtifactStore(ObjectStore):
    """Parts that were never put together are dropped by the service itself after a week."""

    label = "Azure container"

    def connect(self) -> Any:
        endpoint = self.options.get("endpoint")
        return AzureStore(
            self.options["container"],
            prefix=self.options.get("prefix") or None,
            account_name=self.options["account"],
            client_options={**CLIENT, "allow_http": str(endpoint or "").startswith("http://")},  # type: ignore[typeddict-unknown-key]
            retry_config=RETRIES,  # type: ignore[arg-type]
            **({"endpoint": endpoint} if endpoint else {}),
            **self.credentials,
        )

    def describe(self) -> str:
        return f"The container {self.options['container']}"
