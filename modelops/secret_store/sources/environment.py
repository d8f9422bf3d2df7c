"""Secrets in the environment of the processes."""

import os
import re

from .base import SecretSource, SecretUnavailable, bad_reference, sources

# Only names with this beginning: otherwise whoever may add a secret could send the root key to a receiver.
PREFIX = "PORTAL_SECRET_"
_NAME = re.compile(PREFIX + r"[A-Z0-9_]{1,80}")


@sources.register("env")
class EnvironmentSource(SecretSource):
    """``env:PORTAL_SECRET_SMTP`` reads that variable."""

    def check(self, path: str) -> None:
        if not _NAME.fullmatch(path):
            raise bad_reference(
                f"env: takes a variable whose name begins with {PREFIX} and goes on in capital letters, digits and "
                "underscores. Give the secret such a variable."
            )

    def read(self, path: str) -> str:
        value = os.environ.get(path, "")
        if not value:
            raise SecretUnavailable(f"The variable {path} is not set for this process. Set it and restart the portal.")
        return value
