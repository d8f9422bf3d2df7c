"""``keys destroy``: wipe a key that nothing needs."""

from argparse import ArgumentParser

from django.utils import timezone

from modelops.crypto import lifecycle
from modelops.crypto.command_line import Options, Out
from modelops.crypto.decisions import by_shell
from modelops.crypto.states import Reason

from .naming import find, with_key

NAME = "destroy"
HELP = "Destroy a key after its grace period. Refused while anything is sealed under it."


def add_arguments(parser: ArgumentParser) -> None:
    """The key and why."""
    with_key(parser, Reason.UNUSED)


def run(options: Options, out: Out) -> None:
    """Set it to be destroyed, or destroy it when its time has come."""
    key, decision = find(options["key"]), by_shell(Reason(options["reason"]))
    if key.destroy_after is None:
        key = lifecycle.doom(key, decision=decision)
    if key.destroy_after is not None and key.destroy_after > timezone.now():
        out(f"{key.name} is destroyed after {key.destroy_after:%Y-%m-%d %H:%M} UTC, if nothing needs it then.")
        return
    key = lifecycle.destroy(key, decision=decision)
    out(f"{key.name} is destroyed; its fingerprint {key.fingerprint or 'is not known'} stays.")
