"""Who asked for a run is told to that person and can be forgotten; the result stays."""

from __future__ import annotations

import pytest

from accounts.actors import actor_of
from compliance.subjects.providers import Subject, providers
from dataquality.models import QualityRun
from dataquality.services import start_quality_run
from monitoring.drift.services import start_drift_run
from monitoring.models import DriftRun
from tests.accounts.people import make_user
from tests.dataquality.datasets import ACTOR, stored, work

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", ["dataquality.runs", "monitoring.drift"])
def test_runs_are_found_exported_and_forgotten(key: str) -> None:
    user, other = make_user(), make_user("engineer", "ML engineer")
    columns = {"a": list(range(50))}
    reference, current = stored("t", columns), stored("t", columns)
    for person in (user, other):
        start_quality_run(reference, actor=actor_of(person))
        start_drift_run(reference, current, actor=actor_of(person))
    work()
    provider = providers.get(key)()
    subject = Subject(ref="scientist", account_ids=frozenset({user.pk}))
    assert provider.find(subject) == 1
    (row,) = provider.export(subject)
    (section,) = provider.sections
    assert set(row.fields) == set(section.fields)
    assert provider.erase(subject, actor=ACTOR) == 1
    assert provider.erase(subject, actor=ACTOR) == 0
    model = QualityRun if key == "dataquality.runs" else DriftRun
    assert model.objects.filter(requested_by=user).count() == 0
    assert model.objects.filter(requested_by=other).count() == 1
    assert model.objects.succeeded().count() == 2
