"""Checkpoints are signed notes that other programs can read."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.audit.sealing.note import BadNote, Head, PublicKey, check, parse, public_key, sign

# The example of C2SP signed-note / Go's golang.org/x/mod/sumdb/note: the key of the public checksum database.
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
ONE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
HEAD = Head("portal.example.org/audit", 7, bytes(32))


def test_a_public_key_in_the_field_s_own_form_is_read_and_written() -> None:
    key = PublicKey.parse(SUMDB)
    assert (key.name, key.key_id, key.text) == ("sum.golang.org", "033de0ae", SUMDB)
    with pytest.raises(BadNote):
        PublicKey.parse(SUMDB.replace("033de0ae", "033de0af"))


def test_a_note_says_what_was_signed_and_by_whom() -> None:
    """S3-24: both keys of a rollover sign, and either is enough to check."""
    note = sign(HEAD, [ONE, OTHER])
    one, other = public_key(HEAD.origin, ONE), public_key(HEAD.origin, OTHER)
    assert check(note, [one]) == (HEAD, [one])
    assert check(note, [one, other]) == (HEAD, [one, other])
    assert parse(note).head == HEAD
    assert note.startswith("portal.example.org/audit\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— portal")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n8\n"),
        ("\n7\n", "\n07\n"),
        ("\n7\n", f"\n{'7' * 5000}\n"),
        ("AAAA=", "AAAB="),
        ("audit\n", "audiT\n"),
        ("\n\n", "\nmore\n\n"),
        ("\n\n", "\n"),
    ],
)
def test_a_changed_note_is_refused(old: str, new: str) -> None:
    note = sign(HEAD, [ONE])
    with pytest.raises(BadNote):
        check(note.replace(old, new, 1), [public_key(HEAD.origin, ONE)])


def test_a_note_of_an_unknown_key_or_with_one_wrong_signature_is_refused() -> None:
    one, other = public_key(HEAD.origin, ONE), public_key(HEAD.origin, OTHER)
    with pytest.raises(BadNote, match="No known key"):
        check(sign(HEAD, [OTHER]), [one])
    mixed = sign(HEAD, [ONE]) + sign(Head(HEAD.origin, 8, bytes(32)), [OTHER]).split("\n\n")[1]
    with pytest.raises(BadNote, match="wrong signature"):
        check(mixed, [one, other])
    with pytest.raises(BadNote):
        parse("")
    with pytest.raises(BadNote, match="empty line"):
        sign(Head(HEAD.origin, 7, bytes(32), ("",)), [ONE])
