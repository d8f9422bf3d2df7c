"""Calls upon bundles, provenance, records of other registries and deployment endpoints."""

import json
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.registry.external.test_sagemaker import PACKAGE
from tests.registry.provenance.statements import envelope, statement
from tests.registry.samples import safetensors
from tests.registry.signing.bundles import new_key

from .acts_registry import VERSION
from .performing import Act
from .world import World

_M = "models/<object_name:name>/"
_MV = f"{_M}versions/<int:number>/"
_A = "api/v1/"
RECORD = "external.externalrecord"
ATTESTATION = "external.platformattestation"
ENDPOINT = "endpoints.deploymentendpoint"
_SAYS = {"name": "scoring", "authentication": "oauth2"}


def _bundle(world: World) -> bytes:
    """What the portal exports of the world's first version."""
    answer = world.api("scientist").get(f"/api/v1/models/{world.model.name}/versions/1/bundle/")
    return b"".join(answer)  # type: ignore[arg-type]  # a streaming answer


def _sent(world: World) -> dict[str, Any]:
    return {"data": {"file": SimpleUploadedFile("a.bundle.tar", _bundle(world))}}


def _attested(world: World) -> dict[str, Any]:
    return {"data": {"envelope": envelope(statement({"model.safetensors": safetensors()}), new_key())}}


def _recorded(world: World) -> dict[str, Any]:
    from registry.external.services import import_model_package

    return {"pk": import_model_package(PACKAGE, actor=world.actor("scientist"))[0].pk}


def _attesting(world: World) -> dict[str, Any]:
    said = {"subject": "azure.workspace", "statement": "Looked at.", "evidence_url": "https://evidence.example/1"}
    return {"data": {**said, "expires_at": (timezone.now() + timedelta(days=90)).isoformat()}}


def _attesting_by_form(world: World) -> dict[str, Any]:
    said = _attesting(world)["data"]
    return {"data": {**said, "expires_on": said["expires_at"][:10]}}


def _attested_platform(world: World) -> dict[str, Any]:
    from registry.external.attesting import attest

    said = {**_attesting(world)["data"], "expires_at": timezone.now() + timedelta(days=90)}
    return {"pk": attest(said.pop("subject"), **said, actor=world.actor("officer")).pk}


def _endpoint(world: World) -> dict[str, Any]:
    """One that answers anybody."""
    from registry.endpoints.services import add_endpoint

    row = add_endpoint(world.model, **_SAYS, url=world.receiver, is_required=True, actor=world.actor("guard"))
    return {"pk": row.pk}


def _named(world: World) -> dict[str, Any]:
    return {"data": {**_SAYS, "model": world.model.name, "url": world.receiver}}


def _retyped(world: World) -> dict[str, Any]:
    return {**_endpoint(world), "data": {**_SAYS, "name": "renamed", "url": world.receiver}}


def _chosen(world: World) -> dict[str, Any]:
    return {"data": {"action": "look", "_selected_action": [str(_endpoint(world)["pk"])]}}


def stock(world: World) -> None:
    """One of each for the pages of the admin."""
    from registry.provenance.services import add_statement

    _recorded(world)
    _endpoint(world)
    add_statement(world.version(), _attested(world)["data"]["envelope"], actor=world.actor("scientist"))
    answer = world.api("scientist").post(
        f"/api/v1/models/{world.model.name}/bundles/", _bundle(world), content_type="application/octet-stream"
    )
    assert answer.status_code == 201, answer.content


ACTS: dict[str, Act] = {
    f"GET {_A}{_MV}bundle/": Act("scientist", VERSION),
    f"POST {_MV}bundle/": Act("scientist", VERSION, {}),
    f"POST {_A}{_M}bundles/": Act("scientist", VERSION, before=_sent, form=True),
    f"POST {_M}bundles/new/": Act("scientist", VERSION, before=_sent),
    f"GET {_A}{_MV}provenance/": Act("scientist", VERSION),
    # A key that nobody trusts.
    f"POST {_A}{_MV}provenance/": Act("scientist", VERSION, before=_attested, outcome="failure"),
    f"POST {_A}external-records/": Act("scientist", RECORD, {"model_package": PACKAGE}),
    f"GET {_A}external-records/<uuid:pk>/": Act("scientist", RECORD, before=_recorded),
    "POST models/-/elsewhere/new/": Act("scientist", RECORD, {"model_package": json.dumps(PACKAGE)}),
    "POST models/-/elsewhere/attestations/new/": Act("officer", ATTESTATION, before=_attesting_by_form),
    "POST models/-/elsewhere/attestations/<uuid:pk>/withdraw/": Act("officer", ATTESTATION, before=_attested_platform),
    f"POST {_A}external-records/attestations/": Act("officer", ATTESTATION, before=_attesting),
    f"POST {_A}external-records/attestations/<uuid:pk>/withdraw/": Act(
        "officer", ATTESTATION, before=_attested_platform
    ),
    f"POST {_A}deployment-endpoints/": Act("guard", ENDPOINT, before=_named),
    f"PATCH {_A}deployment-endpoints/<uuid:pk>/": Act("guard", ENDPOINT, {"name": "other"}, before=_endpoint),
    f"DELETE {_A}deployment-endpoints/<uuid:pk>/": Act("guard", ENDPOINT, before=_endpoint),
    f"POST {_A}deployment-endpoints/<uuid:pk>/probe/": Act("guard", ENDPOINT, before=_endpoint),
    "POST admin/endpoints/deploymentendpoint/": Act("guard", ENDPOINT, before=_chosen),
    "POST admin/endpoints/deploymentendpoint/add/": Act("guard", ENDPOINT, before=_named),
    "POST admin/endpoints/deploymentendpoint/<uuid:pk>/edit/": Act("guard", ENDPOINT, before=_retyped),
}
