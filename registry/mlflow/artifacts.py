"""Files of runs, logged models and versions as MLflow's clients send, list and fetch them."""

import base64
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes

from compliance.audit.coverage import Exempt
from modelops.lib.errors import NotAllowed, NotFound
from registry.api.downloading import DOWNLOAD
from registry.artifacts.body import body_pieces
from registry.downloads import download_response
from registry.models import ModelVersion
from registry.seeing import holds
from registry.tracking.files import listing, opening, storing
from registry.tracking.files.addresses import Address, InvalidPath, parse, run_address
from registry.tracking.files.events import FILE_OPENED, FILE_REMOVED, FILE_STORED
from registry.tracking.files.folders import files_of_version
from registry.tracking.files.owners import Owner, named_owner, owner_of

from .fields import text
from .refusals import NotImplementedHere, missing_value
from .rights import LOG, VIEW
from .wire import ARTIFACTS, Call, endpoint

# Shown as text by whatever asks; everything else, HTML above all, is bytes to save.
_TEXTS: Final = frozenset(
    [
        "txt",
        "log",
        "err",
        "cfg",
        "conf",
        "cnf",
        "cf",
        "ini",
        "properties",
        "prop",
        "hocon",
        "toml",
        "yaml",
        "yml",
        "xml",
        "json",
        "js",
        "py",
        "py3",
        "csv",
        "tsv",
        "md",
        "rst",
        "ipynb",
        "MLmodel",
        "MLproject",
    ]
)
_FILE: Final = "artifacts/<path:path>"
_BYTES: Final = {(200, "application/octet-stream"): OpenApiTypes.BINARY}
_NOT_SUPPORTED: Final = "is not supported for the current artifact repository"


@endpoint("GET", "artifacts", under=ARTIFACTS, permission=VIEW, tells=Exempt.NAMES, takes={"path": text(most=2000)})
def list_folder(call: Call) -> dict[str, Any]:
    """The files and folders at a path, by their own names; none for a folder that does not exist."""
    address = parse(call.given["path"])
    return _listed(_entries(call, address), "") if address is not None else {}


@endpoint(
    "GET",
    "artifacts/list",
    permission=VIEW,
    tells=Exempt.NAMES,
    takes={"run_id": text(most=256), "run_uuid": text(most=256), "path": text(most=2000), "page_token": text()},
)
def list_of_run(call: Call) -> dict[str, Any]:
    """The files and folders of a run at a path, by their paths in the run."""
    run_id = call.given["run_id"] or call.given["run_uuid"]
    if not run_id:
        raise missing_value("run_id")
    address = run_address(run_id, call.given["path"])
    run = owner_of(address, call.user)
    folder = address.path if address is not None else ""
    return {"root_uri": run.artifact_root, **_listed(listing.entries(run, folder), f"{folder}/" if folder else "")}


@endpoint(
    "GET",
    _FILE,
    under=ARTIFACTS,
    permission=DOWNLOAD,
    tells=FILE_OPENED,  # of a version: the two rows of every download
    gives=_BYTES,
    reads_body=False,
)
def fetch(call: Call) -> HttpResponseBase:
    """One decrypted file: of a run, of a logged model, or of a version under the rules of that version."""
    address = _named(call)
    if address.kind == "version":
        version = _version(call, address)
        found = dict(files_of_version(version)).get(address.path)
        if found is None:
            raise _no_such(call)
        return download_response(call.request, version, actor=call.actor, artifact=found)
    if not holds(call.user, "registry.download_artifact"):
        raise NotAllowed("You may not download artifacts of runs. Ask for a role, or an API key, that may.")
    return _file(call, address)


@endpoint("PUT", _FILE, under=ARTIFACTS, permission=LOG, tells=FILE_STORED, reads_body=False)
def keep(call: Call) -> HttpResponse:
    """Keep the body as a file of a run or logged model. It is sealed while it arrives."""
    owner, path = _owner(call)
    storing.store(owner, path, body_pieces(call.request, settings.MODELOPS_MAX_ARTIFACT_BYTES), actor=call.actor)
    return HttpResponse(b"{}", content_type="application/json")


@endpoint("DELETE", _FILE, under=ARTIFACTS, permission=LOG, tells=FILE_REMOVED, reads_body=False)
def remove(call: Call) -> dict[str, Any]:
    """Remove a file, or all files of a folder, that no version was made of. What is not there is no error."""
    owner, path = _owner(call)
    storing.remove(owner, path, actor=call.actor)
    return {}


def _in_parts(call: Call) -> dict[str, Any]:
    """Transfers in parts: the client falls back to one stream, which takes a file of any size."""
    raise NotImplementedHere(f"Multipart upload {_NOT_SUPPORTED}: send the file as one stream.")


def _presigned(call: Call) -> dict[str, Any]:
    """Addresses that need no key are not given out: the client falls back to a download through the portal."""
    raise NotImplementedHere(f"Presigned download {_NOT_SUPPORTED}: download through the portal.")


begin_parts, complete_parts, abort_parts = (
    endpoint(
        "POST", f"mpu/{step}/<path:path>", under=ARTIFACTS, permission=LOG, tells=Exempt.REFUSED, reads_body=False
    )(_in_parts)
    for step in ("create", "complete", "abort")
)
presigned = endpoint(
    "GET", "presigned/<path:path>", under=ARTIFACTS, permission=VIEW, tells=Exempt.REFUSED, reads_body=False
)(_presigned)


def _named(call: Call) -> Address:
    address = parse(call.path["path"])
    if address is None:
        raise _no_such(call)
    return address


def _owner(call: Call) -> tuple[Owner, str]:
    """The run or logged model whose files may change, and the path. The files of versions never do."""
    address = _named(call)
    if address.kind == "version":
        raise NotAllowed(
            "The files of a version never change. Log a new model and register it as the next version.",
            code="artifact.registered",
        )
    if not address.path:
        raise InvalidPath
    return named_owner(address, call.user), address.path


def _version(call: Call, address: Address) -> ModelVersion:
    version: ModelVersion | None = (
        ModelVersion.objects.visible_to(call.user).select_related("model", "artifact").filter(pk=address.owner).first()
    )
    if version is None:
        raise _no_such(call)
    return version


def _entries(call: Call, address: Address) -> list[listing.Entry]:
    if address.kind != "version":
        return listing.entries(owner_of(address, call.user), address.path)
    files = files_of_version(_version(call, address))
    inner = f"{address.path}/" if address.path else ""
    return listing.grouped(((path, file.size) for path, file in files if path.startswith(inner)), address.path)


def _listed(entries: Iterable[listing.Entry], prefix: str) -> dict[str, Any]:
    files = [
        {"path": prefix + entry.name, "is_dir": True}
        if entry.is_folder
        else {"path": prefix + entry.name, "is_dir": False, "file_size": entry.size}
        for entry in entries
    ]
    return {"files": files} if files else {}


def _file(call: Call, address: Address) -> HttpResponseBase:
    file = opening.found_at(address, call.user)
    kind = "text/plain" if file.path.rsplit("/", 1)[-1].rpartition(".")[2] in _TEXTS else "application/octet-stream"
    headers = _headers(file)
    if call.request.method == "HEAD":
        opening.require_not_held(file.owner, file.path)
        return HttpResponse(content_type=kind, headers=headers)
    delivery = opening.TrackedDelivery(file, actor=call.actor)
    if delivery.content is not None:
        return HttpResponse(delivery.content, content_type=kind, headers=headers)
    response = StreamingHttpResponse(iter(delivery), content_type=kind, headers=headers)
    # Also when the answer is dropped before its first piece is asked for.
    response._resource_closers.append(delivery.close)  # type: ignore[attr-defined]  # the way Django closes files
    return response


def _headers(file: opening.FoundFile) -> dict[str, str]:
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": content_disposition_header(True, file.path.rsplit("/", 1)[-1]) or "attachment",
        "Content-Length": str(file.size),
        "X-Content-Type-Options": "nosniff",
    }
    if file.sha256:
        headers["ETag"] = f'"{file.sha256}"'
        headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"
    return headers


def _no_such(call: Call) -> NotFound:
    return NotFound(f"No such artifact: '{call.path.get('path', '')[:200]}'", code="artifact.not_found")
