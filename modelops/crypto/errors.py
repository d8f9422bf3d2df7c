"""What goes wrong with keys and sealed data. A fault never says why a tag failed: that would help an attacker."""

from modelops.lib.errors import DomainError, Unavailable


class KeysUnavailable(Unavailable):
    """The root key or a ring key cannot be had, so nothing is opened and nothing is stored."""

    code = "keys.unavailable"


class UnknownKey(Unavailable):
    """The sealed data names a key that the ring does not hold."""

    code = "keys.unknown"


class DecryptionFailed(DomainError):
    """The sealed data is not what was sealed here, under this key and for this place."""

    status = 503
    code = "sealed.damaged"

    def __init__(self, message: str = "The sealed data could not be opened. It is damaged or not from here.") -> None:
        super().__init__(message)
