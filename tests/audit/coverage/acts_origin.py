"""Calls upon bundles, provenance and records of other registries."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

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


def stock(world: World) -> None:
    """One of each for the pages of the admin."""
    from registry.provenance.services import add_statement

    _recorded(world)
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
}
