"""What goes wrong with passkeys."""

from typing import ClassVar

from modelops.lib.errors import DomainError


class PasskeyRefused(DomainError):
    """One answer for every fault; ``why`` is for the ledger."""

    status: ClassVar[int] = 401
    code = "passkey.refused"
    recorded = True  # the ledger has a row of its own about it

    def __init__(self, why: str) -> None:
        super().__init__(
            "The passkey was not accepted. Try again, or sign in with your name, your password and a code."
        )
        self.why = why
