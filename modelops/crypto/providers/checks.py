"""System checks: exactly one root key provider, one that exists, and none that is weak without saying so."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from modelops.crypto.errors import KeysUnavailable

from .base import configured_provider
from .local import LocalRootKey
from .passphrase import PassphraseRootKey
from .sources import DECIDING

_SEE = "See docs/howto/keys.md."


@register(Tags.security)
def check_provider_exists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An unknown provider is refused: it would leave the portal sealed for ever."""
    key = settings.MODELOPS_KEY_PROVIDER
    if key and key not in DECIDING:
        known = ", ".join(DECIDING)
        return [
            Error(
                f"MODELOPS_KEY_PROVIDER is {key!r}, which is no root key provider.",
                hint=f"Use one of {known}. {_SEE}",
                id="modelops.E002",
            )
        ]
    return []


@register(Tags.security)
def check_passphrase(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A sample passphrase and a cost under the floor are refused, without a derivation being made."""
    if PassphraseRootKey.name != settings.MODELOPS_KEY_PROVIDER:
        return []
    try:
        configured_provider()
    except KeysUnavailable as error:
        return [Error(error.message, hint=f"Correct the variable that is named. {_SEE}", id="modelops.E003")]
    return []


@register(Tags.security, deploy=True)
def check_provider_is_fit(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """In production: a provider that can be used, and rather one that keeps the root key away from this machine."""
    key = settings.MODELOPS_KEY_PROVIDER
    if not key:
        return [
            Error(
                "No root key is configured: the portal would start sealed.",
                hint=f"Set the variables of one provider: {', '.join(DECIDING)}. {_SEE}",
                id="modelops.E004",
            )
        ]
    if key not in DECIDING or (key == PassphraseRootKey.name and check_passphrase(app_configs)):
        return []  # told by the checks above
    try:
        provider = configured_provider()
    except KeysUnavailable as error:
        return [Error(error.message, hint=f"Correct the variable that is named. {_SEE}", id="modelops.E005")]
    if isinstance(provider, LocalRootKey | PassphraseRootKey) and settings.PRODUCTION:
        return [
            Warning(
                f"The root key comes from the provider {key!r}, so whoever reads this machine's memory, environment "
                "or files has it.",
                hint=f"Use vault or aws-kms in production. {_SEE}",
                id="modelops.W002",
            )
        ]
    return []
