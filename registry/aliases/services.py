"""Moving and removing aliases."""

from dataclasses import asdict

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from registry.models import ModelVersion, RegisteredModel

from .audit_events import ALIAS_REFUSED, ALIAS_REMOVED, ALIAS_SET
from .gate import Outcome, ask_all
from .models import Alias, AliasChange


def is_protected(name: str) -> bool:
    """Whether the gates stand before the alias."""
    return name.lower() in {protected.lower() for protected in settings.MODELOPS_PROTECTED_ALIASES}


def set_alias(model: RegisteredModel, name: str, version: ModelVersion, *, actor: Actor) -> Alias:
    """Point an alias at a version. A protected one asks every gate first.

    Raises Invalid for the name or a version of another model, Conflict with the reasons when a gate refuses.
    """
    validate_name(name, "alias")
    if version.model_id != model.pk:
        raise Invalid(f"{version} is no version of {model}.", code="alias.other_model", field="version")
    with transaction.atomic():
        # Whoever holds the model's row moves its aliases: what the gates were asked about is what is set.
        RegisteredModel.objects.select_for_update().get(pk=model.pk)
        outcomes = ask_all(version) if is_protected(name) else []
        refused = [one for one in outcomes if not one.passed]
        if refused:
            _record_refusal(model, name, version, refused, actor)
        else:
            alias = _move(model, name, version, outcomes, actor)
    if refused:  # after the commit, so that the refusal stays in the ledger
        reasons = " ".join(f"{one.label}: {one.reason}" for one in refused)
        raise Conflict(f"{version} cannot become {name!r}. {reasons}", code="promotion.refused", field="version")
    return alias


def _move(model: RegisteredModel, name: str, version: ModelVersion, outcomes: list[Outcome], actor: Actor) -> Alias:
    alias = Alias.objects.select_related("version").filter(model=model, name=name).first()
    before = alias.version.number if alias else None
    if alias is None:
        alias = Alias(model=model, name=name)
    alias.version, alias.set_at = version, timezone.now()
    alias.save()
    said = [asdict(one) for one in outcomes]
    AliasChange.objects.create(model=model, alias=name, from_number=before, to_number=version.number, gates=said)
    record(ALIAS_SET, version, actor=actor, name=model.name, alias=name, version=version.number, before=before)
    return alias


def _record_refusal(
    model: RegisteredModel, name: str, version: ModelVersion, refused: list[Outcome], actor: Actor
) -> None:
    record(
        ALIAS_REFUSED, version, actor=actor, outcome="denied", name=model.name, alias=name, version=version.number,
        gates=", ".join(one.gate for one in refused),
    )  # fmt: skip


@transaction.atomic
def remove_alias(alias: Alias, *, actor: Actor) -> None:
    """Remove an alias; the version stays."""
    alias = Alias.objects.select_for_update(of=("self",)).select_related("model", "version").get(pk=alias.pk)
    number = alias.version.number
    AliasChange.objects.create(model=alias.model, alias=alias.name, from_number=number, to_number=None)
    alias.delete()
    record(ALIAS_REMOVED, alias.version, actor=actor, name=alias.model.name, alias=alias.name, before=number)
