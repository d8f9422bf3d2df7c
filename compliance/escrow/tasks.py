"""What happens by the clock: the right to use the root key is kept alive, and the database is dumped."""

from celery import shared_task

from modelops.crypto.providers import configured_provider
from modelops.jobs.schedule import scheduled

from .dumps.nightly import back_up


@scheduled("Renew the key service's token", every_s=300)
@shared_task(name="escrow.renew_token")
def renew_token() -> None:
    """A token that ends would seal the portal at its next start; for local root keys there is nothing to renew."""
    configured_provider().renew()


@scheduled("Dump the database, sealed, once a day", every_s=900)
@shared_task(name="escrow.back_up")
def dump_database() -> bool:
    """Whether a dump was made; nothing happens unless a folder is set."""
    return back_up() is not None
