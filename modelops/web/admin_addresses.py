"""From where the admin can be reached: with a list, whoever is not on it finds nothing there.

The address is the one that `peers.settle` worked out. A request through a proxy that nobody listed has none that could
be believed, and one at a Unix socket without a proxy's word has none at all: neither is on any list.
"""

import ipaddress
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from .peers import UNLISTED, Network

ADMIN: Final = "/admin"


def admin_networks(entries: Iterable[str]) -> tuple[Network, ...]:
    """The networks and addresses of ``MODELOPS_ADMIN_NETWORKS``; none is no limit.

    Raises ImproperlyConfigured for what is neither, so that a typo stops the start and neither opens the admin to
    everybody nor locks everybody out; and for a network that everybody is in.
    """
    networks = []
    for entry in entries:
        try:
            network = ipaddress.ip_network(entry)
        except ValueError as problem:
            raise ImproperlyConfigured(
                f"MODELOPS_ADMIN_NETWORKS names {entry!r}: {problem}. Use networks like 10.0.5.0/24 or 2001:db8::/32, "
                "or addresses, parted by commas."
            ) from None
        if network.prefixlen == 0:
            raise ImproperlyConfigured(
                f"MODELOPS_ADMIN_NETWORKS names {entry}, which everybody is in. Leave it empty to set no limit."
            )
        networks.append(network)
    return tuple(networks)


_known = lru_cache(maxsize=8)(admin_networks)


def may_reach(request: HttpRequest) -> bool:
    """Whether the admin is there for whoever asks."""
    networks = _known(tuple(settings.MODELOPS_ADMIN_NETWORKS))
    if not networks:
        return True
    if request.META.get(UNLISTED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address.version == network.version and address in network for network in networks)


class AdminAddressesMiddleware:
    """Answers 404 for every page of the admin, as for an address that does not exist."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if (path == ADMIN or path.startswith(f"{ADMIN}/")) and not may_reach(request):
            # With a slash at its end nobody offers to append one, which would say that there is something.
            request.path_info = path if path.endswith("/") else f"{path}/"
            raise Http404
        return self.get_response(request)
