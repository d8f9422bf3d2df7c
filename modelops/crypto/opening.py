"""Is the ring open? What web, worker and beat ask when they start, and what the health page asks."""

from .errors import KeysUnavailable
from .keyring import keyring
from .models import KeyState, KeyVersion
from .purposes import Purpose

SEALED_EXIT = 78
"""Exit code of a process that may not work without keys: EX_CONFIG of sysexits.h."""


def require_open_ring() -> None:
    """Raise KeysUnavailable unless the active key of each purpose opens; the message names the root key it needs.

    Keys that were unwrapped before are not unwrapped again: a root key service that is away for a while stops nobody.
    """
    try:
        for purpose in Purpose:
            keyring.active(purpose)
    except KeysUnavailable as error:
        raise KeysUnavailable(sealed_line(error)) from None


def sealed_line(error: KeysUnavailable) -> str:
    """One line for logs and terminals: which root key is missing, by its public id, and what was found instead."""
    rows = KeyVersion.objects.exclude(state=KeyState.DESTROYED).values_list("root_key_id", "provider").distinct()
    wanted = " and ".join(f"{root_key_id} ({provider})" for root_key_id, provider in sorted(rows))
    if not wanted:
        return f"The portal is sealed: there are no keys yet. {error}"
    return f"The portal is sealed: its key ring needs the root key {wanted}. {error}"
