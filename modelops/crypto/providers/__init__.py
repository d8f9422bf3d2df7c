"""Where the root key comes from: exactly one provider, named by the settings, never a default."""

from .base import RootKeyProvider, configured_provider, former_provider, provider_instead, providers

__all__ = ["RootKeyProvider", "configured_provider", "former_provider", "provider_instead", "providers"]
