"""What a credential names of what its owner may do: permissions, each for everything or for one model or dataset.

``registry.download_artifact`` is the permission everywhere; ``registry.download_artifact:delay`` only for the model of
that name; ``registry.download_artifact:dataset/flights`` only for that dataset. A scope narrows and never widens.
"""

from collections.abc import Iterable
from typing import NamedTuple

from .implied import implied_by

ALL = "all"
MODEL, DATASET = "model", "dataset"
KINDS = (MODEL, DATASET)


class Scope(NamedTuple):
    """One scope in its parts; ``kind`` and ``name`` are empty for a permission without an object."""

    permission: str
    kind: str = ""
    name: str = ""


def parse(text: str) -> Scope:
    """The parts of a scope.

    >>> parse("registry.view_modelversion:delay"), parse("registry.view_dataset:flights").kind
    (Scope(permission='registry.view_modelversion', kind='model', name='delay'), 'dataset')
    """
    permission, colon, rest = text.partition(":")
    if not colon:
        return Scope(permission)
    kind, slash, name = rest.partition("/")
    return Scope(permission, kind, name) if slash else Scope(permission, usual_kind(permission), rest)


def usual_kind(permission: str) -> str:
    """What a bare name after ``permission`` names: a dataset where the permission is about datasets, else a model."""
    app, _, codename = permission.partition(".")
    about_datasets = app == "dataquality" or codename.endswith(("_dataset", "_datasetversion", "_data"))
    return DATASET if about_datasets else MODEL


def names(scopes: Iterable[str], permission: str) -> bool:
    """Whether ``scopes`` hold ``permission`` at all; for which objects is decided where the object is found."""
    held = {ALL, permission, *implied_by(permission)}
    return any(text.partition(":")[0] in held for text in scopes)


def everywhere(scopes: Iterable[str], permission: str) -> bool:
    """Whether ``scopes`` hold ``permission`` for every object."""
    return not {ALL, permission, *implied_by(permission)}.isdisjoint(scopes)


def is_confined(scopes: Iterable[str]) -> bool:
    """Whether a scope names a model or dataset: such a credential sees nothing but what it names."""
    return any(":" in text for text in scopes)


def objects_of(scopes: Iterable[str], permission: str, kind: str) -> frozenset[str]:
    """The names of the objects of ``kind`` for which ``scopes`` hold ``permission``."""
    held = {permission, *implied_by(permission)}
    found = (parse(text) for text in scopes if ":" in text)
    return frozenset(scope.name for scope in found if scope.permission in held and scope.kind == kind)


def cover(scopes: Iterable[str], permission: str, kind: str, name: str) -> bool:
    """Whether ``scopes`` hold ``permission`` for this one object.

    >>> cover(["access.predict:delay"], "access.predict", "model", "delay")
    True
    >>> cover(["access.predict:delay"], "access.predict", "model", "other")
    False
    """
    given = list(scopes)
    return everywhere(given, permission) or name in objects_of(given, permission, kind)
