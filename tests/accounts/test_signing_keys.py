"""The public keys of tokens, and the end of a signing key."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import RefreshToken, User
from modelops.crypto import lifecycle, services
from modelops.crypto.decisions import AT_SET_UP
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.lib.ids import uuid7
from tests.accounts.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ring() -> Iterator[None]:
    yield
    keyring.forget()


def access(user: User) -> str:
    """An access token."""
    ends = timezone.now() + dt.timedelta(minutes=30)
    row = RefreshToken.objects.create(user=user, expires_at=ends)
    return tokens.sign(tokens.ACCESS, user_id=user.pk, token_id=uuid7(), family=row.family, amr=["pwd"], exp=ends)


def rotate() -> None:
    """Sign with a new key from now on."""
    lifecycle.activate(services.create_key(Purpose.TOKEN_SIGNING, decision=AT_SET_UP), decision=AT_SET_UP)
    keyring.forget()


def status(token: str) -> int:
    """Of a request with the token."""
    return int(Client().get("/api/v1/models/", headers={"authorization": f"Bearer {token}"}).status_code)


def published() -> dict[str, Any]:
    """The keys by id."""
    answer = Client().get("/.well-known/jwks.json")
    assert answer["Content-Type"] == "application/jwk-set+json"
    return {key["kid"]: key for key in answer.json()["keys"]}


def test_a_stranger_can_check_a_token_with_the_published_keys() -> None:
    """S4-04: asymmetric, with a key id; nothing private is published."""
    token = access(make_user())
    header = jwt.get_unverified_header(token)
    key = published()[header["kid"]]
    assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg"}
    claims = jwt.decode(token, jwt.PyJWK(key).key, algorithms=["EdDSA"], audience=tokens.AUDIENCE)
    assert claims["amr"] == ["pwd"]
    answer = Client().get("/.well-known/jwks.json")
    assert answer["Cache-Control"] == "public, max-age=300"
    assert Client().get("/.well-known/jwks.json", headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert Client().post("/.well-known/jwks.json").status_code == 405
    rotate()
    assert Client().get("/.well-known/jwks.json")["ETag"] != answer["ETag"]


def test_a_replaced_key_proves_its_tokens_until_they_end() -> None:
    """S4-04: rotation breaks no sign-in."""
    user = make_user()
    before = access(user)
    rotate()
    after = access(user)
    kids = [jwt.get_unverified_header(token)["kid"] for token in (before, after)]
    assert kids[0] != kids[1]
    assert published().keys() == set(kids)
    assert (status(before), status(after)) == (200, 200)


def test_a_replaced_key_proves_nothing_that_it_signed_later() -> None:
    """Whoever steals an old key cannot make new tokens with it."""
    user = make_user()
    old = access(user)
    rotate()
    retired = timezone.now() - dt.timedelta(hours=1)
    KeyVersion.objects.filter(pk=jwt.get_unverified_header(old)["kid"]).update(retired_at=retired)
    keyring.forget()
    assert status(old) == 401
    KeyVersion.objects.filter(pk=jwt.get_unverified_header(old)["kid"]).update(
        retired_at=retired - dt.timedelta(days=2)
    )
    keyring.forget()
    assert jwt.get_unverified_header(old)["kid"] not in published()


def test_a_compromised_key_proves_nothing_at_all() -> None:
    user = make_user()
    known_to_others = access(user)
    rotate()
    kid = jwt.get_unverified_header(known_to_others)["kid"]
    assert status(known_to_others) == 200
    lifecycle.mark_compromised(KeyVersion.objects.get(pk=kid), decision=AT_SET_UP)
    keyring.forget()
    assert status(known_to_others) == 401
    assert kid not in json.dumps(published())
    assert status(access(user)) == 200
