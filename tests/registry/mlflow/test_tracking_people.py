"""What experiments and runs keep about a person, and what an erasure leaves."""

from typing import Any

import pytest

from tests.registry.mlflow.conftest import Wire

pytestmark = pytest.mark.django_db
NAME = "a-name-of-a-machine"


def test_runs_are_exported_and_let_go(wire: Wire, scientist: Any) -> None:
    """The account and the name by which the machine knew the person go; the run and its figures stay."""
    from accounts.actors import actor_of
    from compliance.subjects.providers import Subject
    from registry.tracking.models import Run
    from registry.tracking.personal_data import Runs
    from tests.accounts.people import make_user

    number = wire.post("experiments/create", {"name": "delays"})[1]["experiment_id"]
    tags = [{"key": "mlflow.user", "value": NAME}, {"key": "team", "value": "risk"}]
    run = wire.post("runs/create", {"experiment_id": number, "tags": tags})[1]["run"]["info"]["run_id"]
    model = wire.post("logged-models", {"experiment_id": number, "name": "model", "source_run_id": run, "tags": tags})
    assert model[0] == 200, model
    subject = Subject(ref="scientist", account_ids=frozenset({scientist.pk}))
    provider = Runs()
    assert provider.find(subject) == 3
    rows = list(provider.export(subject))
    declared = {section.key: set(section.fields) for section in provider.sections}
    assert all(set(row.fields) == declared[row.section] for row in rows)
    assert NAME in str(rows)
    officer = actor_of(make_user("officer", "Compliance officer"))
    assert provider.erase(subject, actor=officer) == 3
    assert provider.erase(subject, actor=officer) == 0
    said = wire.get("runs/get", {"run_id": run})[1]["run"]
    assert NAME not in str(said)
    assert {"key": "team", "value": "risk"} in said["data"]["tags"]
    assert said["info"]["user_id"] == ""
    assert Run.objects.get().created_by is None
