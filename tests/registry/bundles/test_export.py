"""A version goes out as one archive that proves itself with the public key alone."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.bundles import verify_bundle
from registry.models import ModelVersion
from tests.accounts.people import make_user
from tests.registry.samples import safetensors

from .archives import exported, keys_of, members

pytestmark = pytest.mark.django_db


def test_one_command_verifies_it_with_the_public_key_alone(api: Client, version: ModelVersion, tmp_path: Path) -> None:
    """S0-29: the program as the portal hands it out, in a process of its own, without the portal."""
    bundle, program = tmp_path / "bundle.tar", tmp_path / "verify_bundle.py"
    bundle.write_bytes(exported(api))
    program.write_bytes(api.get("/api/v1/bundle-verifier/").content)
    command = [sys.executable, "-I", str(program), str(bundle), "--key", str(keys_of(api, tmp_path))]
    good = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert "Valid: arrival-delay version 1" in good.stdout
    changed = bundle.read_bytes().replace(safetensors(), safetensors(b"\x00\x00\x80\x40" * 4))
    bundle.write_bytes(changed)
    bad = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert bad.returncode == 1
    assert "'files/model.safetensors' is not what was signed" in bad.stderr


def test_it_holds_what_is_known_of_the_version(api: Client, version: ModelVersion) -> None:
    """S0-29: artifact, metrics, lineage, signature and digests; the parameters only when asked for."""
    found = members(exported(api))
    assert found["files/model.safetensors"] == safetensors()
    said = {name: json.loads(text) for name, text in found.items() if name.endswith(".json")}
    assert said["metrics.json"] == {"auc": 0.93}
    assert said["model.json"]["version"]["tags"] == {"team": "search"}
    (trained_on,) = said["lineage.json"]
    assert (trained_on["dataset"], trained_on["version"]) == ("flights", 1)
    assert said["signatures.json"][0]["bundle"]["dsseEnvelope"]
    assert said["promotions.json"] == []
    assert "parameters.json" not in found
    assert [one["name"] for one in said["manifest.json"]["members"]] == list(found)[2:]
    with_parameters = members(exported(api, query="?parameters=true"))
    assert json.loads(with_parameters["parameters.json"]) == {"rate": 0.1}


def test_card_and_promotions_come_along(api: Client, version: ModelVersion) -> None:
    """S0-29: the newest revision of the card, and what was asked and answered; people are not named."""
    from registry.cards.models import CardRevision
    from registry.promotion.policies import Policy, set_policy
    from registry.promotion.requesting import request

    actor = Actor.system("test")
    for number, words in ((1, "old"), (2, "new")):
        CardRevision.objects.create(model=version.model, number=number, content={"use": words}, risk_class="minimal")
    wanted = Policy(min_quality=None, metric_tolerance=None, requires_card=False, blocks_on_alerts=False)
    set_policy(version.model, wanted, actor=actor)
    request(version, "production", reason="Better.", actor=actor)
    found = members(exported(api))
    assert json.loads(found["card.json"]) == {"revision": 2, "risk_class": "minimal", "content": {"use": "new"}}
    (promotion,) = json.loads(found["promotions.json"])
    assert (promotion["alias"], promotion["state"], promotion["approvals"]) == ("production", "waiting", 0)
    assert {gate["gate"] for gate in promotion["gates"]} >= {"signature", "provenance"}
    assert "requester" not in promotion


def test_the_same_facts_are_the_same_bytes(api: Client, version: ModelVersion) -> None:
    assert exported(api) == exported(api)


def test_a_directory_goes_with_its_paths(api: Client, folder_version: ModelVersion, tmp_path: Path) -> None:
    bundle = exported(api, "folder")
    found = [name for name in members(bundle) if name.startswith("files/")]
    assert found == ["files/config/settings.json", f"files/config/{'ü' * 70}.txt", "files/weights.safetensors"]
    file = tmp_path / "folder.tar"
    file.write_bytes(bundle)
    assert verify_bundle.main([str(file), "--key", str(keys_of(api, tmp_path))]) == 0


def test_the_ledger_knows_before_a_byte_goes(api: Client, version: ModelVersion) -> None:
    answer = api.get("/api/v1/models/arrival-delay/versions/1/bundle/")
    row = AuditEvent.objects.get(name="bundles.bundle.exported")
    assert row.details["with_parameters"] is False
    assert not AuditEvent.objects.filter(name__startswith="registry.artifact.download").exists()
    assert b"".join(answer)  # type: ignore[arg-type]
    ended = AuditEvent.objects.get(name="registry.artifact.downloaded")
    assert ended.outcome == "success"


def test_who_may_not_open_the_file_gets_no_bundle(
    api: Client, api_as: Callable[..., Client], version: ModelVersion
) -> None:
    """Refused beside the success with the same address; parameters need a permission of their own."""
    address = "/api/v1/models/arrival-delay/versions/1/bundle/"
    officer = api_as(make_user("officer", "Compliance officer"))
    assert officer.get(address).status_code == 403
    narrow = api_as(version.model.owner, ["registry.download_artifact", "registry.view_modelversion"])  # type: ignore[arg-type]
    assert narrow.get(address).status_code == 200
    refused = narrow.get(f"{address}?parameters=true")
    assert (refused.status_code, refused.json()["code"]) == (403, "bundle.no_parameters")
    odd = api.get(f"{address}?parameters=yes")
    assert (odd.status_code, odd.json()["code"]) == (400, "bundle.bad_parameters")
    assert AuditEvent.objects.filter(name="bundles.bundle.exported").count() == 1


def test_the_page_of_a_version_gives_it_out(portal: Client, version: ModelVersion) -> None:
    page = portal.get("/models/arrival-delay/versions/1/").content.decode()
    assert "Export bundle" in page
    answer: Any = portal.post("/models/arrival-delay/versions/1/bundle/", {"parameters": "on"})
    assert "parameters.json" in members(b"".join(answer))
    assert b"BEGIN PUBLIC KEY" in portal.get("/models/-/bundles/keys.pem").content
    program = b"".join(portal.get("/models/-/bundles/verify_bundle.py"))  # type: ignore[arg-type]
    assert program == Path(verify_bundle.__file__).read_bytes()
