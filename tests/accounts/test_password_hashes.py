"""Passwords are kept as Argon2id; a hash of another kind or cost is renewed when its owner signs in."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.test import Client

from accounts.hashers import PortalArgon2Hasher
from accounts.passwords import validated
from tests.accounts.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _light_password_hashes() -> None:
    """Not here: passwords are hashed at the portal's own cost."""


def test_a_long_password_counts_to_its_last_character() -> None:
    """S4-08: nothing is cut off; two passwords that differ at the 75th of 80 characters are two passwords."""
    user = make_user()
    first, second = (f"{'long passphrase ' * 4}0123456789{char}12345" for char in "xy")
    assert len(first) == 80
    assert [i for i in range(80) if first[i] != second[i]] == [74]
    user.set_password(validated(first, user))
    assert user.check_password(first)
    assert not user.check_password(second)


@pytest.mark.parametrize("old", ["pbkdf2_sha256", "scrypt", "argon2 at another cost"])
def test_an_old_hash_is_renewed_at_sign_in(client: Client, old: str) -> None:
    """S0-18: silently, with the right password; a wrong one leaves it alone."""
    user = make_user()
    if old.startswith("argon2"):
        user.password = Argon2PasswordHasher().encode(PASSWORD, "somesaltsomesalt")
    else:
        user.password = make_password(PASSWORD, hasher=old)
    user.save(update_fields=["password"])
    before = user.password

    client.post("/sign-in/", {"username": user.username, "password": "wrong horse battery staple"})
    user.refresh_from_db()
    assert user.password == before

    assert client.post("/sign-in/", {"username": user.username, "password": PASSWORD}).status_code == 302
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")
    assert not PortalArgon2Hasher().must_update(user.password)
    assert user.check_password(PASSWORD)


def test_a_new_hash_is_argon2id_at_our_cost() -> None:
    """S0-18."""
    assert make_password(PASSWORD).startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")
