"""``keys spare``: take back a destruction that waits."""

from argparse import ArgumentParser

from modelops.crypto import lifecycle
from modelops.crypto.command_line import Options, Out
from modelops.crypto.decisions import by_shell
from modelops.crypto.states import Reason

from .naming import find, with_key

NAME = "spare"
HELP = "Take back the destruction of a key while its grace period runs."


def add_arguments(parser: ArgumentParser) -> None:
    """The key and why."""
    with_key(parser, Reason.CHANGE)


def run(options: Options, out: Out) -> None:
    """Spare it."""
    key = lifecycle.spare(find(options["key"]), decision=by_shell(Reason(options["reason"])))
    out(f"{key.name} stays.")
