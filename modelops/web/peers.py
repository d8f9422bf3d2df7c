"""Who is at the other end. What a request says about that itself counts only when a trusted proxy says it."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Everything by which proxies tell of the other side. Nothing behind this module ever sees one of them.
FORWARDING: Final = (
    "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_SSL", "HTTP_X_FORWARDED_SCHEME", "HTTP_X_FORWARDED_PREFIX", "HTTP_X_FORWARDED_SERVER",
    "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_TRUE_CLIENT_IP", "HTTP_CF_CONNECTING_IP",
)  # fmt: skip
# A request that came through somebody whom nobody listed: "this machine" is then no proof of anything.
UNLISTED: Final = "modelops.unlisted_proxy"
SOCKET: Final = "unix"
LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
# No honest chain is longer; a header may hold thousands of entries.
_MOST_HOPS: Final = 20


class Trusted(NamedTuple):
    """The proxies of ``MODELOPS_TRUSTED_PROXIES``."""

    networks: tuple[Network, ...]
    by_socket: bool

    def knows(self, address: Address | None) -> bool:
        """Whether this peer is one of them; None is one at a Unix socket, which has no address."""
        if address is None:
            return self.by_socket
        return any(address.version == network.version and address in network for network in self.networks)


def trusted_proxies(entries: Iterable[str]) -> Trusted:
    """The proxies that a setting names: networks, addresses, ``unix``.

    Raises ImproperlyConfigured for what is neither, and for a network that everybody is in.
    """
    networks: list[Network] = []
    by_socket = False
    for entry in entries:
        if entry == SOCKET:
            by_socket = True
            continue
        try:
            network = ipaddress.ip_network(entry)
        except ValueError:
            raise ImproperlyConfigured(
                f"MODELOPS_TRUSTED_PROXIES names {entry!r}; a network like 10.0.5.0/24, an address or unix is needed."
            ) from None
        if network.prefixlen == 0:
            raise ImproperlyConfigured(
                f"MODELOPS_TRUSTED_PROXIES names {entry}, so everybody could claim any address. Name the proxies alone."
            )
        networks.append(network)
    return Trusted(tuple(networks), by_socket)


_known = lru_cache(maxsize=8)(trusted_proxies)


def settle(meta: dict[str, Any]) -> None:
    """Make ``meta`` (of a WSGI request) say who asks, by which scheme and for which host; drop what claims to know.

    From a trusted proxy the client is the last address of ``X-Forwarded-For`` that is no trusted proxy itself, read
    from the right: what stands further left was written by the client.
    """
    said = {name: meta.pop(name) for name in FORWARDING if name in meta}
    peer = _address(meta.get("REMOTE_ADDR", ""))
    if peer is not None:
        meta["REMOTE_ADDR"] = str(peer)
    if not said:
        return
    trusted = _known(tuple(settings.MODELOPS_TRUSTED_PROXIES))
    if not trusted.knows(peer):
        meta[UNLISTED] = True
        return
    client = _client(said.get("HTTP_X_FORWARDED_FOR", ""), peer, trusted)
    meta["REMOTE_ADDR"] = "" if client is None else str(client)
    schemes = {part.strip().lower() for part in said.get("HTTP_X_FORWARDED_PROTO", "").split(",")}
    if schemes in ({"https"}, {"http"}):  # proxies that contradict each other vouch for nothing
        meta["wsgi.url_scheme"] = schemes.pop()
    host = said.get("HTTP_X_FORWARDED_HOST", "").strip()
    if host and "," not in host:
        meta["HTTP_HOST"] = host


def _client(forwarded: str, peer: Address | None, trusted: Trusted) -> Address | None:
    found = peer
    for entry in reversed(forwarded.rsplit(",", _MOST_HOPS)[-_MOST_HOPS:]):
        address = _address(entry)
        if address is None:
            break  # what stands left of something unreadable cannot be relied on
        found = address
        if not trusted.knows(address):
            break
    return found


@lru_cache(maxsize=256)
def _address(text: str) -> Address | None:
    """The address in an entry, which may carry a port; an IPv4 address in an IPv6 coat is an IPv4 address."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
