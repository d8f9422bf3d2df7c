"""The contract of a root key provider and the choice of the configured one."""

from abc import ABC, abstractmethod
from functools import lru_cache

from django.conf import settings

from modelops.crypto.errors import KeysUnavailable
from modelops.lib.plugins import Plugins


class RootKeyProvider(ABC):
    """Wraps and unwraps the keys of the ring. The root key itself never leaves the provider."""

    @property
    @abstractmethod
    def key_id(self) -> str:
        """A public name of the root key, the same for the same key everywhere; says nothing of its bytes."""

    @abstractmethod
    def wrap(self, material: bytes, context: bytes) -> bytes:
        """``material`` sealed under the root key and bound to ``context``. Raises KeysUnavailable."""

    @abstractmethod
    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The material again. Raises KeysUnavailable when the root key is missing or another one."""

    def health(self) -> None:
        """Raise KeysUnavailable unless the provider can wrap and unwrap now."""
        probe = b"health"
        if self.unwrap(self.wrap(probe, probe), probe) != probe:
            raise KeysUnavailable("The root key provider does not open what it wrapped.")


providers: Plugins[RootKeyProvider] = Plugins("root key provider", RootKeyProvider)


@lru_cache(maxsize=1)
def _provider(key: str) -> RootKeyProvider:
    from . import local  # noqa: F401  registers the local providers

    return providers.get(key)()


def configured_provider() -> RootKeyProvider:
    """The one provider of ``settings.MODELOPS_KEY_PROVIDER``. Raises KeysUnavailable when none is configured."""
    key = settings.MODELOPS_KEY_PROVIDER
    if not key:
        raise KeysUnavailable(
            "No root key is configured. Set MODELOPS_ROOT_KEY_FILE (or MODELOPS_ROOT_KEY) to the key that this "
            "portal was set up with."
        )
    return _provider(key)


def forget_provider() -> None:
    """Drop the provider so that the next use reads its configuration again."""
    _provider.cache_clear()
