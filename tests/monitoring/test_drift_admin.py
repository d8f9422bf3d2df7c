"""The compliance officer reads drift runs in the admin; nobody changes them there."""

from __future__ import annotations

import pytest

from monitoring.drift.services import start_drift_run
from tests.accounts.people import make_user
from tests.dataquality.datasets import ACTOR, signed_in, stored, work

pytestmark = pytest.mark.django_db


def test_the_officer_reads_runs_and_features() -> None:
    columns = {"a": list(range(50))}
    run = start_drift_run(stored("t", columns), stored("t", columns), actor=ACTOR)
    work()
    officer = signed_in(make_user("officer", "Compliance officer"))
    assert "t v2" in officer.get("/admin/monitoring/driftrun/").content.decode()
    assert officer.get(f"/admin/monitoring/driftrun/{run.pk}/change/").status_code == 200
    feature = run.features.get()
    page = officer.get(f"/admin/monitoring/driftfeature/{feature.pk}/change/").content.decode()
    assert "quantiles" not in page
    assert officer.post(f"/admin/monitoring/driftrun/{run.pk}/change/", {"state": "failed"}).status_code == 403
    assert officer.post(f"/admin/monitoring/driftrun/{run.pk}/delete/", {"post": "yes"}).status_code == 403


def test_lists_cost_the_same_for_many_runs(django_assert_max_num_queries) -> None:
    columns = {"a": list(range(50))}
    reference, current = stored("t", columns), stored("t", columns)
    for _ in range(12):
        start_drift_run(reference, current, actor=ACTOR)
    scientist = signed_in(make_user())
    scientist.get("/drift/")
    with django_assert_max_num_queries(12):
        assert scientist.get("/drift/").content.count(b"/drift/0") == 12
