"""The public keys of an issuer: pinned, or found through its address and kept for an hour.

What was fetched lies in the database, so that all processes share it and nobody who can write to the cache can bring in
a key. A key that is not known is asked for at once, at most once a minute. When the issuer is away, what was fetched
goes on working for a day.
"""

import datetime as dt
import json
import logging
from typing import Any

import jwt
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from modelops.lib.errors import Invalid, Unavailable
from modelops.lib.outbound import ReceiverRefused, ReceiverUnreachable, fetch

from .models import TrustedIssuer

logger = logging.getLogger(__name__)

FRESH_FOR = dt.timedelta(hours=1)
USED_FOR = dt.timedelta(hours=24)
ASKED_AT_MOST_EVERY = dt.timedelta(minutes=1)
MOST_KEYS = 50
SMALLEST_RSA = 2048
TIMEOUT_S = 5.0
_WELL_KNOWN = "/.well-known/openid-configuration"
_SECRET_PARTS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})


class IssuerUnreachable(Unavailable):
    """The issuer's keys cannot be fetched and none are known."""

    code = "workload.issuer_unreachable"


def key_of(issuer: TrustedIssuer, kid: str) -> "jwt.PyJWK | None":
    """The issuer's public key of that id; None when it has none. Raises IssuerUnreachable."""
    if issuer.pinned_keys is not None:
        return find_key(issuer.pinned_keys, kid)
    now = timezone.now()
    age = now - issuer.fetched_at if issuer.fetched_at else None
    found = find_key(issuer.fetched_keys, kid) if issuer.fetched_keys and age is not None and age < USED_FOR else None
    if found is not None and age is not None and age < FRESH_FOR:
        return found
    if refresh(issuer, now):
        return find_key(issuer.fetched_keys, kid)
    if found is None and (age is None or age >= USED_FOR):
        raise IssuerUnreachable(f"The keys of {issuer.name} could not be fetched. Try again in a minute.")
    return found


def refresh(issuer: TrustedIssuer, now: dt.datetime) -> bool:
    """Fetch the keys, unless somebody tried within the last minute; whether ``issuer`` has new ones."""
    due = Q(tried_at=None) | Q(tried_at__lte=now - ASKED_AT_MOST_EVERY)
    # Claimed before the request goes out: forged tokens must not make the portal call an issuer without end.
    if not TrustedIssuer.objects.filter(due, pk=issuer.pk).update(tried_at=now):
        return False
    try:
        keys = discovered(issuer.issuer)
    except (Invalid, ReceiverUnreachable) as error:
        logger.warning("The keys of a trusted issuer could not be fetched (%s): %s", issuer.name, error)
        return False
    with transaction.atomic():
        TrustedIssuer.objects.filter(pk=issuer.pk).update(fetched_keys=keys, fetched_at=now)
    issuer.fetched_keys, issuer.fetched_at = keys, now
    return True


def discovered(address: str) -> dict[str, Any]:
    """The key set that the issuer at ``address`` publishes. Raises Invalid and ReceiverUnreachable."""
    said = _document(f"{address.rstrip('/')}{_WELL_KNOWN}")
    if said.get("issuer") != address:
        raise Invalid("The issuer's own description names another issuer.", code="workload.issuer_mismatch")
    place = said.get("jwks_uri")
    if not isinstance(place, str):
        raise Invalid("The issuer's description names no keys (jwks_uri).", code="workload.no_keys")
    return readable_keys(_document(checked_address(place)))


def readable_keys(given: Any) -> dict[str, Any]:
    """A key set of public keys, each with an id. Raises Invalid."""
    keys = given.get("keys") if isinstance(given, dict) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_KEYS:
        raise Invalid(
            f"This is no JSON Web Key Set with 1 to {MOST_KEYS} keys.", code="workload.no_keys", field="pinned_keys"
        )
    kept = []
    for key in keys:
        if not isinstance(key, dict) or not isinstance(key.get("kid"), str):
            continue
        if _SECRET_PARTS & key.keys():
            raise Invalid(
                "The key set holds a secret key. Publish and pin public keys only, and replace this one.",
                code="workload.secret_key",
                field="pinned_keys",
            )
        kept.append(key)
    if not any(find_key({"keys": kept}, key["kid"]) for key in kept):
        raise Invalid(
            "The key set holds no public key with an id (kid) that can be used.",
            code="workload.no_keys",
            field="pinned_keys",
        )
    return {"keys": kept}


def find_key(keys: Any, kid: str) -> "jwt.PyJWK | None":
    """The key of that id, when it is one for signatures that can be read."""
    for key in keys["keys"]:
        if key.get("kid") != kid or key.get("use", "sig") != "sig" or key.get("kty") not in {"RSA", "EC", "OKP"}:
            continue
        try:
            found = jwt.PyJWK(key)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            return None
        size = getattr(found.key, "key_size", SMALLEST_RSA)
        return None if key["kty"] == "RSA" and size < SMALLEST_RSA else found
    return None


def checked_address(address: str) -> str:
    """``address`` when keys may be fetched from it. Raises Invalid."""
    if settings.PRODUCTION and not address.startswith("https://"):
        raise Invalid(
            "Keys are fetched over https only: over http anybody on the way could send others.",
            code="workload.not_https",
            field="issuer",
        )
    return address


def _document(address: str) -> dict[str, Any]:
    body = fetch(
        checked_address(address), allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS, total_timeout_s=TIMEOUT_S
    )
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Invalid("The issuer's answer is no JSON object.", code="workload.no_keys")
    return said


__all__ = ["IssuerUnreachable", "ReceiverRefused", "discovered", "key_of", "readable_keys", "refresh"]
