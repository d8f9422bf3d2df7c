"""What jobs work on, and what a case of one tells."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from safetensors.numpy import save

from accounts.actors import actor_of
from registry.artifacts.sealed import sealed_upload
from registry.locations.models import StorageLocation
from registry.models import DatasetVersion, ModelVersion
from registry.replication import changes
from registry.services import add_version, create_dataset
from tests.accounts.people import make_user
from tests.dataquality.datasets import ACTOR, stored
from tests.registry.samples import make_model

# What the ledger row of a job is about, or None where each row is about a row of its own.
Asked = tuple[uuid.UUID, str | None]


@dataclass
class World:
    """Small real objects that jobs work on."""

    reference: DatasetVersion
    current: DatasetVersion
    place: StorageLocation
    scientist: Any
    model: Any
    passengers: Any
    travellers: Any
    people: int = 0
    filled: list[uuid.UUID] = field(default_factory=list)
    # What the scan of each of these files must say.
    scans: dict[uuid.UUID, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path) -> "World":
        """The objects, in an empty portal."""
        scientist = make_user("scientist", "Data scientist")
        chance = np.random.default_rng(20261122)
        versions = [
            stored("flights", {"delay": [None, *chance.normal(mean, 1.0, 3000)], "day": [None, *range(3000)]})
            for mean in (0.0, 2.0)
        ]
        options = {"folder": str(Path(settings.MODELOPS_HOME) / "locations" / folder.name)}
        place = changes.add_location("second", "filesystem", options, actor=ACTOR)
        people = [create_dataset(name, actor=ACTOR) for name in ("passengers", "travellers")]
        return cls(versions[0], versions[1], place, scientist, make_model(scientist), *people)

    def version(self, content: bytes | None = None) -> ModelVersion:
        """One more version of the model, which the worker has yet to scan."""
        weights = {"w": np.arange(20_000, dtype="f4"), "ids": np.arange(7)}
        with sealed_upload([content or save(weights)], "model.safetensors") as upload:
            return add_version(self.model, upload, actor=actor_of(self.scientist))


@dataclass(frozen=True)
class Case:
    """``ask`` asks for one job, or for none while only one can be under way. ``event`` is the ledger row of its end.

    ``results`` counts what the jobs have left: one a job. ``wrong`` are rows that no killed attempt may leave.
    """

    ask: Callable[[World], Asked | None]
    event: str
    results: Callable[[World], int]
    wrong: Callable[[], Any] = lambda: 0
