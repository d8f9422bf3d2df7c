"""A passphrase as root key: slow to guess, with its own salt for each wrap, and raised without losing what is there."""

import pytest
from django.test import override_settings

from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.providers.base import forget_provider
from modelops.crypto.providers.checks import check_passphrase
from modelops.crypto.providers.passphrase import PassphraseRootKey, samples
from modelops.crypto.providers.sources import KeySource

PLACE = b"1|field|1"
WORDS = "anchor velvet tunnel orbit pepper quartz"


def provider(monkeypatch: pytest.MonkeyPatch, **variables: str) -> PassphraseRootKey:
    for name, value in ({"ROOT_PASSPHRASE": WORDS} | variables).items():
        monkeypatch.setenv(f"MODELOPS_{name}", value)
    return PassphraseRootKey(KeySource())


def cost_of(wrapped: bytes) -> int:
    return int.from_bytes(wrapped[2:6], "big")


def test_the_cost_is_for_new_wraps_and_old_ones_still_open(no_root_key: pytest.MonkeyPatch) -> None:
    """S0-16, S3-05: function, cost and salt stand in the wrapped value, and are authenticated."""
    old = provider(no_root_key, PASSPHRASE_KDF="pbkdf2-sha512", PASSPHRASE_COST="210000").wrap(b"m" * 32, PLACE)
    raised = provider(no_root_key, PASSPHRASE_COST="250000")
    new = raised.wrap(b"m" * 32, PLACE)
    assert (cost_of(old), cost_of(new)) == (210_000, 250_000)
    assert old[6:22] != new[6:22] != raised.wrap(b"m" * 32, PLACE)[6:22], "S4-20: a random salt for each wrap"
    no_root_key.delenv("MODELOPS_PASSPHRASE_COST")
    other = provider(no_root_key, PASSPHRASE_KDF="scrypt")
    assert other.unwrap(old, PLACE) == other.unwrap(new, PLACE) == b"m" * 32
    for place in range(22):
        with pytest.raises(KeysUnavailable):
            other.unwrap(old[:place] + bytes([old[place] ^ 0x80]) + old[place + 1 :], PLACE)


@pytest.mark.parametrize(
    ("kdf", "cost"),
    [("pbkdf2-sha512", "100000"), ("pbkdf2-sha512", "209999"), ("scrypt", "16"), ("scrypt", "40"), ("md5", "1")],
)
def test_a_cost_under_the_floor_is_refused_by_a_check(kdf: str, cost: str, no_root_key: pytest.MonkeyPatch) -> None:
    """S4-21, S0-16: 100,000 iterations are too few."""
    with pytest.raises(KeysUnavailable, match="MODELOPS_PASSPHRASE"):
        provider(no_root_key, PASSPHRASE_KDF=kdf, PASSPHRASE_COST=cost)
    with override_settings(MODELOPS_KEY_PROVIDER="passphrase"):
        forget_provider()
        assert [found.id for found in check_passphrase(None)] == ["modelops.E003"]
        no_root_key.setenv("MODELOPS_PASSPHRASE_KDF", "scrypt")
        no_root_key.setenv("MODELOPS_PASSPHRASE_COST", "17")
        forget_provider()
        assert check_passphrase(None) == []


@pytest.mark.parametrize(
    "words", ["default-password", "Default Password", "changeme", "correct horse battery staple", "short", "a" * 40, ""]
)
def test_samples_and_weak_passphrases_are_refused(words: str, no_root_key: pytest.MonkeyPatch) -> None:
    """S4-20: what stands in documents protects nothing. The refusal does not repeat it."""
    with pytest.raises(KeysUnavailable, match="MODELOPS_ROOT_PASSPHRASE") as refusal:
        provider(no_root_key, ROOT_PASSPHRASE=words)
    if len(words) > 6:
        assert words not in str(refusal.value)
    assert len(samples()) > 20


def test_the_name_of_the_key_says_nothing_of_the_passphrase(no_root_key: pytest.MonkeyPatch) -> None:
    first = provider(no_root_key)
    second = provider(no_root_key, ROOT_PASSPHRASE=WORDS + "!")
    assert first.key_id == second.key_id == "passphrase:1"
    with pytest.raises(KeysUnavailable, match="does not open the key ring"):
        second.unwrap(first.wrap(b"m" * 32, PLACE), PLACE)
    assert provider(no_root_key, PASSPHRASE_NAME="2026").key_id == "passphrase:2026"
