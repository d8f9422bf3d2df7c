"""The key that clients seal for: published, pinned, rotated, and refused when it is gone."""

import base64
import hashlib
import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from modelops.crypto import lifecycle
from modelops.crypto.decisions import by_shell
from modelops.crypto.dependents import dependents_of
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.services import create_key
from modelops.crypto.states import Reason
from registry.sealed_client import modelops_seal
from registry.sealed_client.client_file import NAME, client_sha256
from tests.registry.answers import problem_of
from tests.registry.samples import make_model, safetensors

from .sealing import recipient, sealed, send

pytestmark = pytest.mark.django_db
CONTENT = safetensors(b"\x00\x00\x80\x3f" * 400)
WHY = by_shell(Reason.DRILL)


@pytest.fixture(autouse=True)
def _model(scientist: Any) -> Iterator[None]:
    make_model(scientist)
    yield
    keyring.forget()  # the rows of this test's keys are rolled back


def rotate() -> KeyVersion:
    """Another key takes over; gives the former one."""
    former = KeyVersion.objects.get(purpose=Purpose.SEALED_UPLOAD, state=KeyState.ACTIVE)
    lifecycle.activate(create_key(Purpose.SEALED_UPLOAD, decision=WHY), decision=WHY)
    keyring.forget()
    former.refresh_from_db()
    return former


def test_the_public_half_is_published_with_its_fingerprint(api: Client) -> None:
    """S1-01: so that a client can pin it."""
    found = recipient(api)
    der = found["public"].public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert found["fingerprint"] == hashlib.sha256(der).hexdigest()
    key = keyring.active(Purpose.SEALED_UPLOAD)
    assert found["key_id"] == str(key.id)
    assert base64.b64encode(key.material).decode() not in str(found)
    assert Client().get("/api/v1/sealing-key/").status_code == 401


def test_an_operator_reads_the_same_fingerprint_on_the_server(api: Client, capsys: Any) -> None:
    call_command("keys", "recipient")
    assert capsys.readouterr().out.split()[1:] == [recipient(api)["key_id"], recipient(api)["fingerprint"]]


def test_after_a_rotation_what_was_sealed_before_still_opens(api: Client) -> None:
    """S1-01: the older key reads on, new uploads get the new one."""
    before = recipient(api)
    file, body = sealed(CONTENT, before)
    assert rotate().state == KeyState.DECRYPT_ONLY
    assert recipient(api)["key_id"] != before["key_id"]
    assert send(api, body, file.key).status_code == 201
    fresh, again = sealed(CONTENT, recipient(api))
    assert send(api, again, fresh.key).status_code == 201


def test_nothing_in_the_store_needs_a_recipient_key(api: Client) -> None:
    """Its destruction takes nothing along: data keys are wrapped anew when a file is taken."""
    file, body = sealed(CONTENT, recipient(api))
    assert send(api, body, file.key).status_code == 201
    assert dependents_of(rotate(), in_full=True) == []


def test_a_destroyed_key_opens_no_upload(api: Client) -> None:
    """S1-01."""
    file, body = sealed(CONTENT, recipient(api))
    former = lifecycle.doom(rotate(), decision=WHY)
    lifecycle.destroy(former, decision=WHY, now=timezone.now() + timedelta(days=400))
    assert problem_of(send(api, body, file.key)) == (409, "sealed_upload.recipient_destroyed")


def test_what_is_sealed_for_a_compromised_key_is_refused(api: Client) -> None:
    """S1-01: somebody else may open it on the way, so the sender is told to seal for the new key."""
    file, body = sealed(CONTENT, recipient(api))
    lifecycle.mark_compromised(rotate(), decision=WHY)
    assert problem_of(send(api, body, file.key)) == (409, "sealed_upload.recipient_compromised")


def test_a_suspended_key_makes_the_sender_wait(api: Client) -> None:
    file, body = sealed(CONTENT, recipient(api))
    lifecycle.suspend(rotate(), decision=WHY)
    keyring.forget()
    assert problem_of(send(api, body, file.key)) == (503, "keys.unavailable")


def test_a_pending_key_is_no_recipient_yet(api: Client) -> None:
    pending = create_key(Purpose.SEALED_UPLOAD, decision=WHY)
    file, body = sealed(CONTENT, recipient(api))
    named = {**file.key, "recipient": str(pending.pk)}
    assert problem_of(send(api, body, named)) == (400, "sealed_upload.unknown_recipient")


def test_a_recording_alone_does_not_tell_the_data_key(api: Client) -> None:
    """HPKE wraps anew each time: no two wrapped keys have anything in common."""
    to = recipient(api)
    keys = [base64.b64decode(sealed(CONTENT, to)[0].key["key"]) for _ in range(2)]
    assert [len(key) for key in keys] == [80, 80]
    assert keys[0][:32] != keys[1][:32]


def test_the_portal_gives_the_client_out_with_its_digest(api: Client, portal: Client) -> None:
    """S1-01: a page and a route, for who is signed in."""
    answer = api.get("/api/v1/sealed-client/")
    assert answer.content == Path(modelops_seal.__file__).read_bytes()
    assert hashlib.sha256(answer.content).hexdigest() == client_sha256() == recipient(api)["client"]["sha256"]
    assert NAME in answer.headers["Content-Disposition"]
    assert Client().get("/api/v1/sealed-client/").status_code == 401
    page = portal.get("/models/-/sealed/").content.decode()
    assert client_sha256() in page
    assert recipient(api)["fingerprint"] in page
    assert "/models/-/sealed/" in portal.get("/models/arrival-delay/versions/new/").content.decode()


def test_the_client_needs_nothing_of_the_portal(tmp_path: Path) -> None:
    """S1-01: one file, the standard library and cryptography; Django is not even imported."""
    alone = tmp_path / NAME
    alone.write_bytes(Path(modelops_seal.__file__).read_bytes())
    probe = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {NAME.removesuffix('.py')}; "
        "outside = {name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names; "
        "print(sorted(name for name in outside if not name.startswith('_') and name != 'sitecustomize'))"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, capture_output=True, text=True, check=True)
    found = set(eval(done.stdout))  # noqa: S307  a list of names that the probe printed
    assert found - {"distutils-precedence", "cffi"} <= {"cryptography", NAME.removesuffix(".py")}


def test_the_client_sends_no_key_in_clear_and_no_file_that_changes() -> None:
    with pytest.raises(modelops_seal.Problem, match="https"):
        modelops_seal.Portal("http://portal.example.org", "secret")
    to = {"key_id": "0" * 32, "sender": "0" * 32, "version": 1}
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    file = modelops_seal.Sealed(10, {**to, "public": X25519PrivateKey.generate().public_key()})
    with pytest.raises(modelops_seal.Problem, match="changed"):
        list(file.pieces(io.BytesIO(b"x" * 11)))
