"""A call of MLflow's protocol that finds out who calls, counts it, asks for a permission and then does nothing."""

from typing import Any

from django.urls import path

from compliance.audit.coverage import Exempt
from registry.mlflow.model_versions import VIEW
from registry.mlflow.wire import Call, endpoint, view_of

from . import ANSWER


def _answer(call: Call) -> dict[str, Any]:
    """Nothing, once the body is there."""
    _ = call.request._request.body
    return {}


_CALLS = [
    endpoint(method, ANSWER.removeprefix("/"), under="", permission=VIEW, tells=Exempt.NAMES, reads_body=False)(_answer)
    for method in ("GET", "POST", "PUT")
]
urlpatterns = [path(ANSWER.removeprefix("/"), view_of(_CALLS).as_view())]
