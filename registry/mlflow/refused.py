"""Every refusal below /mlflow in the shape of MLflow, with a status that its client does not retry by mistake."""

import json
from typing import Any, Final

from django.http import HttpResponse
from rest_framework.response import Response

from modelops.rest.problems import exception_handler

from .refusals import CONFLICT, DENIED, EXISTS, INVALID, MISSING, NO_ENDPOINT, NOT_IMPLEMENTED, WireRefusal

# The client retries 408, 429, 500, 502, 503 and 504 for minutes: only what passes by itself is answered with these.
_BY_STATUS: Final = {
    401: "UNAUTHENTICATED",
    403: DENIED,
    404: MISSING,
    405: NO_ENDPOINT,
    409: CONFLICT,
    429: "REQUEST_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    501: NOT_IMPLEMENTED,
    503: "TEMPORARILY_UNAVAILABLE",
}
_TAKEN_NAMES: Final = (".exists", ".name_taken", ".taken")


def error_code_of(status: int, code: str) -> str:
    """MLflow's name for a refusal of the portal's own.

    >>> error_code_of(409, "model.exists"), error_code_of(403, "permission.denied"), error_code_of(422, "x.y")
    ('RESOURCE_ALREADY_EXISTS', 'PERMISSION_DENIED', 'INVALID_PARAMETER_VALUE')
    """
    if code.endswith(_TAKEN_NAMES):
        return EXISTS
    return _BY_STATUS.get(status, INVALID)


def body_of(status: int, code: str, message: str, error_code: str = "") -> dict[str, str]:
    """An answer to a refusal; ``code`` is the portal's own stable name of it."""
    return {"error_code": error_code or error_code_of(status, code), "message": message, "code": code}


def wire_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Recorded and understood as everywhere, told as MLflow tells it."""
    answer = exception_handler(error, context)
    if answer is None:
        return None
    problem = answer.data
    error_code = error.error_code if isinstance(error, WireRefusal) else ""
    answer.data = body_of(problem["status"], problem["code"], problem["detail"], error_code)
    if answer.data["error_code"] == EXISTS:
        answer.status_code = 400  # as MLflow has it
    if "challenge_url" in problem:
        answer.data["challenge_url"] = problem["challenge_url"]
    answer.content_type = "application/json"
    return answer


def plain_refusal(status: int, code: str, detail: str) -> HttpResponse:
    """The same before any view is asked: a body over the limit, too many requests, another host."""
    return HttpResponse(json.dumps(body_of(status, code, detail)), status=status, content_type="application/json")
