"""A bundle proves exactly the files it lists, under exactly the keys that are trusted."""

import base64
import copy
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.signing.bundle import Malformed, Untrusted, check_bundle, make_bundle, parse_bundle
from registry.signing.keys import UnusableKey, load_public_key, of_key
from registry.signing.statement import BadSignature, write_statement

from .bundles import bundle_of, new_key, pem_of, signed, statement_of

FILES = {"config.json": b"{}", "weights/a.safetensors": b"aaaa", "weights/b.safetensors": b"bbbb"}


def digests(files: dict[str, bytes] = FILES) -> dict[str, str]:
    resources = statement_of(files)["predicate"]["resources"]
    return {one["name"]: one["digest"] for one in resources}


@pytest.mark.parametrize("key", [new_key(), Ed25519PrivateKey.generate()], ids=["P-256", "Ed25519"])
def test_a_bundle_of_a_signing_tool_is_checked(key: Any) -> None:
    """S1-22: bundles as OpenSSF Model Signing lays them out."""
    trusted = load_public_key(pem_of(key))
    assert check_bundle(parse_bundle(json.dumps(signed(FILES, key))), [trusted], digests()) == trusted


def test_the_portal_writes_what_the_specification_says() -> None:
    """S1-22: statement and bundle of the portal equal those written by the specification, but for white space."""
    key = Ed25519PrivateKey.generate()
    ours = make_bundle(write_statement("model", digests()), key)
    theirs = bundle_of(statement_of(FILES), key)
    payloads = [json.loads(base64.b64decode(one["dsseEnvelope"]["payload"])) for one in (ours, theirs)]
    assert payloads[0] == payloads[1]
    assert ours["verificationMaterial"] == theirs["verificationMaterial"]
    assert check_bundle(parse_bundle(ours), [of_key(key.public_key())], digests())


@pytest.mark.parametrize("name", [".", "model.safetensors"])
def test_a_single_file_goes_by_its_name_or_by_a_dot(name: str) -> None:
    key = new_key()
    bundle = parse_bundle(signed({name: b"abcd"}, key))
    assert check_bundle(bundle, [load_public_key(pem_of(key))], digests({"model.safetensors": b"abcd"}))


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({**FILES, "config.json": b"[]"}, "other content of 'config.json'"),
        ({**FILES, "extra.py": b"x"}, "'extra.py' is not covered"),
        ({name: FILES[name] for name in list(FILES)[:2]}, "covers 'weights/b.safetensors'"),
    ],
)
def test_other_files_are_told_apart(files: dict[str, bytes], words: str) -> None:
    key = new_key()
    with pytest.raises(BadSignature, match=words):
        check_bundle(parse_bundle(signed(FILES, key)), [load_public_key(pem_of(key))], digests(files))


def test_what_the_signer_left_out_on_purpose_may_be_there() -> None:
    key = new_key()
    bundle = parse_bundle(signed(FILES, key, ignore=("model.sig", ".git")))
    trusted = [load_public_key(pem_of(key))]
    assert check_bundle(bundle, trusted, digests({**FILES, "model.sig": b"s", ".git/HEAD": b"h"}))
    with pytest.raises(BadSignature):
        check_bundle(bundle, trusted, digests({**FILES, ".gitx": b"s"}))


def test_an_edited_statement_or_signature_is_refused() -> None:
    """S1-22."""
    key = new_key()
    trusted = [load_public_key(pem_of(key))]
    said = signed(FILES, key)
    other = statement_of({**FILES, "config.json": b"[]"})
    edited = copy.deepcopy(said)
    edited["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(other).encode()).decode()
    kind = copy.deepcopy(said)
    kind["dsseEnvelope"]["payloadType"] = "text/plain"
    inconsistent = statement_of(FILES)
    inconsistent["subject"][0]["digest"]["sha256"] = "0" * 64
    shards = statement_of(FILES)
    shards["predicate"]["serialization"]["method"] = "shards"
    twice = statement_of(FILES)
    twice["predicate"]["resources"] *= 2
    for bad in (edited, kind, *(bundle_of(one, key) for one in (inconsistent, shards, twice, {}))):
        with pytest.raises(BadSignature):
            check_bundle(parse_bundle(bad), trusted, digests())


def test_a_key_that_is_not_trusted_is_no_proof() -> None:
    """S1-22: also when the bundle names a trusted key that did not sign it."""
    key, stranger = new_key(), new_key()
    trusted = load_public_key(pem_of(key))
    with pytest.raises(Untrusted):
        check_bundle(parse_bundle(signed(FILES, stranger)), [trusted], digests())
    with pytest.raises(Untrusted):
        check_bundle(parse_bundle(bundle_of(statement_of(FILES), stranger, hint="")), [trusted], digests())
    with pytest.raises(BadSignature):
        named = bundle_of(statement_of(FILES), stranger, hint=trusted.fingerprint)
        check_bundle(parse_bundle(named), [trusted], digests())
    certificate = signed(FILES, stranger)
    certificate["verificationMaterial"] = {"certificate": {"rawBytes": "AA=="}}
    with pytest.raises(Untrusted, match="certificate"):
        check_bundle(parse_bundle(certificate), [trusted], digests())


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"mediaType": 1}', "null", b"\xff", "[" * 100_000, '{"dsseEnvelope": []}']
)
def test_what_is_no_bundle_is_malformed(text: Any) -> None:
    with pytest.raises(Malformed):
        parse_bundle(text)


def test_only_public_keys_of_known_kinds_are_taken() -> None:
    private = rsa.generate_private_key(65537, 2048)
    for pem in (pem_of(private), "-----BEGIN PRIVATE KEY-----", "", "x" * 5000):  # type: ignore[arg-type]
        with pytest.raises(UnusableKey):
            load_public_key(pem)
