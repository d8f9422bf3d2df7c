"""The backup file: its recipients open it, nobody else does, and no part of it can be edited."""

import json
import os
import uuid
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa, x25519

from modelops.crypto.escrow import BackupKey, Recipient, load_identity, load_recipient, open_backup, seal_backup
from modelops.lib.errors import Invalid

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEM, SPKI = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo


def pems(private: object) -> tuple[bytes, bytes]:
    """Private and public key as files."""
    secret = private.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())  # type: ignore[attr-defined]
    return secret, private.public_key().public_bytes(PEM, SPKI)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def people() -> dict[str, tuple[bytes, bytes]]:
    return {
        "x25519": pems(x25519.X25519PrivateKey.generate()),
        "rsa": pems(rsa.generate_private_key(public_exponent=65537, key_size=3072)),
        "stranger": pems(x25519.X25519PrivateKey.generate()),
    }


def some_keys() -> list[BackupKey]:
    return [BackupKey(uuid.uuid4(), "artifact", version, "active", os.urandom(32)) for version in (1, 2)]


def seal(keys: list[BackupKey], *recipients: Recipient) -> bytes:
    return seal_backup(keys, recipients, made_at=AT, root_key_id="root")


@pytest.mark.parametrize("kind", ["x25519", "rsa"])
def test_a_recipient_opens_it_and_a_stranger_does_not(kind: str, people: dict[str, tuple[bytes, bytes]]) -> None:
    """S1-39, S1-10."""
    keys = some_keys()
    content = seal(keys, load_recipient(people[kind][1]))
    opened = open_backup(content, load_identity(people[kind][0]))
    assert opened.made_at == AT
    assert list(opened.keys.values()) == keys
    for key in keys:
        assert key.material not in content
        assert key.material.hex().encode() not in content
        assert repr(key.material) not in repr(key)
    with pytest.raises(Invalid, match="no recipient of this backup") as refusal:
        open_backup(content, load_identity(people["stranger"][0]))
    assert refusal.value.code == "backup.wrong_identity"


def test_each_of_several_recipients_opens_it_alone(people: dict[str, tuple[bytes, bytes]]) -> None:
    keys = some_keys()
    content = seal(keys, load_recipient(people["x25519"][1]), load_recipient(people["rsa"][1]))
    for name in ("x25519", "rsa"):
        assert list(open_backup(content, load_identity(people[name][0])).keys.values()) == keys


def test_a_stranger_who_puts_himself_on_the_list_opens_nothing(people: dict[str, tuple[bytes, bytes]]) -> None:
    stranger = load_identity(people["stranger"][0])
    found = json.loads(seal(some_keys(), load_recipient(people["x25519"][1])))
    found["recipients"][0]["fingerprint"] = stranger.fingerprint
    with pytest.raises(Invalid) as refusal:
        open_backup(json.dumps(found).encode(), stranger)
    assert refusal.value.code == "backup.wrong_identity"


def test_no_part_of_the_file_can_be_edited(people: dict[str, tuple[bytes, bytes]]) -> None:
    identity = load_identity(people["x25519"][0])
    original = json.loads(seal(some_keys(), load_recipient(people["x25519"][1])))

    def refused(found: dict[str, object]) -> None:
        with pytest.raises(Invalid):
            open_backup(json.dumps(found).encode(), identity)

    for name in original:
        refused({key: value for key, value in original.items() if key != name})
    refused({**original, "made_at": datetime(2027, 1, 1, tzinfo=UTC).isoformat()})
    refused({**original, "root_key_id": "another"})
    refused({**original, "commitment": "0" * 64})
    refused({**original, "keys": original["keys"][:1]})
    refused({**original, "keys": [{**key, "version": 9} for key in original["keys"]]})
    refused({**original, "more": 1})
    refused({**original, "recipients": original["recipients"] * 2})
    sealed = original["sealed"]
    for place in range(0, len(sealed), 7):
        changed = "A" if sealed[place] != "A" else "B"
        refused({**original, "sealed": sealed[:place] + changed + sealed[place + 1 :]})
    for content in (b"", b"{}", b"[]", b"\xff\xfe", b"[" * 100_000):
        with pytest.raises(Invalid):
            open_backup(content, identity)


def test_weak_and_unsuitable_recipients_are_refused(people: dict[str, tuple[bytes, bytes]]) -> None:
    """S1-10: no new RSA-2048 wrap can be made."""
    short = pems(rsa.generate_private_key(public_exponent=65537, key_size=2048))[1]
    with pytest.raises(Invalid, match="2048 bits; at least 3072") as refusal:
        load_recipient(short)
    assert refusal.value.code == "recipient.too_short"
    with pytest.raises(Invalid, match="neither an X25519 nor an RSA key"):
        load_recipient(pems(ed25519.Ed25519PrivateKey.generate())[1])
    with pytest.raises(Invalid, match="It is a private key"):
        load_recipient(people["x25519"][0])
    with pytest.raises(Invalid, match="at least one recipient"):
        seal(some_keys())


def test_an_identity_may_be_protected_by_a_passphrase() -> None:
    private = x25519.X25519PrivateKey.generate()
    pem = private.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"six words of a good phrase")
    )
    assert load_identity(pem, b"six words of a good phrase").fingerprint
    for password in (None, b"another"):
        with pytest.raises(Invalid):
            load_identity(pem, password)
