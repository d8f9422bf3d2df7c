"""``keys compromise``: write nothing more under a key that somebody else may know; its successor takes over."""

from argparse import ArgumentParser

from compliance.keys.compromising import compromise
from modelops.crypto.command_line import Options, Out
from modelops.crypto.decisions import by_shell
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.states import Reason

from .naming import find, with_key

NAME = "compromise"
HELP = "Mark a key as compromised: nothing new is written under it, and what it protects is moved to its successor."


def add_arguments(parser: ArgumentParser) -> None:
    """The key and why."""
    with_key(parser, Reason.INCIDENT)


def run(options: Options, out: Out) -> None:
    """Mark it, and say what is active now."""
    key = compromise(find(options["key"]), decision=by_shell(Reason(options["reason"])))
    active = KeyVersion.objects.filter(purpose=key.purpose, state=KeyState.ACTIVE).first()
    if active is None:
        out(f"{key.name} is compromised and no key is active. Now: keys rotate {key.purpose} --reason incident")
    else:
        out(f"{key.name} is compromised. {active.name} is active; what is under older keys is moved to it.")
