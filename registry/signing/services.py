"""Signing versions, taking in signatures, trusting and revoking keys, and the check before a file is given out."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.fixed_inserts import insert
from modelops.lib.fixed_rows import unsaved
from modelops.lib.names import validate_name
from registry.models import Artifact, ModelVersion, RegisteredModel

from .audit_events import (
    KEY_REVOKED,
    KEY_TRUSTED,
    POLICY_SET,
    SIGNATURE_ADDED,
    SIGNATURE_CHECKED,
    VERSION_SIGNED,
)
from .bundle import Malformed, make_bundle, parse_bundle
from .keys import UnusableKey, load_public_key
from .models import Demand, Origin, SignatureState, Signer, SigningPolicy, TrustedKey, VersionSignature
from .portal_key import PORTAL, PortalKey
from .statement import write_statement
from .verdicts import Verdict, check, verdict

MOST_SIGNATURES = 100


@transaction.atomic(savepoint=False)
def sign_version(version: ModelVersion, files: Mapping[str, str], key: PortalKey) -> VersionSignature:
    """The portal's own signature over the files of a version that was just registered.

    ``files`` are those of its folder, SHA-256 by name; none for a version that is one file.
    """
    statement = write_statement(version.model.name, files or {version.artifact.file_name: version.artifact.sha256})
    bundle = make_bundle(statement, key.private, key.trusted.fingerprint)
    row = unsaved(
        VersionSignature,
        version=version,
        origin=Origin.PORTAL,
        bundle=bundle,
        key=key.trusted,
        state=SignatureState.VALID,
        reason="Signed by the portal at registration.",
    )
    insert(row)
    record(VERSION_SIGNED, version, actor=PORTAL, name=version.model.name, version=version.number, key=key.trusted.name)
    return row


@transaction.atomic
def add_signature(version: ModelVersion, bundle: Any, *, actor: Actor) -> VersionSignature:
    """Keep a bundle that a pipeline made, with what the check found; a bad one is kept too, and says so.

    Raises Invalid for what is no bundle at all.
    """
    try:
        parse_bundle(bundle)
        _require_storable(bundle)
    except Malformed as fault:
        raise Invalid(
            f"{fault} Send the JSON that the signing tool wrote (model.sig).",
            code="signature.malformed",
            field="bundle",
        ) from None
    if VersionSignature.objects.filter(version=version, origin=Origin.UPLOADED).count() >= MOST_SIGNATURES:
        raise Conflict(
            f"{version} has {MOST_SIGNATURES} uploaded signatures already; no more are taken.",
            code="signature.too_many",
        )
    found = check(bundle, version)
    row = VersionSignature.objects.create(
        version=version, origin=Origin.UPLOADED, bundle=bundle, key=found.key, state=found.state, reason=found.reason
    )
    outcome = "success" if found.state == SignatureState.VALID else "failure"
    record(
        SIGNATURE_ADDED, version, actor=actor, outcome=outcome, name=version.model.name, version=version.number,
        state=found.state.value, reason=found.reason,
    )  # fmt: skip
    return row


@transaction.atomic
def check_signatures(version: ModelVersion, occasion: str, *, actor: Actor) -> Verdict:
    """Check the signatures of ``version`` now, keep what was found and tell the ledger. Nothing when it is off."""
    found = verdict(version)
    if found.demand == Demand.OFF:
        return found
    for row in VersionSignature.objects.filter(version=version):
        now = check(row.bundle, version)
        if row.state != now.state:
            VersionSignature.objects.filter(pk=row.pk).update(
                state=now.state, reason=now.reason, key=now.key, checked_at=timezone.now()
            )
    record(
        SIGNATURE_CHECKED, version, actor=actor, outcome="success" if found.is_valid else "failure",
        name=version.model.name, version=version.number, occasion=occasion, state=found.state.value,
        demand=found.demand.value, reason=found.reason,
    )  # fmt: skip
    return found


def _require_storable(bundle: Any) -> None:
    """Raise Malformed for what the database's JSON cannot hold."""
    try:
        text = json.dumps(bundle, ensure_ascii=False)
        text.encode()
    except (ValueError, RecursionError):  # halves of characters
        text = "\\u0000"
    if "\\u0000" in text:
        raise Malformed("The bundle has NUL characters or halves of characters.")


def check_before_download(version: ModelVersion, *, actor: Actor) -> Verdict:
    """The verdict for the answer's header. Raises Conflict for a bad signature where the model requires good ones."""
    found = check_signatures(version, "download", actor=actor)
    if found.demand == Demand.REQUIRE and found.state == SignatureState.INVALID:
        raise Conflict(
            f"The signature of {version} is invalid: {found.reason} Its model requires valid signatures, so the "
            "file is not given out. Add a valid signature, or upload the model anew.",
            code="signature.invalid",
        )
    return found


def signature_headers(version: ModelVersion, artifact: Artifact | None = None, *, actor: Actor) -> dict[str, str]:
    """What an answer with a file of ``version``, or all, says about its signature. Raises Conflict as above.

    A variant is no part of what was signed, so its answer says nothing.
    """
    found = check_before_download(version, actor=actor)
    if found.demand == Demand.OFF or (artifact is not None and not _is_signed(version, artifact)):
        return {}
    headers = {"X-Model-Signature": found.state.value}
    if found.key is not None:
        headers["X-Model-Signature-Key"] = found.key.fingerprint
    return headers


def _is_signed(version: ModelVersion, artifact: Artifact) -> bool:
    return artifact.pk == version.artifact_id or version.files.filter(artifact=artifact).exists()


@transaction.atomic
def trust_key(name: str, pem: str, *, model: RegisteredModel | None = None, actor: Actor) -> TrustedKey:
    """Let the signatures of a public key count, for all models or for one. Raises Invalid or Conflict."""
    validate_name(name, "key")
    try:
        public = load_public_key(pem)
    except UnusableKey as fault:
        raise Invalid(str(fault), code="signing_key.unusable", field="pem") from None
    row = TrustedKey(name=name, pem=public.pem, fingerprint=public.fingerprint, algorithm=public.algorithm, model=model)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            "There is a key with this name or this very key already. Look at the list of signing keys.",
            code="signing_key.exists",
            field="name",
        ) from None
    record(
        KEY_TRUSTED, row, actor=actor, name=name, algorithm=row.algorithm, fingerprint=row.fingerprint,
        model=model.name if model else "",
    )  # fmt: skip
    return row


@transaction.atomic
def revoke_key(key: TrustedKey, because: str, *, actor: Actor) -> TrustedKey:
    """From now on no signature of this key counts, whenever it was made. Raises Conflict for a second time."""
    key = TrustedKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    if key.revoked_at is not None:
        raise Conflict(f"The key {key} is revoked already.", code="signing_key.revoked")
    if not because.strip():
        raise Invalid("Say why the key is revoked.", code="signing_key.reason_missing", field="reason")
    key.revoked_at, key.revoked_because = timezone.now(), because.strip()[:300]
    key.save(update_fields=["revoked_at", "revoked_because"])
    record(KEY_REVOKED, key, actor=actor, name=key.name, fingerprint=key.fingerprint)
    return key


@transaction.atomic
def set_policy(model: RegisteredModel, demand: str, signer: str = Signer.ANY, *, actor: Actor) -> SigningPolicy:
    """What ``model`` demands of signatures from now on."""
    if demand not in Demand.values or signer not in Signer.values:
        raise Invalid(
            f"demand is one of {', '.join(Demand.values)}, signer one of {', '.join(Signer.values)}.",
            code="signature_policy.unknown",
            field="demand",
        )
    row, _ = SigningPolicy.objects.update_or_create(model=model, defaults={"demand": demand, "signer": signer})
    record(POLICY_SET, model, actor=actor, name=model.name, demand=demand, signer=signer)
    return row
