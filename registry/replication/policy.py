"""Where the copies of a file must lie: what its model says, else every enabled location."""

from dataclasses import dataclass

from django.db.models import Q

from registry.locations.models import StorageLocation
from registry.models import Artifact, CopyState, ModelVersion, RegisteredModel


def model_of(artifact: Artifact) -> RegisteredModel | None:
    """The model whose version, version's file or variant this is; None for files of datasets."""
    owned = Q(versions__artifact=artifact) | Q(versions__files__artifact=artifact)
    owned |= Q(versions__variants__artifact=artifact)
    return RegisteredModel._base_manager.filter(owned).first()


def wanted_locations(artifact: Artifact) -> list[StorageLocation]:
    """The enabled locations that must hold the file; the one that took it is always among them."""
    enabled = StorageLocation.objects.filter(is_enabled=True)
    model = model_of(artifact)
    named = set(model.replicate_to.values_list("pk", flat=True)) if model is not None else set()
    return [
        location
        for location in enabled
        if not named or location.pk in named or location.is_primary or location.name == artifact.location
    ]


@dataclass(frozen=True)
class Replication:
    """How many of the wanted copies are there: "2/2"."""

    stored: int
    wanted: int

    @property
    def is_complete(self) -> bool:
        return self.stored >= self.wanted

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """Stored of wanted: "2/2"."""
        return f"{self.stored}/{self.wanted}"


def replication_of(artifact: Artifact) -> Replication:
    """Copies that are stored, of those that are wanted or stored anyway."""
    states = dict(artifact.copies.values_list("location_id", "state"))
    wanted = {location.pk for location in wanted_locations(artifact)} | {
        place for place, state in states.items() if state == CopyState.STORED
    }
    stored = sum(state == CopyState.STORED for state in states.values())
    return Replication(stored, len(wanted))


def artifacts_of(version: ModelVersion) -> list[Artifact]:
    """The version's own file and, for a directory, those of its files."""
    return list(Artifact.objects.filter(Q(model_version=version) | Q(version_file__version=version)).order_by("id"))
