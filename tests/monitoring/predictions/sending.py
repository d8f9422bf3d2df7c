"""A pipeline that sends predictions, and the model that it sends them for."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.utils import timezone

from registry.models import ModelVersion
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api
from tests.registry.samples import make_model, make_version

PREDICTIONS, TRUTH, METRICS = "/api/v1/predictions/", "/api/v1/ground-truth/", "/api/v1/metrics/"
MODEL = "arrival-delay"


def pipeline() -> Api:
    """A service account with a key of all scopes."""
    return Api(make_user("pipeline", "Pipeline"))


def a_version() -> ModelVersion:
    """Version 1 of a model of somebody's."""
    owner = make_user("owner")
    return make_version(make_model(owner, MODEL), owner)


def ago(**delta: float) -> str:
    """The time so long ago, as it is sent."""
    return (timezone.now() - dt.timedelta(**delta)).isoformat()


def as_of_now(row: Any) -> Any:
    """The row with the time that its ``at`` is away from now; parameters of tests are made before their time."""
    if isinstance(row, dict) and isinstance(row.get("at"), dict):
        return {**row, "at": ago(**row["at"])}
    return row


def batch(rows: Any, batch_id: str = "b1", **said: Any) -> dict[str, Any]:
    """The body of a batch."""
    return {"model": MODEL, "version": 1, "batch_id": batch_id, "rows": rows, **said}


def send(api: Api, rows: Any, batch_id: str = "b1", **said: Any) -> Any:
    """Send a batch; numbers that JSON does not know go as Python writes them."""
    return api.post(PREDICTIONS, json.dumps(batch(rows, batch_id, **said)))


def refused(answer: Any) -> tuple[int, str, str]:
    """Status, code and the place at fault."""
    said = answer.json()
    return answer.status_code, said["code"], said.get("errors", [{"field": ""}])[0]["field"]
