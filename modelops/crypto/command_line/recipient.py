"""``keys recipient``: the public key that clients seal uploads for, read where nobody stands in between."""

from argparse import ArgumentParser

from modelops.crypto.key_transport import present_recipient

from . import Options, Out

NAME = "recipient"
HELP = "Show the key that clients seal uploads for, with the fingerprint that they pin."


def add_arguments(parser: ArgumentParser) -> None:
    """There is nothing to choose."""


def run(options: Options, out: Out) -> None:
    """Print version, id and fingerprint."""
    recipient = present_recipient()
    out(f"v{recipient.version}  {recipient.key_id}  {recipient.fingerprint}")
