"""``keys rewrap-root``: after the root key itself got a new version in Vault or KMS."""

from argparse import ArgumentParser

from compliance.audit import Actor
from compliance.escrow.services import rewrap_root
from modelops.crypto.command_line import Options, Out
from modelops.crypto.providers import configured_provider

NAME = "rewrap-root"
HELP = "Wrap every key of the ring under the newest version of the configured root key."


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing to choose."""


def run(options: Options, out: Out) -> None:
    """Rewrap and say how many."""
    provider = configured_provider()
    out(f"{rewrap_root(provider, actor=Actor.system('operator-shell'))} keys are under the newest {provider.key_id}.")
