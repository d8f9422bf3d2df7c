"""The request that the current work belongs to, so that its ledger rows can be found together."""

import ipaddress
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestContext:
    """``source`` is a network, not an address: enough to see a pattern, too little to name a person."""

    request_id: str = ""
    source: str = ""


NO_REQUEST = RequestContext()
current: ContextVar[RequestContext] = ContextVar("audit_request", default=NO_REQUEST)


def network_of(address: str) -> str:
    """The /24 (IPv4) or /48 (IPv6) network of an address; empty text for none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))
