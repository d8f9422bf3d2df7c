"""The contract of a root key provider and the choice of the configured one."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from modelops.crypto.errors import KeysUnavailable
from modelops.lib.plugins import Plugins

from .sources import DECIDING, FORMER, KeySource, choose

_last_unwrap: dict[tuple[str, str], datetime] = {}


class RootKeyProvider(ABC):
    """Wraps and unwraps the keys of the ring. The root key itself never leaves the provider.

    A provider reads its variables when it is made and refuses what it cannot use with KeysUnavailable.
    """

    name: ClassVar[str]
    """The key under which it is registered; rows store it."""

    def __init__(self, source: KeySource | None = None) -> None:
        self.source = source or KeySource()

    @property
    @abstractmethod
    def key_id(self) -> str:
        """A public name of the root key, the same for the same key everywhere; says nothing of its bytes."""

    @abstractmethod
    def wrap(self, material: bytes, context: bytes) -> bytes:
        """``material`` sealed under the root key and bound to ``context``. Raises KeysUnavailable."""

    @abstractmethod
    def open(self, wrapped: bytes, context: bytes) -> bytes:
        """The material again. Raises KeysUnavailable when the root key is missing or another one."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The material again, and a note of the time. Raises KeysUnavailable; see `open`."""
        material = self.open(wrapped, context)
        _last_unwrap[self.name, self.key_id] = datetime.now(tz=UTC)
        return material

    @property
    def last_unwrap_at(self) -> datetime | None:
        """When this process last unwrapped a key with this root key; it does so once for each key of the ring."""
        return _last_unwrap.get((self.name, self.key_id))

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The same material under the newest version of the root key."""
        return self.wrap(self.unwrap(wrapped, context), context)

    def renew(self) -> None:  # noqa: B027  most providers have nothing that ends
        """Keep the right to use the root key alive, where it ends by itself. Raises KeysUnavailable."""

    def health(self) -> None:
        """Raise KeysUnavailable unless the provider can wrap and unwrap now."""
        probe = b"health"
        if self.open(self.wrap(probe, probe), probe) != probe:
            raise KeysUnavailable("The root key provider does not open what it wrapped.")

    def refused(self) -> KeysUnavailable:
        """What `open` raises when the root key answers but does not open what it was given."""
        return KeysUnavailable(
            f"The configured root key {self.key_id} does not open the key ring. "
            "Configure the root key that this portal was set up with."
        )


providers: Plugins[RootKeyProvider] = Plugins("root key provider", RootKeyProvider)
_making = threading.Lock()
_instead: list[RootKeyProvider] = []


def _make(key: str, source: KeySource) -> RootKeyProvider:
    from . import kms, local, passphrase, vault  # noqa: F401  registers the providers

    if key not in providers:
        known = ", ".join(providers.keys())
        raise KeysUnavailable(f"{source.name('KEY_PROVIDER')} is {key!r}, which is no root key provider; use {known}.")
    try:
        return providers.get(key)(source)
    except ImproperlyConfigured as error:
        raise KeysUnavailable(str(error)) from None


@lru_cache(maxsize=1)
def _provider(key: str) -> RootKeyProvider:
    return _make(key, KeySource())


def configured_provider() -> RootKeyProvider:
    """The one provider of ``settings.MODELOPS_KEY_PROVIDER``. Raises KeysUnavailable when none is configured."""
    if _instead:
        return _instead[-1]
    key = settings.MODELOPS_KEY_PROVIDER
    if not key:
        names = ", ".join(KeySource().name(names[0]) for names in DECIDING.values())
        raise KeysUnavailable(
            f"No root key is configured. Set one of {names} to the root key that this portal was set up with."
        )
    with _making:
        return _provider(key)


def former_provider() -> RootKeyProvider:
    """The provider of the ``MODELOPS_FORMER_`` variables, which the ring is moved away from. Raises KeysUnavailable."""
    source = KeySource(FORMER)
    try:
        key = choose(FORMER)
    except ImproperlyConfigured as error:
        raise KeysUnavailable(str(error)) from None
    if not key:
        names = ", ".join(source.name(names[0]) for names in DECIDING.values())
        raise KeysUnavailable(f"No former root key is configured. Set one of {names} to the root key in use so far.")
    return _make(key, source)


@contextmanager
def provider_instead(provider: RootKeyProvider) -> Iterator[None]:
    """Use ``provider`` in this process, whatever is configured: for a drill that has a backup and no root key."""
    _instead.append(provider)
    try:
        yield
    finally:
        _instead.remove(provider)


def forget_provider() -> None:
    """Drop the provider so that the next use reads its configuration again."""
    _provider.cache_clear()
