"""``keys move-root``: wrap the ring under another root key."""

from argparse import ArgumentParser

from compliance.audit import Actor
from compliance.escrow.services import move_root
from modelops.crypto.command_line import Options, Out
from modelops.crypto.providers import configured_provider, former_provider

NAME = "move-root"
HELP = (
    "Wrap every key of the ring under the configured root key instead of the former one, which the variables "
    "MODELOPS_FORMER_… name. All keys or none; safe to repeat."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing to choose: both root keys are named by the environment."""


def run(options: Options, out: Out) -> None:
    """Move and say how many."""
    former, present = former_provider(), configured_provider()
    done = move_root(former, present, actor=Actor.system("operator-shell"))
    out(f"{done.moved} keys moved from {former.key_id} ({former.name}) to {present.key_id} ({present.name}).")
    if done.already:
        out(f"{done.already} keys were there already.")
    out("Start web, worker and beat again with the new configuration, and keep the former root key until they run.")
