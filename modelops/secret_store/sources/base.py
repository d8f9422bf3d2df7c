"""The contract of a place that secrets are read from."""

from abc import ABC, abstractmethod

from modelops.lib.errors import Invalid, Unavailable
from modelops.lib.plugins import Plugins


class SecretUnavailable(Unavailable):
    """The value of a secret cannot be had now. The message names the place, never the value."""

    code = "secret.unavailable"


class SecretSource(ABC):
    """Reads a value by its path, the part of a reference after the first colon. Nothing is kept between uses."""

    @abstractmethod
    def check(self, path: str) -> None:
        """Refuse a path that may never be read here. Raises Invalid; nothing is read."""

    @abstractmethod
    def read(self, path: str) -> str:
        """The value. Raises SecretUnavailable when there is none, when it is empty or when the place is away."""


sources: Plugins[SecretSource] = Plugins("secret source", SecretSource)


def check_reference(reference: str) -> None:
    """Refuse what is no reference to a known, permitted place. Raises Invalid."""
    source, path = _parted(reference)
    source.check(path)


def read_reference(reference: str) -> str:
    """The value behind a reference, checked anew: the rules may have changed since it was stored."""
    source, path = _parted(reference)
    source.check(path)
    return source.read(path)


def _parted(reference: str) -> tuple[SecretSource, str]:
    kind, colon, path = reference.partition(":")
    if not colon or kind not in sources or not path:
        known = ", ".join(f"{key}:" for key in sorted(dict(sources.items())))
        raise bad_reference(f"The reference of a secret begins with one of {known}.")
    return sources.get(kind)(), path


def bad_reference(message: str) -> Invalid:
    """The refusal of a reference, ready to raise."""
    return Invalid(message, code="secret.bad_reference", field="reference")
