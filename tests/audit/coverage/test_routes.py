"""Each call that changes or shows something leaves exactly its rows in the ledger: who, what, with what outcome."""

from typing import Any

import pytest

from compliance.audit.coverage.mapping import coverage_map

from . import (
    acts_access,
    acts_alerts,
    acts_cards,
    acts_credentials,
    acts_desk,
    acts_evidence,
    acts_factors,
    acts_files_of_mlflow,
    acts_mlflow,
    acts_models_of_mlflow,
    acts_monitors,
    acts_officers,
    acts_origin,
    acts_people,
    acts_places,
    acts_predictions,
    acts_promotions,
    acts_registers,
    acts_registry,
    acts_retention,
    acts_reviews,
    acts_scanning,
    acts_sources,
    acts_watch,
)
from .performing import Act, faults_of, perform, watch
from .proof import models_told, says
from .works import WORKS
from .world import World

pytestmark = pytest.mark.django_db
AREAS: dict[str, dict[str, Act]] = {
    "access": acts_access.ACTS,
    "registry": acts_registry.ACTS,
    "cards": acts_cards.ACTS,
    "places": acts_places.ACTS,
    "origin": acts_origin.ACTS,
    "sources": acts_sources.ACTS,
    "promotions": acts_promotions.ACTS,
    "watch": acts_watch.ACTS,
    "monitors": acts_monitors.ACTS,
    "predictions": acts_predictions.ACTS,
    "alerts": acts_alerts.ACTS,
    "officers": acts_officers.ACTS,
    "people": acts_people.ACTS,
    "credentials": acts_credentials.ACTS,
    "factors": acts_factors.ACTS,
    "desk": acts_desk.ACTS,
    "reviews": acts_reviews.ACTS,
    "retention": acts_retention.ACTS,
    "registers": acts_registers.ACTS,
    "evidence": acts_evidence.ACTS,
    "scanning": acts_scanning.ACTS,
    "mlflow": acts_mlflow.ACTS,
    "files_of_mlflow": acts_files_of_mlflow.ACTS,
    "models_of_mlflow": acts_models_of_mlflow.ACTS,
}


# Areas whose calls are made upon one world, which takes longer to build than most calls.
PARTS: dict[str, list[str]] = {"+".join(areas): areas for areas in (list(AREAS)[n::6] for n in range(6))}


@pytest.mark.parametrize("part", PARTS)
def test_every_call_leaves_exactly_its_rows(part: str, settings: Any, http_receiver: Any) -> None:
    """S1-19, S4-92, S4-125: view, download, decrypt, export and every change, through the real client."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    mapped = {one.name: one for one in coverage_map().routes}
    world = World(http_receiver.url).build({act.by for area in PARTS[part] for act in AREAS[area].values()})
    faults: list[str] = []
    for area in PARTS[part]:
        assert AREAS[area].keys() <= mapped.keys()
        proven: set[str] = set()
        models: set[str] = set()
        for name, act in AREAS[area].items():
            left = perform(world, name, act)
            wrong = faults_of(world, name, act, left, [event.name for event in mapped[name].events])
            faults += wrong
            if not wrong:
                proven.add(name)
                models |= models_told(left)
        if proven != says("routes", area):
            faults.append(f"{area} does not prove what the file says: {sorted(proven ^ says('routes', area))}")
        if not models >= says("models", area):
            faults.append(f"{area} does not tell of {sorted(says('models', area) - models)}")
    assert faults == []


def test_work_by_the_clock_and_by_jobs_is_told(settings: Any, http_receiver: Any) -> None:
    """S4-125: models that no call writes to."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    world = World(http_receiver.url).build({"other", "officer"})
    models: set[str] = set()
    for work in WORKS.values():
        models |= models_told(watch(world, work))
    assert models >= says("models", "works")
