"""How a call of MLflow's protocol is declared, and the views that are made of the declarations.

    @endpoint("POST", "experiments/create", permission="tracking.add_experiment", tells=EXPERIMENT_CREATED,
              takes={"name": text(required=True, most=500), "tags": pairs(value_most=5000)})
    def create(call: Call) -> dict[str, Any]:
        "Make an experiment."
        row = services.create_experiment(call.given["name"], actor=call.actor)
        return {"experiment_id": row.experiment_id}

A handler gets what was sent, checked, and gives a plain dictionary, or an answer of its own. `urls` names the modules.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import BearerAuthentication
from compliance.audit import Actor
from compliance.audit.coverage import Exempt
from compliance.audit.events import EventClass
from modelops.rest.permissions import allows

from .authentication import KeyAsPassword
from .documents import WireSchema
from .fields import Field, read_fields, schema_of
from .refusals import InvalidValue
from .refused import wire_exception_handler

V2: Final = "api/2.0/mlflow/"
V3: Final = "api/3.0/mlflow/"
ARTIFACTS: Final = "api/2.0/mlflow-artifacts/"
ROOT: Final = ""
Told = EventClass | tuple[EventClass, ...] | Exempt
Answer = dict[str, Any] | HttpResponseBase


@dataclass(slots=True)
class Call:
    """One call: ``given`` is what it brought by the names of its fields, ``path`` what stood in its address."""

    request: Request
    given: dict[str, Any]
    path: dict[str, Any]

    @property
    def user(self) -> Any:
        """Whose credential it came with."""
        return self.request.user

    @property
    def actor(self) -> Actor:
        """The same for services and ledger."""
        found: Actor = self.request.actor  # type: ignore[attr-defined]  # set where the credential is looked at
        return found

    def allows(self, permission: str) -> bool:
        """Whether the caller may do something more than what the call is for."""
        return allows(self.request, permission)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A declared call. ``tells`` is its row of the ledger, or why there is none."""

    method: str
    route: str
    permission: str
    tells: Told
    takes: Mapping[str, Field]
    handler: Callable[[Call], Answer]
    reads_body: bool
    gives: Any
    is_hidden: bool
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, call: Call) -> Answer:
        return self.handler(call)

    @property
    def operation_id(self) -> str:
        """Its name in the OpenAPI document."""
        path = "".join(part if part.isalnum() else "_" for part in self.route.removeprefix("api/").replace("<", ""))
        return f"mlflow_{self.method.lower()}_{path.strip('_')}"


def endpoint(
    method: str,
    route: str,
    *,
    permission: str,
    tells: Told,
    takes: Mapping[str, Field] | None = None,
    under: str = V2,
    reads_body: bool = True,
    gives: Any = None,
    is_hidden: bool = False,
    **attributes: Any,
) -> Callable[[Callable[[Call], Answer]], Endpoint]:
    """Declare a call: the handler's docstring becomes its description.

    ``reads_body=False`` leaves the body to the handler, for files. ``gives`` are the answers for the OpenAPI
    document, an object unless said; ``is_hidden`` leaves the call out of it. ``attributes`` are set on the view, such
    as ``answers_once_itself=True``.
    """

    def declared(handler: Callable[[Call], Answer]) -> Endpoint:
        return Endpoint(
            method, under + route, permission, tells, takes or {}, handler, reads_body, gives, is_hidden, attributes
        )

    return declared


class WireView(APIView):
    """A path of the protocol: no session and no cookie opens it, so no page elsewhere can make a browser call it."""

    authentication_classes = [BearerAuthentication, KeyAsPassword]
    parser_classes = [JSONParser]
    schema = WireSchema()
    required_permissions: Mapping[str, str] = {}

    def get_exception_handler(self) -> Any:
        """Refusals in the shape of the protocol."""
        return wire_exception_handler


def view_of(endpoints: list[Endpoint]) -> type[WireView]:
    """The view of one path, of every endpoint that has it."""
    members: dict[str, Any] = {
        "required_permissions": {one.method: one.permission for one in endpoints},
        "http_method_names": [*(one.method.lower() for one in endpoints), "head", "options"],
        "__doc__": endpoints[0].handler.__doc__,
        "__module__": endpoints[0].handler.__module__,
    }
    if any(one.is_hidden for one in endpoints):
        members["schema"] = None
    for one in endpoints:
        members |= dict(one.attributes) | {one.method.lower(): _method_of(one)}
    name = "".join(part.capitalize() for part in endpoints[0].operation_id.split("_"))
    return type(f"{name}View", (WireView,), members)


def _method_of(one: Endpoint) -> Any:
    from_query = one.method in {"GET", "HEAD"}

    def answer(view: WireView, request: Request, **path: Any) -> HttpResponseBase:
        if not one.reads_body:
            given = {}
        elif from_query:
            given = _from_query(one.takes, request)
        else:
            given = read_fields(one.takes, _body(request))
        found = one.handler(Call(request, given, path))
        if isinstance(found, HttpResponseBase):
            return found
        return HttpResponse(json.dumps(found), content_type="application/json")

    answer.__doc__ = one.handler.__doc__
    said: dict[str, Any] = {
        "operation_id": one.operation_id,
        "tags": ["mlflow"],
        "responses": one.gives or {200: {"type": "object", "additionalProperties": {}}},
    }
    if from_query:
        said["parameters"] = [
            OpenApiParameter(name, dict(known.schema), required=known.required or known.is_asked)
            for name, known in one.takes.items()
        ]
    elif one.reads_body:
        said["request"] = {"application/json": schema_of(one.takes)} if one.takes else None
    else:
        said["request"] = {"application/octet-stream": OpenApiTypes.BINARY} if one.method == "PUT" else None
    return extend_schema(**said)(answer)


def _from_query(takes: Mapping[str, Field], request: Request) -> dict[str, Any]:
    query = request.query_params
    return read_fields(
        takes,
        {name: query.getlist(name) if known.repeats else query[name] for name, known in takes.items() if name in query},
    )


def _body(request: Request) -> dict[str, Any]:
    raw = request._request.body
    if not raw:
        return {}
    # A form, which any page elsewhere may send, is never taken for a call.
    if (request._request.content_type or "").lower() != "application/json":
        raise InvalidValue("The body is not application/json. Send JSON, with that Content-Type.")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise InvalidValue("The body is not JSON. Send one JSON object.") from None
    if not isinstance(found, dict):
        raise InvalidValue("The body is not a JSON object. Send one.")
    return found
