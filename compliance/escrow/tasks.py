"""What happens by the clock: the right to use the root key is kept alive."""

from celery import shared_task

from modelops.crypto.providers import configured_provider
from modelops.jobs.schedule import scheduled


@scheduled("Renew the key service's token", every_s=300)
@shared_task(name="escrow.renew_token")
def renew_token() -> None:
    """A token that ends would seal the portal at its next start; for local root keys there is nothing to renew."""
    configured_provider().renew()
