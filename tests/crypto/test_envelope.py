"""Envelopes and the ring: small secrets, bound to their place."""

import pytest
from django.test import override_settings

from modelops.crypto import envelope
from modelops.crypto.errors import DecryptionFailed, KeysUnavailable, UnknownKey
from modelops.crypto.keyring import Keyring, keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.providers.base import forget_provider
from modelops.crypto.purposes import Purpose

pytestmark = pytest.mark.django_db


def test_a_sealed_value_opens_only_in_its_place() -> None:
    sealed = envelope.seal(b"JBSWY3DPEHPK3PXP", purpose=Purpose.FIELD, context=b"device:1")
    assert b"JBSW" not in sealed
    assert envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"device:1") == b"JBSWY3DPEHPK3PXP"
    with pytest.raises(DecryptionFailed):
        envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"device:2")
    with pytest.raises(UnknownKey):
        envelope.unseal(sealed, purpose=Purpose.SESSION, context=b"device:1")


def test_every_flipped_byte_of_a_sealed_value_is_refused() -> None:
    sealed = envelope.seal(b"secret", purpose=Purpose.FIELD, context=b"x")
    for place in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[place] ^= 1
        with pytest.raises((DecryptionFailed, UnknownKey)):
            envelope.unseal(bytes(damaged), purpose=Purpose.FIELD, context=b"x")


def test_old_data_opens_after_a_rotation_and_new_data_names_the_new_key() -> None:
    from modelops.crypto.providers import configured_provider

    before = envelope.seal(b"old", purpose=Purpose.FIELD, context=b"x")
    KeyVersion.objects.filter(purpose=Purpose.FIELD).update(state=KeyState.DECRYPT_ONLY)
    second = KeyVersion(purpose=Purpose.FIELD, version=2, state=KeyState.ACTIVE)
    second.wrapped = configured_provider().wrap(b"n" * 32, second.wrap_context)
    second.save()
    keyring.forget()
    try:
        after = envelope.seal(b"new", purpose=Purpose.FIELD, context=b"x")
        assert envelope.key_id(after) == second.pk != envelope.key_id(before)
        assert envelope.unseal(before, purpose=Purpose.FIELD, context=b"x") == b"old"
        assert envelope.unseal(after, purpose=Purpose.FIELD, context=b"x") == b"new"
    finally:
        keyring.forget()


def test_a_destroyed_key_opens_nothing() -> None:
    sealed = envelope.seal(b"x", purpose=Purpose.FIELD, context=b"x")
    KeyVersion.objects.filter(purpose=Purpose.FIELD).update(state=KeyState.DECRYPT_ONLY)
    KeyVersion.objects.filter(purpose=Purpose.FIELD).update(state=KeyState.DESTROYED, wrapped=b"")
    keyring.forget()
    try:
        with pytest.raises(UnknownKey):
            envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x")
        with pytest.raises(KeysUnavailable):
            envelope.seal(b"x", purpose=Purpose.FIELD, context=b"x")
    finally:
        keyring.forget()


def test_a_wrapped_key_that_was_put_in_anothers_row_does_not_unwrap() -> None:
    field, session = (KeyVersion.objects.get(purpose=p) for p in (Purpose.FIELD, Purpose.SESSION))
    KeyVersion.objects.filter(pk=session.pk).update(wrapped=field.wrapped)
    with pytest.raises(KeysUnavailable):
        Keyring().active(Purpose.SESSION)


@pytest.mark.parametrize("provider", [None, "file"])
def test_without_the_root_key_nothing_is_sealed_or_opened(provider: str | None, tmp_path) -> None:
    """S0-33, S0-35, S0-37: no key is made silently, nothing is returned in the clear."""
    sealed = envelope.seal(b"x", purpose=Purpose.FIELD, context=b"x")
    with override_settings(MODELOPS_KEY_PROVIDER=provider, MODELOPS_ROOT_KEY_FILE=str(tmp_path / "gone")):
        forget_provider()
        keyring.forget()
        try:
            with pytest.raises(KeysUnavailable):
                envelope.seal(b"x", purpose=Purpose.FIELD, context=b"x")
            with pytest.raises(KeysUnavailable):
                envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x")
        finally:
            forget_provider()
            keyring.forget()
    assert envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x") == b"x"


@pytest.mark.parametrize(
    ("content", "mode", "part"),
    [
        ("A" * 43 + "=", 0o644, "chmod 600"),
        ("short", 0o600, "base64"),
        ("AAAA", 0o600, "3 bytes"),
        ("", 0o600, "0 bytes"),
    ],
)
def test_a_root_key_file_that_is_open_or_unsound_is_refused(
    content: str, mode: int, part: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "root.key"
    path.write_text(content)
    path.chmod(mode)
    from modelops.crypto.providers.local import FileRootKey

    monkeypatch.setenv("MODELOPS_ROOT_KEY_FILE", str(path))
    with pytest.raises(KeysUnavailable, match=part):
        FileRootKey()


def test_a_key_never_shows_its_bytes() -> None:
    key = keyring.active(Purpose.FIELD)
    assert str(key.material) not in repr(key)
    assert "material" not in repr(key)
