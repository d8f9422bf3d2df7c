"""Which variables of the environment configure which root key provider, and which provider they choose.

The variables of the root key in use begin with ``MODELOPS_``; those of the one that the ring is moved away from begin
with ``MODELOPS_FORMER_`` and are read by ``keys move-root`` alone.
"""

import os
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from modelops.lib import env
from modelops.lib.secret import Secret

PRESENT = "MODELOPS_"
FORMER = "MODELOPS_FORMER_"

DECIDING: dict[str, tuple[str, ...]] = {
    "environment": ("ROOT_KEY",),
    "file": ("ROOT_KEY_FILE",),
    "passphrase": ("ROOT_PASSPHRASE", "ROOT_PASSPHRASE_FILE"),
    "vault": ("VAULT_ADDRESS",),
    "aws-kms": ("KMS_KEY",),
}
"""By provider the variables of which each one alone chooses it."""

OTHER = (
    "KEY_PROVIDER", "PASSPHRASE_NAME", "PASSPHRASE_KDF", "PASSPHRASE_COST",
    "VAULT_KEY", "VAULT_MOUNT", "VAULT_NAMESPACE", "VAULT_CA_FILE", "VAULT_TOKEN", "VAULT_TOKEN_FILE",
    "VAULT_KUBERNETES_ROLE", "VAULT_KUBERNETES_MOUNT", "VAULT_KUBERNETES_TOKEN_FILE",
    "KMS_REGION", "KMS_ENDPOINT", "KEY_TIMEOUT_S",
)  # fmt: skip
"""Variables that say more about a chosen provider."""


def variables() -> list[str]:
    """Every variable of the root key in use and of the former one, with its prefix."""
    names = [name for names in DECIDING.values() for name in names] + list(OTHER)
    return [prefix + name for prefix in (PRESENT, FORMER) for name in names]


@dataclass(frozen=True)
class KeySource:
    """Reads the variables of one provider; a value that cannot be used raises ImproperlyConfigured with its name."""

    prefix: str = PRESENT

    def name(self, name: str) -> str:
        """The whole name of a variable, for messages."""
        return self.prefix + name

    def text(self, name: str, default: str = "") -> str:
        """The variable's text without outer blanks."""
        return os.environ.get(self.prefix + name, default).strip()

    def secret(self, name: str) -> Secret | None:
        """The secret in the variable, or in the file that ``NAME_FILE`` names."""
        found = env.secret(self.prefix + name)
        return Secret(found) if found else None

    def integer(self, name: str, default: int, *, at_least: int) -> int:
        """The variable as a whole number."""
        return env.integer(self.prefix + name, default, at_least=at_least)


def choose(prefix: str = PRESENT) -> str | None:
    """The provider that the environment configures, None without any.

    Raises ImproperlyConfigured when two are, or when the one that ``KEY_PROVIDER`` names is not. An unknown name is
    given back as it is, for the system check to refuse.
    """
    present = {
        provider: [prefix + name for name in names if os.environ.get(prefix + name)]
        for provider, names in DECIDING.items()
    }
    found = [provider for provider, names in present.items() if names]
    named = os.environ.get(f"{prefix}KEY_PROVIDER", "").strip() or None
    if len(found) > 1:
        both = " and ".join(present[provider][0] for provider in found)
        raise ImproperlyConfigured(
            f"Both {both} are set, and each names a root key; keep exactly one. To move from one root key to another, "
            "see docs/howto/keys.md."
        )
    if named is None or named not in DECIDING:
        return named or (found[0] if found else None)
    if not found:
        wanted = " or ".join(prefix + name for name in DECIDING[named])
        raise ImproperlyConfigured(f"{prefix}KEY_PROVIDER is {named!r}, but {wanted} is not set.")
    if found[0] != named:
        raise ImproperlyConfigured(
            f"{prefix}KEY_PROVIDER is {named!r}, but {present[found[0]][0]} configures {found[0]!r}; keep exactly one."
        )
    return named
