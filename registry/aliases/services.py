"""Moving and removing aliases."""

from dataclasses import asdict

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from registry.models import ModelVersion, RegisteredModel

from . import periods
from .audit_events import ALIAS_REFUSED, ALIAS_REMOVED, ALIAS_SET
from .gate import Outcome
from .models import Alias, AliasChange


def is_protected(name: str) -> bool:
    """Whether the gates stand before the alias."""
    return name.lower() in {protected.lower() for protected in settings.MODELOPS_PROTECTED_ALIASES}


def set_alias(model: RegisteredModel, name: str, version: ModelVersion, *, actor: Actor) -> Alias:
    """Point an alias that is not protected at a version, at once.

    Raises Invalid for the name or a version of another model, Conflict for a protected alias, which moves only as a
    promotion that others approved.
    """
    require_version_of(model, name, version)
    with transaction.atomic():
        # Whoever holds the model's row moves its aliases.
        RegisteredModel.objects.select_for_update().get(pk=model.pk)
        if is_protected(name):
            _record_refusal(model, name, version, "approvals", actor)
        else:
            return move(model, name, version, [], actor=actor)
    # After the commit, so that the refusal stays in the ledger.
    raise Conflict(
        f"{name!r} is a protected alias: it moves when others have approved it. Ask for the promotion of {version} "
        f"instead, on its page or with POST /api/v1/models/{model.name}/promotions/.",
        code="alias.needs_promotion",
        field="alias",
    )


def require_version_of(model: RegisteredModel, name: str, version: ModelVersion) -> None:
    """Raise Invalid unless ``name`` can name an alias and ``version`` belongs to ``model``."""
    validate_name(name, "alias")
    if version.model_id != model.pk:
        raise Invalid(f"{version} is no version of {model}.", code="alias.other_model", field="version")


@transaction.atomic
def move(model: RegisteredModel, name: str, version: ModelVersion, outcomes: list[Outcome], *, actor: Actor) -> Alias:
    """Move an alias, and its history with it. The caller holds the model's row and has asked whom there was to ask."""
    alias = Alias.objects.select_related("version").filter(model=model, name=name).first()
    before = alias.version.number if alias else None
    if alias is None:
        alias = Alias(model=model, name=name)
    alias.version = version
    alias.set_at = periods.begin(model, name, version.number, timezone.now()).during.lower
    alias.save()
    said = [asdict(one) for one in outcomes]
    AliasChange.objects.create(
        model=model, alias=name, from_number=before, to_number=version.number, gates=said, changed_at=alias.set_at
    )
    record(ALIAS_SET, version, actor=actor, name=model.name, alias=name, version=version.number, before=before)
    return alias


def _record_refusal(model: RegisteredModel, name: str, version: ModelVersion, missing: str, actor: Actor) -> None:
    record(
        ALIAS_REFUSED, version, actor=actor, outcome="denied", name=model.name, alias=name, version=version.number,
        gates=missing,
    )  # fmt: skip


@transaction.atomic
def remove_alias(alias: Alias, *, actor: Actor) -> None:
    """Remove an alias, also a protected one: taking a version out of use stops something and must not wait.

    The version stays.
    """
    RegisteredModel.objects.select_for_update().get(pk=alias.model_id)
    alias = Alias.objects.select_for_update(of=("self",)).select_related("model", "version").get(pk=alias.pk)
    number = alias.version.number
    at = periods.end(alias.model, alias.name, timezone.now())
    AliasChange.objects.create(model=alias.model, alias=alias.name, from_number=number, to_number=None, changed_at=at)
    alias.delete()
    record(ALIAS_REMOVED, alias.version, actor=actor, name=alias.model.name, alias=alias.name, before=number)
