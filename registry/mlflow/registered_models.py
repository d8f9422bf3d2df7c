"""Registered models: the models of the portal, by MLflow's names for what can be done with them.

What the protocol does not bring (task type, purpose, risk class) begins as the portal's "to be completed": task type
"other", no purpose, not classified; the card of the model asks for it, and promotions wait for it.
"""

from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpResponse

from compliance.audit.coverage import Exempt
from modelops.lib.errors import Conflict
from modelops.lib.names import validate_name
from registry import deletion, services, viewing
from registry.audit_events import DESCRIBED, MODEL_REGISTERED, MODEL_RENAMED, MODEL_VIEWED
from registry.deletion.events import DELETED
from registry.grants.gate import require_change
from registry.labels import services as labels
from registry.labels.audit_events import MODEL_TAGGED, MODEL_UNTAGGED
from registry.models import RegisteredModel, TaskType
from registry.seeing import require_named
from registry.services.describing import describe
from registry.services.renaming import rename_model

from . import fields, finding
from .filter_grammars import REGISTERED_MODELS
from .filter_sql import one_condition, ordered
from .filters import Comparison, Order, parsed, parsed_orders
from .first_page import answer_of, page_texts
from .pages import offset_of, page_of
from .refusals import AlreadyExists, InvalidValue
from .shapes import STAGES, model_shown, model_values, newest_of_stages, version_shown
from .wire import Call, endpoint

VIEW: Final = "registry.view_registeredmodel"
ADD: Final = "registry.add_registeredmodel"
CHANGE: Final = "registry.change_registeredmodel"
DELETE: Final = "registry.delete_registeredmodel"
WHY: Final = "Deleted by a client of MLflow's protocol."

NAME: Final = fields.text(required=True, most=256)
_KEY: Final = fields.text(required=True, most=250)
_TEXT: Final = fields.text(most=5000)
_MOST_FOUND: Final = 1000
Comparisons = tuple[Comparison, ...]


@endpoint(
    "POST", "registered-models/create", permission=ADD, tells=MODEL_REGISTERED,
    takes={"name": NAME, "description": _TEXT, "tags": fields.pairs(value_most=labels.LONGEST_VALUE)},
)  # fmt: skip
def create(call: Call) -> dict[str, Any]:
    """Register a model."""
    name, tags = call.given["name"], call.given["tags"]
    require_named(call.user, "model", name)
    validate_name(name, "model")
    _refuse_taken(name)
    with transaction.atomic():
        model = services.register_model(name, TaskType.OTHER, call.given["description"], actor=call.actor)
        labels.label_new_model(model, tags)
    return {"registered_model": model_shown(model_values(model, tags), (), ())}


def _refuse_taken(name: str) -> None:
    """The client goes on with a model that exists; with one that is deleted it cannot."""
    deleted = RegisteredModel.objects.filter(name=name).values_list("deleted_at", flat=True)
    if not deleted:
        return
    if deleted[0] is not None:
        raise Conflict(
            f"The registered model {name!r} is deleted and can come back. Restore it in the portal, or choose another "
            "name.",
            code="model.name_deleted",
            field="name",
        )
    raise AlreadyExists(f"Registered Model (name={name}) already exists.", code="model.exists", field="name")


@endpoint("GET", "registered-models/get", permission=VIEW, tells=MODEL_VIEWED, takes={"name": NAME})
def get(call: Call) -> dict[str, Any]:
    """A model with its newest versions."""
    return {"registered_model": _shown(call, call.given["name"], told=True)}


@endpoint(
    "PATCH", "registered-models/update", permission=CHANGE, tells=DESCRIBED,
    takes={"name": NAME, "description": _TEXT},
)  # fmt: skip
def update(call: Call) -> dict[str, Any]:
    """Change the description."""
    model = _changeable(call)
    describe(model, call.given["description"], actor=call.actor)
    return {"registered_model": _shown(call, model.name)}


@endpoint(
    "POST", "registered-models/rename", permission=CHANGE, tells=MODEL_RENAMED,
    takes={"name": NAME, "new_name": NAME},
)  # fmt: skip
def rename(call: Call) -> dict[str, Any]:
    """Give a model another name. The old one is not given out again."""
    model, name = _changeable(call), call.given["new_name"]
    require_named(call.user, "model", name)
    if name != model.name:
        validate_name(name, "model")
        _refuse_taken(name)
        rename_model(model, name, actor=call.actor)
    return {"registered_model": _shown(call, name)}


@endpoint("DELETE", "registered-models/delete", permission=DELETE, tells=DELETED[RegisteredModel], takes={"name": NAME})
def delete(call: Call) -> dict[str, Any]:
    """Delete a model for a while; it can be restored in the portal."""
    deletion.delete(_changeable(call), WHY, actor=call.actor)
    return {}


@endpoint(
    "GET", "registered-models/search", permission=VIEW, tells=Exempt.NAMES,
    takes={
        "filter": fields.text(most=8000),
        "max_results": fields.integer(default=100, least=1, most=_MOST_FOUND),
        "order_by": fields.texts(most=10, each=300),
        "page_token": fields.text(most=200),
    },
)  # fmt: skip
def search(call: Call) -> dict[str, Any] | HttpResponse:
    """The models that a filter finds, by name."""
    most, offset = call.given["max_results"], offset_of(call.given["page_token"])
    comparisons = parsed(call.given["filter"], REGISTERED_MODELS)
    orders = parsed_orders(call.given["order_by"], REGISTERED_MODELS)
    usual = _usual(comparisons)
    if usual is not None and not orders and not offset:  # what the client asks for by itself
        texts, token = page_of(page_texts(call.user, most + 1, *usual), offset, most)
        return HttpResponse(answer_of(texts, token), content_type="application/json")
    found = _found(call.user, comparisons, orders, offset, most + 1)
    page, token = page_of(found, offset, most)
    following = {"next_page_token": token} if token else {}
    shown = finding.models_shown(call.user, finding.model_rows(call.user, page))
    return {"registered_models": shown, **following} if shown else {}


def _found(user: Any, comparisons: Comparisons, orders: tuple[Order, ...], offset: int, most: int) -> list[Any]:
    """The rows of a page."""
    rows: Any = RegisteredModel.objects.visible_to(user)
    for one in comparisons:
        rows = rows.filter(_compared(one))
    return list(finding.model_columns(rows.order_by(*ordered(orders, _VALUES), "name"))[offset : offset + most])


def _usual(comparisons: Comparisons) -> tuple[bool | None, str] | None:
    """Whether prompts are asked for, and a name, when nothing else is; None for any other filter."""
    prompts: bool | None = None
    name = ""
    for one in comparisons:
        if _is_about_prompts(one) and prompts is None:
            prompts = one.comparator == "="
        elif (one.entity, one.key, one.comparator) == ("attribute", "name", "=") and not name and one.value:
            name = str(one.value)
        else:
            return None
    return prompts, name


_ATTRIBUTES: Final = {"name": "name", "creation_timestamp": "created_at", "last_updated_timestamp": "changed_at"}
_VALUES: Final = {"attribute": _ATTRIBUTES.__getitem__, "tag": lambda key: KeyTextTransform(key, "labels__tags")}


def _compared(one: Comparison) -> Q:
    """A row without a tag is not different in it, with one exception, which every search of models makes use of."""
    if _is_about_prompts(one):
        return finding.is_prompt(wanted=one.comparator == "=")
    return one_condition(one, _VALUES[one.entity](one.key))


def _is_about_prompts(one: Comparison) -> bool:
    return (one.entity, one.key, one.value) == ("tag", labels.PROMPT_TAG, "true") and one.comparator in {"=", "!="}


_LATEST: Final = {"name": NAME, "stages": fields.texts(most=10, each=50)}


@endpoint("POST", "registered-models/get-latest-versions", permission=VIEW, tells=MODEL_VIEWED, takes=_LATEST)
def latest_versions(call: Call) -> dict[str, Any]:
    """The newest version of each stage, or of the stages that are named."""
    return _latest(call)


@endpoint("GET", "registered-models/get-latest-versions", permission=VIEW, tells=MODEL_VIEWED, takes=_LATEST)
def latest_versions_by_address(call: Call) -> dict[str, Any]:
    """The same for clients that ask with GET."""
    return _latest(call)


def _latest(call: Call) -> dict[str, Any]:
    asked = [stage_named(stage) for stage in call.given["stages"]] or list(STAGES)
    row = finding.model_row(call.user, call.given["name"])
    rows = newest_of_stages(finding.newest_versions(call.user, [row]))
    viewing.model(call.request, RegisteredModel(pk=row.columns[0], name=row.columns[1]), "versions")
    shown = [version_shown(one) for one in rows if one.stage in asked]
    return {"model_versions": shown} if shown else {}


def stage_named(text: str) -> str:
    """A stage in any letter case. Raises InvalidValue."""
    found = next((stage for stage in STAGES if stage.lower() == text.lower()), None)
    if found is None:
        raise InvalidValue(
            f"Invalid Model Version stage: {text[:100]}. Value must be one of {', '.join(STAGES)}.", field="stage"
        )
    return found


@endpoint(
    "POST", "registered-models/set-tag", permission=CHANGE, tells=MODEL_TAGGED,
    takes={"name": NAME, "key": _KEY, "value": fields.text(most=labels.LONGEST_VALUE)},
)  # fmt: skip
def set_tag(call: Call) -> dict[str, Any]:
    """Set a tag of a model."""
    labels.tag_model(_changeable(call), call.given["key"], call.given["value"], actor=call.actor)
    return {}


@endpoint(
    "DELETE", "registered-models/delete-tag", permission=CHANGE, tells=MODEL_UNTAGGED,
    takes={"name": NAME, "key": _KEY},
)  # fmt: skip
def delete_tag(call: Call) -> dict[str, Any]:
    """Take a tag from a model; one that it does not have is no fault."""
    labels.untag_model(_changeable(call), call.given["key"], actor=call.actor)
    return {}


def _changeable(call: Call) -> RegisteredModel:
    model = finding.model_object(call.user, call.given["name"])
    require_change(call.request, model)
    return model


def _shown(call: Call, name: str, *, told: bool = False) -> dict[str, Any]:
    row = finding.model_row(call.user, name)
    if told:
        viewing.model(call.request, RegisteredModel(pk=row.columns[0], name=row.columns[1]))
    return finding.models_shown(call.user, [row])[0]
