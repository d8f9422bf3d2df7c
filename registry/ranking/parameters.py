"""Decrypted parameters of several versions side by side; every reading is recorded."""

from dataclasses import dataclass
from typing import Any

from modelops.lib.errors import NotAllowed
from registry import services
from registry.grants.gate import require_reading
from registry.models import ModelVersion
from registry.seeing import holds


@dataclass(frozen=True, slots=True)
class ComparedParameter:
    """One parameter through the versions; None where one does not have it."""

    name: str
    values: list[Any]

    @property
    def differs(self) -> bool:
        """Whether the versions are not alike in it."""
        return any(value != self.values[0] for value in self.values)


def read_parameters_of(request: Any, versions: list[ModelVersion]) -> list[ComparedParameter]:
    """By name, in the order of the versions. Raises NotAllowed for who may not read them."""
    if not holds(request.user, "registry.view_parameters"):
        raise NotAllowed("Reading parameters takes the permission registry.view_parameters.", code="permission.denied")
    for version in versions:
        require_reading(request, version)
    read = [services.read_parameters(version, actor=request.actor) for version in versions]
    names = sorted({name for said in read for name in said})
    return [ComparedParameter(name, [said.get(name) for said in read]) for name in names]
