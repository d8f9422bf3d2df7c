"""What can be done with one model or dataset: the permission that it takes, and the events that tell of it."""

from dataclasses import dataclass

from registry.models import RegisteredModel

from .models import Grant, Level, Use
from .rules import Governed

_SEE_MODEL = ("registry.view_registeredmodel",)
_SEE_DATA = ("registry.view_dataset",)


@dataclass(frozen=True, slots=True)
class ObjectAction:
    """``permissions``: one of them is enough. ``level`` is how far a grant must go where the object is restricted."""

    key: str
    label: str
    permissions: tuple[str, ...]
    level: Level
    to_see: tuple[str, ...]
    events: tuple[str, ...] = ()
    is_managing: bool = False

    def is_given_by(self, grant: Grant) -> bool:
        """Whether ``grant`` gives this by itself, also past the role."""
        if self.key in Use.values:
            return self.key in grant.actions
        return self.key == "download" and Level(grant.level).covers(Level.DOWNLOAD)


_DECIDED = ("registry.access.changed", "registry.grant.given", "registry.grant.revoked", "registry.access_code.set")
_OPENED = ("registry.artifact.download_started", "registry.artifact.downloaded")


def _model(key: str, label: str, permission: str, level: Level, *events: str) -> ObjectAction:
    return ObjectAction(key, label, (permission,), level, _SEE_MODEL, events)


def _data(key: str, label: str, permission: str, level: Level, *events: str) -> ObjectAction:
    return ObjectAction(key, label, (permission,), level, _SEE_DATA, events)


_MODEL = (
    _model(
        "read", "Read", "registry.view_registeredmodel", Level.VIEW,
        "registry.model.viewed", "registry.version.viewed", "registry.model.compared",
    ),
    _model(
        "write", "Add and describe versions", "registry.add_modelversion", Level.EDIT,
        "registry.version.added", "registry.description.changed", "registry.model.metric_chosen",
        "registry.model.classified", "registry.model.purpose_changed", "cards.card.saved", "cards.explanation.added",
        "signing.signature.added", "variants.variant.asked", "variants.variant.uploaded",
    ),
    _model(
        "delete", "Delete", "registry.delete_modelversion", Level.EDIT,
        "registry.model.deleted", "registry.version.deleted", "registry.model.restored", "registry.version.restored",
    ),
    _model("deploy", "Deploy", "aliases.add_alias", Level.EDIT, "aliases.alias.moved", "aliases.alias.removed"),
    _model("download", "Download", "registry.download_artifact", Level.DOWNLOAD, *_OPENED),
    _model("decrypt", "Read parameters", "registry.view_parameters", Level.DOWNLOAD, "registry.parameters.read"),
    _model("predict", "Predict where it is deployed", "access.predict", Level.VIEW),
    _model("explain", "Explain where it is deployed", "access.explain", Level.VIEW),
)  # fmt: skip
_DATASET = (
    _data(
        "read", "Read", "registry.view_dataset", Level.VIEW,
        "registry.dataset.viewed", "registry.dataset_version.viewed",
    ),
    _data(
        "write", "Add and describe versions", "registry.add_datasetversion", Level.EDIT,
        "registry.dataset_version.added", "registry.description.changed",
    ),
    _data(
        "delete", "Delete", "registry.delete_datasetversion", Level.EDIT,
        "registry.dataset.deleted", "registry.dataset_version.deleted", "registry.dataset.restored",
        "registry.dataset_version.restored",
    ),
    _data("download", "Download", "registry.download_artifact", Level.DOWNLOAD, *_OPENED),
)  # fmt: skip


def actions_of(governed: Governed) -> tuple[ObjectAction, ...]:
    """What can be done with it; deciding who has it comes last."""
    is_model = isinstance(governed, RegisteredModel)
    see = _SEE_MODEL if is_model else _SEE_DATA
    manage = ObjectAction("manage", "Decide who has it", (), Level.VIEW, see, _DECIDED, is_managing=True)
    return (*(_MODEL if is_model else _DATASET), manage)
