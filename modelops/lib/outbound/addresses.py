"""Which addresses may be called: rules for URLs, hosts, ports and IP addresses, and the one resolution of a name."""

import contextlib
import re
import socket
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from ..errors import Invalid

RESOLVE_TIMEOUT_S = 5.0
URL_LIMIT = 2048

# Below 1024 only the web's own ports; above it, no port on which a request could pass for a command of another service.
LOW_WEB_PORTS = frozenset({80, 443})
FORBIDDEN_PORTS = frozenset(
    {1080, 2049, 2375, 2376, 2379, 3306, 3389, 5432, 5672, 5900, 6000, 6379, 10250, 11211, 27017}
)
MAIL_PORTS = frozenset({25, 465, 587, 2525})

# Public by their number and yet something else: Azure's host agent, protocol assignments (Oracle's metadata service
# stands among them) and the anycast relay of RFC 7526.
_SPECIAL = tuple(IPv4Network(text) for text in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24"))
# Addresses that carry an IPv4 address in their last 32 bits (RFC 6052), and the local-use form of the same (RFC 8215).
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_SITE_LOCAL = IPv6Network("fec0::/10")
# What MODELOPS_ALLOW_PRIVATE_RECEIVERS opens: loopback, RFC 1918, RFC 6598 and RFC 4193.
_PRIVATE: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")
)

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
# "127.1", "2130706433", "0x7f.1": the C library reads such a last label as a number (WHATWG URL, ends-in-a-number).
_NUMERIC_LABEL = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")

Address = IPv4Address | IPv6Address


class ReceiverRefused(Invalid):
    """The address may not be called; the message says which rule it breaks."""

    code = "receiver.refused"


class ReceiverUnreachable(Exception):
    """No complete answer came: the name is unknown, the connection failed, or time ran out."""


@dataclass(frozen=True)
class Receiver:
    """A checked URL in its parts; ``target`` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The Host header: brackets around an IPv6 address, the port when it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"


def parse_url(url: str) -> Receiver:
    """Take an http(s) URL apart and refuse every unusual spelling; no name is resolved here."""
    if not isinstance(url, str) or not url or len(url) > URL_LIMIT:
        raise ReceiverRefused(
            f"A receiver needs an http or https address of at most {URL_LIMIT} characters.", field="url"
        )
    if not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise ReceiverRefused(
            "The address holds spaces, backslashes or characters beyond ASCII; write host names in their xn-- form "
            "and percent-encode the rest.",
            field="url",
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ReceiverRefused("The address cannot be read; use https://host/path.", field="url") from None
    if parts.scheme not in {"http", "https"}:
        scheme = parts.scheme or "missing"
        raise ReceiverRefused(f"The scheme is {scheme}; only http and https are called.", field="url")
    if "@" in parts.netloc:
        raise ReceiverRefused("The address holds a user name or password before the host; leave it out.", field="url")
    if parts.fragment:
        raise ReceiverRefused("The address ends in a fragment (#…), which is never sent; leave it out.", field="url")
    host = check_host(parts.hostname or "")
    port = check_port(port if port is not None else (443 if parts.scheme == "https" else 80))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Receiver(parts.scheme, host, port, target)


def check_port(port: int) -> int:
    """``port`` when the web may be spoken there."""
    if (port < 1024 and port not in LOW_WEB_PORTS) or port in FORBIDDEN_PORTS:
        raise ReceiverRefused(
            f"Port {port} belongs to another service; use 80, 443 or a free port from 1024.", field="url"
        )
    return port


def check_host(host: str) -> str:
    """``host`` in lower case without a final dot when it is a plain address or a well-formed name."""
    host = host.lower().removesuffix(".")
    with contextlib.suppress(ValueError):
        if "%" not in host:
            return str(ip_address(host))
    labels = host.split(".")
    if not host or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ReceiverRefused("The address has no usable host name.", field="url")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        raise ReceiverRefused(
            "The host is an unusual spelling of an IP address; write it as four decimal numbers.", field="url"
        )
    return host


def is_public(address: Address) -> bool:
    """Whether the address is on the public Internet, also when another one is embedded in it."""
    if isinstance(address, IPv6Address):
        embedded = _embedded(address)
        if embedded is not None:
            return is_public(embedded)
        if address in _SITE_LOCAL or address in _NAT64_LOCAL:
            return False
    elif any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    )


def is_allowed_private(address: Address) -> bool:
    """Whether an administrator's permission for private receivers covers the address: loopback and private networks.

    Link-local ones (cloud metadata), multicast, unspecified and reserved ones stay shut whatever the setting.
    """
    return any(address in network for network in _PRIVATE if network.version == address.version)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside a mapped, 6to4, Teredo or NAT64 address."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def resolve(host: str, *, allow_private: bool, timeout_s: float = RESOLVE_TIMEOUT_S) -> list[Address]:
    """Every address of ``host``, or a refusal when one of them is not public.

    Raises ReceiverUnreachable when the name has no address or the resolver does not answer in time.
    """
    try:
        addresses: list[Address] = [ip_address(host)]
    except ValueError:
        addresses = _look_up(host, timeout_s)
    for address in addresses:
        if not (is_public(address) or (allow_private and is_allowed_private(address))):
            raise ReceiverRefused(
                "The receiver's host stands for an address that is not public. Receivers in private networks are "
                "called only when the administrator sets MODELOPS_ALLOW_PRIVATE_RECEIVERS=1.",
                field="url",
            )
    return addresses


def _look_up(host: str, timeout_s: float) -> list[Address]:
    """Ask the system's resolver in a thread of its own, because it knows no time limit."""
    found: list[Address] = []
    failed: list[str] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failed.append(str(error))
        else:
            found.extend(dict.fromkeys(ip_address(str(row[4][0]).partition("%")[0]) for row in rows))

    thread = threading.Thread(target=ask, name="resolve-receiver", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if thread.is_alive():
        raise ReceiverUnreachable(f"The host name was not resolved within {timeout_s:g} seconds.")
    if not found:
        raise ReceiverUnreachable("The host name is not known.")
    return found
