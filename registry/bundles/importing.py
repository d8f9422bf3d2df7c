"""A bundle becomes a version: proven, sealed anew, and told of once."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import IntegrityError, transaction
from django.db.models import Q

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, DomainError, Invalid, NotAllowed
from modelops.lib.names import NAME_PATTERN
from registry import services
from registry.artifacts.sealed import SealedUpload, Sealing
from registry.cards.drafts import keep_draft
from registry.models import DatasetVersion, ModelVersion, RegisteredModel
from registry.provenance.services import add_statement
from registry.signing.models import TrustedKey
from registry.signing.services import add_signature

from .audit_events import BUNDLE_IMPORTED, BUNDLE_REFUSED
from .contents import ALIASES, ATTESTATIONS, CARD, LINEAGE, METRICS, PARAMETERS, PROMOTIONS, SIGNATURES
from .history import history_of
from .models import ImportedBundle
from .reading import Place, Proven, opened, prove
from .verify_bundle import Bad, keys_of

Then = Callable[[ModelVersion], None]
_MOST_CLAIMS = 100


def import_bundle(
    model: RegisteredModel, upload: SealedUpload, *, user: Any, then: Then | None = None, actor: Actor
) -> tuple[ModelVersion, bool]:
    """The next version of ``model`` from a bundle, and whether it is new: the same bundle makes one version.

    ``user`` is who may know of the datasets it was trained on; they are found here by name and digest. ``then`` runs in
    the transaction of the version. Raises NotAllowed for a signer who is not trusted, Invalid for what does not hold.
    """
    try:
        proven = prove(upload, _trusted(model))
    except (Bad, Invalid) as fault:
        refusal = _refusal(fault) if isinstance(fault, Bad) else fault
        with transaction.atomic():
            record(BUNDLE_REFUSED, model, actor=actor, outcome="denied", name=model.name, reason=refusal.code)
        raise refusal from None
    try:
        return _known(model, proven) or (_add(model, upload, proven, user, then, actor), True)
    except IntegrityError:  # another process took the same bundle in meanwhile
        if found := _known(model, proven):
            return found
        raise


def _known(model: RegisteredModel, proven: Proven) -> tuple[ModelVersion, bool] | None:
    row = ImportedBundle.objects.filter(model=model, manifest_sha256=proven.sha256).first()
    if row is None:
        return None
    version = ModelVersion.objects.select_related("model", "artifact").filter(pk=row.version_id).first()
    if version is None or version.is_deleted:
        raise Conflict(
            f"This bundle was imported before, and that version of {model} is deleted. Restore it.",
            code="bundle.deleted",
        )
    return version, False


def _add(
    model: RegisteredModel, upload: SealedUpload, proven: Proven, user: Any, then: Then | None, actor: Actor
) -> ModelVersion:
    key = TrustedKey.objects.get(fingerprint=proven.signer)

    def remember(version: ModelVersion) -> None:
        ImportedBundle.objects.create(
            version=version, model=model, manifest_sha256=proven.sha256, key=key, source_model=proven.model,
            source_version=proven.version,
            history=history_of(proven.documents.get(ALIASES), proven.documents.get(PROMOTIONS)),
        )  # fmt: skip
        record(
            BUNDLE_IMPORTED, version, actor=actor, name=model.name, version=version.number, source=proven.model,
            source_version=proven.version, manifest_sha256=proven.sha256, key=key.name,
        )  # fmt: skip
        _claims(version, proven, actor)
        _card(version.model, proven, actor)
        if then is not None:
            then(version)

    said: dict[str, Any] = {
        "metrics": proven.documents.get(METRICS),
        "parameters": proven.documents.get(PARAMETERS),
        "tags": proven.facts.get("tags"),
        "datasets": _datasets(proven, user),
        "then": remember,
        "actor": actor,
    }
    if proven.is_directory:
        files = [(place.path, partial(_sealed, upload, place)) for place in proven.files]
        return services.add_directory_version(model, files, **said)
    only = _sealed(upload, proven.files[0])
    try:
        return services.add_version(model, only, **said)
    finally:
        only.close()


def _sealed(upload: SealedUpload, place: Place) -> SealedUpload:
    """One file of the bundle, sealed by itself. The bundle is read a second time, so its digest is looked at again."""
    sealing = Sealing(place.path.rsplit("/", 1)[-1])
    try:
        with opened(upload, place) as pieces:
            for piece in pieces:
                sealing.write(piece)
        sealed = sealing.finish()
    except BaseException:
        sealing.discard()
        raise
    if sealed.sha256 != place.member.sha256:
        sealed.close()
        raise _refusal(Bad(f"{place.member.name!r} is not what was signed.", "changed"))
    return sealed


def _trusted(model: RegisteredModel) -> dict[str, Ed25519PublicKey]:
    """The keys that may vouch for a bundle: those that are trusted for all models or for this one."""
    rows = TrustedKey.objects.filter(Q(model=None) | Q(model=model), revoked_at=None, algorithm="Ed25519")
    return keys_of("\n".join(rows.values_list("pem", flat=True)))


def _datasets(proven: Proven, user: Any) -> list[DatasetVersion]:
    """Those of the datasets that lie here too: of the same name and with the same digest."""
    found: dict[Any, DatasetVersion] = {}
    listed = proven.documents.get(LINEAGE)
    for one in listed[:1000] if isinstance(listed, list) else []:
        name, digest = (str(one.get(what)) for what in ("dataset", "sha256")) if isinstance(one, dict) else ("", "")
        if not re.fullmatch(NAME_PATTERN, name) or not re.fullmatch("[0-9a-f]{64}", digest):
            continue
        rows = DatasetVersion.objects.visible_to(user).filter(artifact__sha256=digest, dataset__name=name)
        if row := rows.order_by("-number").first():
            found[row.pk] = row
    return list(found.values())


def _claims(version: ModelVersion, proven: Proven, actor: Actor) -> None:
    """Signatures and attestations of others come along and are judged by the keys that are trusted here."""
    for one in _listed(proven, SIGNATURES):
        if one.get("bundle") is not None:
            _unless_unusable(partial(add_signature, version, one["bundle"], actor=actor))
    for one in _listed(proven, ATTESTATIONS):
        if one.get("envelope") is not None:
            _unless_unusable(partial(add_statement, version, one["envelope"], actor=actor))


def _card(model: RegisteredModel, proven: Proven, actor: Actor) -> None:
    """What the card says there waits here for somebody who confirms it; who imports says nothing in its name."""
    said = proven.documents.get(CARD)
    content = said.get("content") if isinstance(said, dict) else None
    if content:
        source = f"the bundle of {proven.model} v{proven.version}"
        _unless_unusable(partial(keep_draft, model, content, source=source, actor=actor))


def _listed(proven: Proven, name: str) -> list[dict[str, Any]]:
    said = proven.documents.get(name)
    return [one for one in (said if isinstance(said, list) else []) if isinstance(one, dict)][:_MOST_CLAIMS]


def _unless_unusable(add: Callable[[], Any]) -> None:
    # The bundle's own signature covers what stands in it; a claim that nobody can read proves nothing and is left out.
    try:
        add()
    except (Invalid, Conflict):
        return


def _refusal(fault: Bad) -> DomainError:
    if fault.code == "key":
        return NotAllowed(
            f"{fault} Nobody here trusts that portal. A security administrator who does adds its public key to the "
            "signing keys; then send the bundle again.",
            code="bundle.unknown_signer",
        )
    return cast(
        DomainError,
        Invalid(
            f"The bundle was not taken in. {fault} Export it again, and check it with verify_bundle.py before you "
            "send it.",
            code=f"bundle.{fault.code}",
            field="file",
        ),
    )
