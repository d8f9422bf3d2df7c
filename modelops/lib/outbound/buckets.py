"""Buckets of S3, or of what speaks its protocol, through the guard: one way to make a client for all who keep there.

Apart from the package's face, so that only those load the client who use it.
"""

import datetime as dt
from typing import Any

from obstore.store import S3Store

from .guard import Gate

CONNECT_TIMEOUT = "5s"


def s3_endpoint(region: str, endpoint: str = "") -> str:
    """Where requests go: Amazon's address of the region, unless another store's is given."""
    return endpoint or f"https://s3.{region}.amazonaws.com"


def way_out(gate: Gate, timeout_s: int) -> dict[str, Any]:
    """The client's options: it follows redirects and resolves names by itself, so it gets out through ``gate`` only."""
    return {
        "connect_timeout": CONNECT_TIMEOUT,
        "timeout": f"{timeout_s}s",
        "allow_http": gate.receiver.scheme == "http",
        "proxy_url": gate.proxy_url,
    }


def retries(most: int, within_s: int) -> Any:
    """How often the client tries again by itself: a store that does not answer is given up soon."""
    return {"max_retries": most, "retry_timeout": dt.timedelta(seconds=within_s)}


def s3_bucket(
    bucket: str,
    gate: Gate,
    *,
    endpoint: str,
    region: str,
    prefix: str = "",
    timeout_s: int = 15,
    retry: Any = None,
    is_virtual: bool = False,
    **credentials: Any,
) -> S3Store:
    """The client of ``bucket`` below ``prefix``; ``gate`` leads to ``endpoint`` and nowhere else.

    No request carries an ACL: objects are as private as the bucket, and the bucket's owner decides that.
    """
    return S3Store(
        bucket,
        prefix=prefix or None,
        region=region,
        endpoint=endpoint,
        virtual_hosted_style_request=is_virtual,
        client_options=way_out(gate, timeout_s),  # type: ignore[arg-type]
        retry_config=retry if retry is not None else retries(0, timeout_s),
        **credentials,
    )
