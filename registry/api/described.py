"""What a request says about the version that it adds: in the fields of a form, in JSON, or in the address."""

from typing import Any, cast

from django.http import QueryDict
from rest_framework.request import Request

from modelops.lib.errors import Invalid
from registry import descriptions

from .lookup import referenced

_TEXTS = ("metrics", "parameters", "tags")
_ORIGIN = ("source_commit", "run_reference")


def described(request: Request) -> dict[str, Any]:
    """Metrics, parameters, tags, datasets, source commit and run, as `services.add_version` takes them.

    Raises Invalid for texts that cannot be read and NotFound for a dataset version that is not there.
    """
    kind = (request.content_type or "").lower()
    if kind.startswith("application/json"):
        said: dict[str, Any] = {what: request.data.get(what) for what in (*_TEXTS, *_ORIGIN)}
        names = request.data.get("datasets") or []
    else:
        fields = cast(QueryDict, request.data if kind.startswith("multipart/") else request.query_params)
        if not kind.startswith("multipart/") and "parameters" in fields:
            raise Invalid(
                "Parameters are stored encrypted and do not belong in an address. Send a form, or upload the file "
                "first and name it in JSON.",
                code="parameters.in_address",
                field="parameters",
            )
        said = {what: descriptions.from_fields(fields.getlist(what), what) for what in _TEXTS}
        said |= {what: fields.get(what) for what in _ORIGIN}
        given = fields.getlist("datasets")
        # One plain "name:number" needs no brackets, unlike name=value pairs.
        listed = given if given and not given[0].lstrip().startswith(("[", "{")) else None
        names = listed or descriptions.from_fields(given, "datasets")
    return {**said, "datasets": referenced(request, descriptions.dataset_references(names))}
