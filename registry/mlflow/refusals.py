"""Refusals by which MLflow's client decides: it looks at ``error_code``, never at the status."""

from modelops.lib.errors import DomainError

INVALID = "INVALID_PARAMETER_VALUE"
EXISTS = "RESOURCE_ALREADY_EXISTS"
MISSING = "RESOURCE_DOES_NOT_EXIST"
DENIED = "PERMISSION_DENIED"
CONFLICT = "RESOURCE_CONFLICT"
NO_ENDPOINT = "ENDPOINT_NOT_FOUND"
NOT_IMPLEMENTED = "NOT_IMPLEMENTED"


class WireRefusal(DomainError):
    """A refusal with MLflow's name for it; other refusals get theirs by status (`refused.error_code_of`)."""

    error_code: str = INVALID


class InvalidValue(WireRefusal):
    """A parameter is missing or cannot be used."""

    status = 400
    code = "mlflow.invalid"


class AlreadyExists(WireRefusal):
    """Status 400 as MLflow answers it: `log_model(registered_model_name=…)` goes on when it reads the code."""

    status = 400
    code = "mlflow.exists"
    error_code = EXISTS


class DoesNotExist(WireRefusal):
    """There is no such thing, or the caller may not know of it."""

    status = 404
    code = "mlflow.not_found"
    error_code = MISSING


class Denied(WireRefusal):
    """The rules of the portal forbid what the protocol would allow."""

    status = 403
    code = "mlflow.denied"
    error_code = DENIED


class NoEndpoint(WireRefusal):
    """The portal does not have this call."""

    status = 404
    code = "mlflow.no_endpoint"
    error_code = NO_ENDPOINT


class NotImplementedHere(WireRefusal):
    """The client has another way, and takes it when it reads this."""

    status = 501
    code = "mlflow.not_implemented"
    error_code = NOT_IMPLEMENTED


def missing_value(name: str) -> InvalidValue:
    """What MLflow says of a parameter that is not there."""
    return InvalidValue(
        f"Missing value for required parameter '{name}'. See the API docs for more information about request "
        "parameters.",
        field=name,
    )


def invalid_value(name: str, value: object, hint: str = "") -> InvalidValue:
    """What MLflow says of a parameter that is of another kind than asked for."""
    said = f"Invalid value {str(value)[:200]} for parameter '{name}' supplied."
    more = hint or f"Value was of type '{type(value).__name__}'"
    return InvalidValue(
        f"{said} Hint: {more}. See the API docs for more information about request parameters.", field=name
    )
