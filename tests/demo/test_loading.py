"""The demo's loader: through the REST interface, once, however often it is started."""

from typing import Any

import pytest

from dataquality.models import QualityRun
from monitoring.models import Alert, DriftRun
from registry.aliases.models import Alias
from registry.models import DatasetVersion, ModelVersion
from registry.promotion.models import Promotion

pytestmark = pytest.mark.live


def test_the_demo_loads_once_and_goes_on_where_it_was_interrupted(live_portal: Any) -> None:
    from compliance.audit.models import AuditEvent

    def state() -> tuple[int, ...]:
        return tuple(model.objects.count() for model in (DatasetVersion, ModelVersion, QualityRun, DriftRun, Alert))

    def live() -> list[tuple[str, int, int]]:
        rows = Promotion.objects.filter(state="executed").prefetch_related("approvals")
        return [(row.alias, row.number, len(set(row.approver_refs))) for row in rows]

    first = live_portal.manage("load_demo", "--url", live_portal.url).stdout
    assert "compared features drifted" in first
    assert state() == (2, 1, 2, 1, 1)
    assert live() == [("production", 1, 2)]
    assert Alias.objects.get().version.number == 1
    assert not AuditEvent.objects.filter(outcome="denied").exists()
    assert "complete, nothing to load" in live_portal.manage("load_demo", "--url", live_portal.url).stdout
    assert state() == (2, 1, 2, 1, 1)
    assert live() == [("production", 1, 2)]


def test_a_loader_that_begins_after_another_was_cut_off_repeats_nothing(live_portal: Any) -> None:
    """Another loader got as far as the first dataset version and an accepted quality run."""
    from modelops.demo import DATASET, FILES, MONTHS, Demo, demo_accounts

    list(demo_accounts(live_portal.url))
    with Demo(live_portal.url, patience_s=60) as cut_off:
        cut_off._post("datasets/", json={"name": DATASET, "description": ""})
        with (FILES / MONTHS[0][0]).open("rb") as file:
            cut_off._post(f"datasets/{DATASET}/versions/", files={"file": file})
        cut_off._post("quality-runs/", json={"dataset": DATASET, "version": 1})
    printed = live_portal.manage("load_demo", "--url", live_portal.url).stdout
    assert "January 2013 as version" not in printed
    assert "July 2013 as version 2" in printed

    assert QualityRun.objects.count() == 2
