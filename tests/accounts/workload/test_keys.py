"""An issuer's public keys: found through its address, kept, looked for again, and never fetched without bounds."""

import json
from typing import Any

import pytest
from django.utils import timezone

from accounts.workload import keys
from accounts.workload.models import TrustedIssuer
from modelops.lib.errors import Invalid
from modelops.lib.outbound import DOCUMENT_LIMIT
from tests.accounts.conftest import Clock
from tests.accounts.issuers import JobIssuer

pytestmark = pytest.mark.django_db


def _again(issuer: TrustedIssuer) -> TrustedIssuer:
    return TrustedIssuer.objects.get(pk=issuer.pk)


def test_keys_are_fetched_once_and_kept_for_an_hour(ci: JobIssuer, trusted: TrustedIssuer, clock: Clock) -> None:
    for _ in range(3):
        assert keys.key_of(_again(trusted), "first") is not None
    assert ci.asked == ["/.well-known/openid-configuration", "/keys"]
    clock.forward(minutes=61)
    assert keys.key_of(_again(trusted), "first") is not None
    assert len(ci.asked) == 4


def test_a_new_key_of_the_issuer_is_found_and_forged_ids_do_not_make_the_portal_ask_without_end(
    ci: JobIssuer, trusted: TrustedIssuer, clock: Clock
) -> None:
    assert keys.key_of(_again(trusted), "first") is not None
    ci.add_key("second", "RS256")
    clock.forward(seconds=61)
    assert keys.key_of(_again(trusted), "second") is not None
    asked = len(ci.asked)
    for number in range(5):
        assert keys.key_of(_again(trusted), f"forged-{number}") is None
    assert len(ci.asked) == asked


def test_an_issuer_that_is_away_stops_nobody_for_a_day_and_then_everybody(
    ci: JobIssuer, trusted: TrustedIssuer, clock: Clock
) -> None:
    assert keys.key_of(_again(trusted), "first") is not None
    ci.answers["/keys"] = 500, b""
    clock.forward(hours=23)
    assert keys.key_of(_again(trusted), "first") is not None
    clock.forward(hours=2)
    with pytest.raises(keys.IssuerUnreachable):
        keys.key_of(_again(trusted), "first")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/.well-known/openid-configuration", (200, b"[]")),
        ("/.well-known/openid-configuration", (200, b'{"issuer": "https://elsewhere.example", "jwks_uri": "x"}')),
        ("/.well-known/openid-configuration", (302, b"")),
        ("/keys", (200, b"not json")),
        ("/keys", (200, b'{"keys": []}')),
        ("/keys", (200, b" " * (DOCUMENT_LIMIT + 1))),
        ("/keys", (404, b"{}")),
    ],
)
def test_what_is_no_key_set_brings_no_key(
    ci: JobIssuer, trusted: TrustedIssuer, path: str, answer: tuple[int, bytes]
) -> None:
    """The answer is bounded, redirects are not followed, and the description must be the issuer's own."""
    ci.answers[path] = answer
    assert not keys.refresh(trusted, timezone.now())
    assert _again(trusted).fetched_keys is None


def test_an_issuer_in_a_private_network_is_not_called(ci: JobIssuer, trusted: TrustedIssuer, settings: Any) -> None:
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = False
    assert not keys.refresh(trusted, timezone.now())
    assert ci.asked == []


def test_production_fetches_over_https_only(ci: JobIssuer, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(Invalid) as refusal:
        keys.discovered(ci.address)
    assert refusal.value.code == "workload.not_https"
    assert ci.asked == []


def test_pinned_keys_need_no_network_and_hold_no_secret(ci: JobIssuer, trusted: TrustedIssuer) -> None:
    pinned = keys.readable_keys(ci.key_set())
    TrustedIssuer.objects.filter(pk=trusted.pk).update(pinned_keys=pinned)
    assert keys.key_of(_again(trusted), "first") is not None
    assert keys.key_of(_again(trusted), "second") is None
    assert ci.asked == []
    secret = json.loads(json.dumps(ci.key_set()))
    secret["keys"][0]["d"] = "c2VjcmV0"
    with pytest.raises(Invalid) as refusal:
        keys.readable_keys(secret)
    assert refusal.value.code == "workload.secret_key"
    with pytest.raises(Invalid):
        keys.readable_keys({"keys": [{"kty": "oct", "kid": "k", "alg": "HS256"}]})
