"""Calls upon locations, signatures, aliases, variants, uploads and access."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.registry.samples import safetensors
from tests.registry.signing.bundles import new_key, pem_of, signed
from tests.scans import scan_waiting

from .acts_registry import MODEL, VERSION
from .performing import Act
from .world import World

_M = "models/<object_name:name>/"
_MV = f"{_M}versions/<int:number>/"
_A = "api/v1/"
LOCATION, KEY = "locations.storagelocation", "signing.trustedkey"
_ONE = f"{_A}storage-locations/<object_name:name>/"
_ADMIN = "admin/locations/storagelocation/<uuid:pk>/"


def _folder() -> dict[str, str]:
    return {"folder": str(Path(settings.MODELOPS_HOME) / "locations" / "third")}


def _spare(world: World) -> dict[str, Any]:
    return {"pk": world.location.pk}


def _disabled(world: World) -> dict[str, Any]:
    from registry.replication import changes

    changes.disable(world.location, actor=world.actor("guard"))
    return {"pk": world.location.pk}


def _filled(world: World) -> dict[str, Any]:
    """The second location is reached, so that it may become the primary one."""
    from registry.replication import changes

    changes.test_location(world.location, actor=world.actor("guard"))
    world.location.copies.update(state="stored")
    return {"pk": world.location.pk}


def _key(world: World) -> dict[str, Any]:
    from registry.signing import services

    row = services.trust_key("ci", pem_of(new_key()), model=None, actor=world.actor("guard"))
    return {"pk": row.pk}


def _signature(world: World) -> dict[str, Any]:
    from registry.signing.models import VersionSignature

    return {"pk": VersionSignature.objects.filter(version=world.version()).latest("id").pk}


def _alias(world: World) -> dict[str, Any]:
    from registry.aliases.services import set_alias

    set_alias(world.model, "candidate", world.version(), actor=world.actor("scientist"))
    return {"alias": "candidate"}


def _variant(world: World) -> dict[str, Any]:
    from modelops.jobs.services import run
    from registry.variants import services

    variant = services.ask_for_variant(world.version(), "float16", options={}, actor=world.actor("scientist"))
    assert run(variant.job_id)
    scan_waiting()
    return {"pk": variant.pk}


def _variant_file(world: World) -> dict[str, Any]:
    sent = SimpleUploadedFile("small.safetensors", safetensors(b"\x00\x00\x80\x3f"))
    return {"data": {"kind": "pruned", "name": "small", "file": sent}}


def _upload(world: World) -> dict[str, Any]:
    from registry.artifacts.expected_digest import ExpectedDigest
    from registry.uploads import services

    owner = world.user("scientist")
    session = services.begin("m.safetensors", 10, ExpectedDigest(), owner_id=owner.pk, actor=world.actor("scientist"))
    return {"upload_id": session.pk}


def _grant(world: World) -> dict[str, Any]:
    from registry.grants import services

    given = services.give(world.model, world.user("colleague"), "view", expires_at=None, actor=world.actor("scientist"))
    return {"pk": given.pk}


def _dataset_grant(world: World) -> dict[str, Any]:
    from registry.grants import services

    given = services.give(
        world.dataset, world.user("colleague"), "view", expires_at=None, actor=world.actor("scientist")
    )
    return {"pk": given.pk}


def _colleague(world: World) -> dict[str, Any]:
    world.user("colleague")
    return {}


def _code(world: World) -> dict[str, Any]:
    from registry.grants import codes

    codes.set_code(world.model, "open sesame please", actor=world.actor("scientist"))
    return {}


ACTS: dict[str, Act] = {
    f"POST {_A}storage-locations/": Act(
        "guard", LOCATION, before=lambda w: {"data": {"name": "third", "kind": "filesystem", "options": _folder()}}
    ),
    f"GET {_ONE}": Act("guard", LOCATION),
    f"PATCH {_ONE}": Act("guard", LOCATION, {"lock_days": 3}),
    f"POST {_ONE}test/": Act("guard", LOCATION),
    f"POST {_ONE}primary/": Act("guard", LOCATION, before=_filled),
    f"POST {_ONE}disable/": Act("guard", LOCATION),
    f"POST {_ONE}enable/": Act("guard", LOCATION, before=_disabled),
    f"POST {_ONE}backfill/": Act("guard", LOCATION),
    f"POST {_ONE}reconcile/": Act("guard", LOCATION),
    f"GET {_A}{_M}replication/": Act("scientist", MODEL),
    f"PUT {_A}{_M}replication/": Act(
        "scientist", MODEL, before=lambda w: {"data": {"locations": [w.location.name], "min_replicas": 1}}
    ),
    f"GET {_A}{_MV}locations/": Act("scientist", VERSION),
    f"GET {_A}datasets/<object_name:name>/versions/<int:number>/locations/": Act(
        "scientist", "registry.datasetversion"
    ),
    f"POST {_ADMIN}test/": Act("guard", LOCATION, before=_spare),
    f"POST {_ADMIN}primary/": Act("guard", LOCATION, before=_filled),
    f"POST {_ADMIN}disable/": Act("guard", LOCATION, before=_spare),
    f"POST {_ADMIN}enable/": Act("guard", LOCATION, before=_disabled),
    f"POST {_ADMIN}backfill/": Act("guard", LOCATION, before=_spare),
    f"POST {_ADMIN}reconcile/": Act("guard", LOCATION, before=_spare),
    f"POST {_ADMIN}edit/": Act(
        "guard",
        LOCATION,
        before=lambda w: {**_spare(w), "data": {"options": _text(w.location.options), "lock_days": 3}},
    ),
    "POST admin/locations/storagelocation/add/": Act(
        "guard",
        LOCATION,
        before=lambda w: {"data": {"name": "third", "kind": "filesystem", "options": _text(_folder()), "lock_days": 0}},
    ),
    # Signatures
    f"GET {_A}{_MV}signatures/": Act("scientist", VERSION),
    f"POST {_A}{_MV}signatures/": Act(
        "scientist",
        VERSION,
        before=lambda w: {"data": {"bundle": signed({"model.safetensors": safetensors()}, new_key())}},
        outcome="failure",  # a key that nobody trusts
    ),
    f"GET {_A}{_MV}signatures/<uuid:pk>/": Act("scientist", VERSION, before=_signature),
    f"GET {_A}{_M}signing-policy/": Act("scientist", MODEL),
    f"PUT {_A}{_M}signing-policy/": Act("officer", MODEL, {"demand": "warn", "signer": "any"}),
    f"POST {_A}signing-keys/": Act("guard", KEY, before=lambda w: {"data": {"name": "ci", "pem": pem_of(new_key())}}),
    f"POST {_A}signing-keys/<uuid:pk>/revoke/": Act("guard", KEY, {"reason": "Lost."}, before=_key),
    "POST admin/signing/trustedkey/add/": Act(
        "guard", KEY, before=lambda w: {"data": {"name": "ci", "pem": pem_of(new_key()), "model": ""}}
    ),
    "POST admin/signing/trustedkey/<uuid:pk>/revoke/": Act("guard", KEY, {"reason": "Lost."}, before=_key),
    "POST admin/signing/signingpolicy/add/": Act(
        "root", MODEL, before=lambda w: {"data": {"model": w.model.name, "demand": "warn", "signer": "any"}}
    ),
    # Aliases
    f"POST {_MV}alias/": Act("engineer", VERSION, {"alias": "candidate"}),
    f"POST {_A}{_M}aliases/": Act("engineer", VERSION, {"alias": "candidate", "version": 1}),
    f"GET {_A}{_M}aliases/<object_name:alias>/": Act("scientist", MODEL, before=_alias),
    f"DELETE {_A}{_M}aliases/<object_name:alias>/": Act("engineer", VERSION, before=_alias),
    "POST admin/aliases/alias/add/": Act(
        "root", VERSION, before=lambda w: {"data": {"model": w.model.name, "version": 1, "alias": "candidate"}}
    ),
    # Variants
    f"POST {_MV}variants/new/": Act("scientist", VERSION, {"kind": "float16"}),
    f"POST {_MV}variants/<uuid:pk>/file/": Act("scientist", VERSION, before=_variant),
    f"POST {_A}{_MV}variants/": Act("scientist", VERSION, {"kind": "float16"}),
    f"POST {_A}{_MV}variants/upload/": Act("scientist", VERSION, before=_variant_file, form=True),
    f"GET {_A}{_MV}variants/<uuid:pk>/": Act("scientist", VERSION, before=_variant),
    f"PUT {_A}{_MV}variants/<uuid:pk>/metrics/": Act("scientist", VERSION, {"metrics": {"auc": 0.8}}, before=_variant),
    f"GET {_A}{_MV}variants/<uuid:pk>/artifact/": Act("scientist", VERSION, before=_variant),
    f"POST {_A}{_MV}variants/<uuid:pk>/verify/": Act("scientist", VERSION, before=_variant),
    # Uploads
    f"POST {_A}uploads/": Act("scientist", "uploads.uploadsession", {"file_name": "m.safetensors", "length": 10}),
    f"DELETE {_A}uploads/<uuid:upload_id>/": Act("scientist", "uploads.uploadsession", before=_upload),
    # Access
    "GET <registry_kind:kind>/<object_name:name>/access/": Act("scientist", MODEL),
    "POST <registry_kind:kind>/<object_name:name>/access/": Act("scientist", MODEL, {"is_restricted": "on"}),
    "POST <registry_kind:kind>/<object_name:name>/access/grants/": Act(
        "scientist", MODEL, {"user": "colleague", "level": "view"}, before=_colleague
    ),
    "POST <registry_kind:kind>/<object_name:name>/access/grants/<uuid:pk>/revoke/": Act(
        "scientist", MODEL, before=_grant
    ),
    f"POST {_M}access-code/": Act("scientist", MODEL, {"code": "open sesame please"}, before=_code),
    f"POST {_M}access/code/": Act("scientist", MODEL, {"act": "set", "code": "open sesame please"}),
    "POST admin/grants/grant/add/": Act(
        "root", MODEL, before=lambda w: {"data": {"model": w.model.pk, "user": w.user("colleague").pk, "level": "view"}}
    ),
    "POST admin/grants/grant/<path:object_id>/delete/": Act(
        "root", MODEL, {"post": "yes"}, before=lambda w: {"object_id": _grant(w)["pk"]}
    ),
    "POST admin/grants/grant/": Act(
        "root",
        MODEL,
        before=lambda w: {
            "data": {"action": "delete_selected", "_selected_action": [str(_grant(w)["pk"])], "post": "yes"}
        },
    ),
    f"GET {_A}{_M}grants/": Act("scientist", MODEL, before=_grant),
    f"POST {_A}{_M}grants/": Act("scientist", MODEL, {"user": "colleague", "level": "view"}, before=_colleague),
    f"DELETE {_A}{_M}grants/<uuid:pk>/": Act("scientist", MODEL, before=_grant),
    f"GET {_A}datasets/<object_name:name>/grants/": Act("scientist", "registry.dataset", before=_dataset_grant),
    f"POST {_A}datasets/<object_name:name>/grants/": Act(
        "scientist", "registry.dataset", {"user": "colleague", "level": "view"}, before=_colleague
    ),
    f"DELETE {_A}datasets/<object_name:name>/grants/<uuid:pk>/": Act(
        "scientist", "registry.dataset", before=_dataset_grant
    ),
    f"PUT {_A}{_M}access-code/": Act("scientist", MODEL, {"code": "open sesame please"}),
    f"DELETE {_A}{_M}access-code/": Act("scientist", MODEL, before=_code),
}


def _text(options: dict[str, Any]) -> str:
    import json

    return json.dumps(options)
