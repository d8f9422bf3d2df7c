"""``keys suspend``: neither write nor open under a key for now."""

from argparse import ArgumentParser

from modelops.crypto import lifecycle
from modelops.crypto.command_line import Options, Out
from modelops.crypto.decisions import by_shell
from modelops.crypto.states import Reason

from .naming import find, with_key

NAME = "suspend"
HELP = "Stop every use of a key until it is resumed. What it protects does not open meanwhile."


def add_arguments(parser: ArgumentParser) -> None:
    """The key and why."""
    with_key(parser, Reason.INCIDENT)


def run(options: Options, out: Out) -> None:
    """Suspend it."""
    key = lifecycle.suspend(find(options["key"]), decision=by_shell(Reason(options["reason"])))
    out(f"{key.name} is suspended. Processes that run stop using it within seconds.")
