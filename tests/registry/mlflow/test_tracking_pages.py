"""Experiments and runs in the portal: what a data scientist sees without another program."""

from typing import Any

import pytest
from django.test import Client

from tests.registry.mlflow.conftest import Wire, issue_key

pytestmark = pytest.mark.django_db
MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def run(wire: Wire) -> str:
    """A run with one of everything."""
    number = wire.post("experiments/create", {"name": f"delays {MARKUP}"})[1]["experiment_id"]
    sent = {"experiment_id": number, "run_name": "first", "start_time": 1_700_000_000_000}
    made = wire.post("runs/create", sent)[1]["run"]["info"]["run_id"]
    batch = {
        "run_id": made,
        "metrics": [
            {"key": "acc", "value": 0.75, "timestamp": 1},
            {"key": "nan", "value": "NaN", "timestamp": 1},
            {"key": "inf", "value": "-Infinity", "timestamp": 1},
        ],
        "params": [{"key": "depth", "value": MARKUP}],
        "tags": [{"key": "team", "value": "risk"}],
    }
    assert wire.post("runs/log-batch", batch)[0] == 200
    dataset = {"name": "flights", "digest": "d1", "source_type": "code", "source": "{}"}
    assert wire.post("runs/log-inputs", {"run_id": made, "datasets": [{"dataset": dataset}]})[0] == 200
    return str(made)


def test_a_run_is_found_from_the_list_and_shown(run: str, scientist: Any) -> None:
    from tests.accounts.people import sign_in

    page = sign_in(Client(), scientist)
    listed = page.get("/experiments/").text
    assert MARKUP not in listed
    assert "delays &lt;script&gt;" in listed
    assert "first" in page.get("/experiments/1/").text
    shown = page.get(f"/experiments/-/runs/{run}/").text
    for part in ("Running", "acc", "0.75", "depth", "&lt;script&gt;", "flights"):
        assert part in shown
    assert MARKUP not in shown
    assert "no experiment" in page.get("/experiments/?q=nothing").text.lower()
    assert page.get("/experiments/9999999999999999999999/").status_code == 404
    assert page.get("/experiments/-/runs/x/").status_code == 404


def test_a_run_leads_to_the_version_that_was_made_of_it(run: str, scientist: Any) -> None:
    from registry.models import ModelVersion
    from tests.accounts.people import sign_in
    from tests.registry.samples import make_model, make_version

    model = make_model(scientist)
    version = make_version(model, scientist, run_reference=run)
    assert isinstance(version, ModelVersion)
    page = sign_in(Client(), scientist)
    assert version.get_absolute_url() in page.get(f"/experiments/-/runs/{run}/").text
    assert f"/experiments/-/runs/{run}/" in page.get(version.get_absolute_url()).text


def test_who_may_not_read_models_sees_no_experiment(run: str) -> None:
    from tests.accounts.people import make_user, sign_in

    stranger = make_user("stranger", "Viewer")
    stranger.groups.clear()
    page = sign_in(Client(), stranger)
    assert page.get("/experiments/").status_code == 403
    assert page.get(f"/experiments/-/runs/{run}/").status_code == 403
    assert Wire(issue_key(stranger)).get("runs/get", {"run_id": run})[0] == 403
