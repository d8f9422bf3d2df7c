"""A name for a run that was given none: two words and a number, easy to say and to find again."""

import secrets
from typing import Final

_HOW: Final = (
    "able", "amber", "bold", "brave", "bright", "calm", "clear", "clever", "crisp", "eager", "early", "fair", "fresh",
    "gentle", "grand", "keen", "kind", "lively", "lucky", "mild", "noble", "patient", "plain", "polite", "proud",
    "quick", "quiet", "rapid", "sharp", "silent", "smart", "steady", "sunny", "swift", "tidy", "warm", "wise",
)  # fmt: skip
_WHAT: Final = (
    "badger", "beaver", "bison", "crane", "deer", "dolphin", "eagle", "falcon", "ferret", "finch", "fox", "gull",
    "hare", "hawk", "heron", "horse", "ibis", "jay", "koala", "lark", "lynx", "marten", "moose", "newt", "otter",
    "owl", "panda", "perch", "pike", "puffin", "raven", "robin", "salmon", "seal", "stork", "swan", "trout", "wren",
)  # fmt: skip


def make_run_name() -> str:
    """For example "steady-heron-412"."""
    return f"{secrets.choice(_HOW)}-{secrets.choice(_WHAT)}-{secrets.randbelow(1000)}"
