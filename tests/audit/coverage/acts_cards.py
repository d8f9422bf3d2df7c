"""Calls upon cards, explanations, lineage, and filters that people keep."""

from typing import Any

from tests.registry.cards.filled import full_content

from .performing import Act
from .world import World

MODEL, VERSION = "registry.registeredmodel", "registry.modelversion"
DATASET, DATASET_VERSION = "registry.dataset", "registry.datasetversion"
FILTER, ASSESSMENT = "registry.savedfilter", "cards.impactassessment"
ASSESSED = {
    **dict.fromkeys(("people", "benefits", "risks", "measures", "oversight"), "Told."), "decision": "accepted",
}  # fmt: skip
_M, _D = "models/<object_name:name>/", "datasets/<object_name:name>/"
_MV, _DV = f"{_M}versions/<int:number>/", f"{_D}versions/<int:number>/"
_A = "api/v1/"
_EXPLANATION = {"features": [{"name": "distance", "value": 0.2}]}
_DESCRIBED = {"description": "Predicts delays.", "purpose": "Advises the desk.", "risk_class": "minimal"}


def _card(world: World) -> dict[str, Any]:
    """A card of two revisions."""
    from registry.cards.services import save_card

    actor = world.actor("scientist")
    save_card(world.model, {"contact": "Desk"}, actor=actor)
    save_card(world.model, full_content(), actor=actor)
    return {"number": 2, "revision": 2}


def _drafted(world: World) -> dict[str, Any]:
    """A draft that came with a bundle."""
    from registry.cards.drafts import keep_draft

    row = keep_draft(world.model, {"contact": "Elsewhere"}, source="a bundle", actor=world.actor("scientist"))
    assert row is not None
    return {"data": {"draft": str(row.pk), "base": "0", "decision": "confirm"}}


def _drafted_over_rest(world: World) -> dict[str, Any]:
    return {"data": {"id": _drafted(world)["data"]["draft"], "base": 0}}


def _high(world: World) -> dict[str, Any]:
    """A model whose class asks for an assessment."""
    from registry.services.describing import classify

    classify(world.model, purpose="Advises the desk.", risk_class="high", actor=world.actor("scientist"))
    return {}


def _assessed(world: World) -> None:
    from compliance.audit import Actor
    from registry.cards.impact.services import sign

    _high(world)
    sign(world.model, ASSESSED, actor=Actor.system("tests"))


def _explained(world: World) -> dict[str, Any]:
    from registry.cards.services import add_explanation

    add_explanation(world.version(), _EXPLANATION, actor=world.actor("scientist"))
    return {}


def _kept(world: World) -> dict[str, Any]:
    from registry.listing.saved import save_filter

    row = save_filter(world.user("scientist"), "models", "Mine", {"owner": "me"}, actor=world.actor("scientist"))
    return {"pk": row.pk}


_SCHEMA = {"columns": [{"name": "a", "type": "whole"}], "number": 0}
_SCHEMA_FORM = {
    "table-data_class": "training_data",
    "table-number": 0,
    "columns-TOTAL_FORMS": 0,
    "columns-INITIAL_FORMS": 0,
}


def _schema(world: World) -> dict[str, Any]:
    """A dataset with a version and a schema."""
    from registry.schemas.services import write_schema

    world.dataset_version()
    write_schema(world.dataset, columns=_SCHEMA["columns"], actor=world.actor("scientist"))
    return {}


def _uploaded(world: World) -> dict[str, Any]:
    world.dataset_version()
    return {}


def stock(world: World) -> None:
    """One of each for pages that list them."""
    _card(world)
    _assessed(world)
    _explained(world)
    _kept(world)


ACTS: dict[str, Act] = {
    f"GET {_D}schema/": Act("scientist", DATASET, before=_uploaded),
    f"POST {_D}schema/": Act("scientist", DATASET, _SCHEMA_FORM, before=_uploaded),
    f"GET {_A}{_D}schema/": Act("scientist", DATASET, before=_uploaded),
    f"PUT {_A}{_D}schema/": Act("scientist", DATASET, _SCHEMA, before=_uploaded),
    f"GET {_A}{_D}schema/changes/": Act("scientist", DATASET, before=_schema),
    f"GET {_M}card/": Act("scientist", MODEL, before=_card),
    f"POST {_M}card/edit/": Act("scientist", MODEL, {"base": 0, "contact": "Desk"}),
    f"GET {_M}card/document/": Act("scientist", MODEL, before=_card),
    f"GET {_M}card/draft/": Act("scientist", MODEL, before=_drafted),
    f"POST {_M}card/draft/": Act("scientist", MODEL, before=_drafted),
    f"GET {_M}card/revisions/<int:number>/": Act("scientist", MODEL, before=_card),
    f"GET {_MV}annex-iv/": Act("scientist", MODEL),
    f"GET {_MV}explanation/": Act("scientist", VERSION, before=_explained),
    f"POST {_MV}explanation/add/": Act(
        "scientist", VERSION, {"explanation": '{"features": [{"name": "distance", "value": 0.2}]}'}
    ),
    f"GET {_M}impact-assessment/": Act("officer", MODEL, before=_high),
    f"POST {_M}impact-assessment/": Act("officer", ASSESSMENT, ASSESSED, before=_high),
    f"GET {_A}{_M}impact-assessments/": Act("officer", MODEL, before=_high),
    f"POST {_A}{_M}impact-assessments/": Act("officer", ASSESSMENT, ASSESSED, before=_high),
    f"POST {_M}describe/": Act("scientist", MODEL, _DESCRIBED),
    f"POST {_D}describe/": Act("scientist", DATASET, {"description": "One row a flight."}),
    f"GET {_D}impact/": Act("scientist", DATASET),
    "POST models/-/filters/": Act("scientist", FILTER, {"target": "models", "name": "Mine", "query": "owner=me"}),
    "POST models/-/filters/<uuid:pk>/remove/": Act("scientist", FILTER, before=_kept),
    # REST
    f"GET {_A}{_M}card/": Act("scientist", MODEL, before=_card),
    f"PUT {_A}{_M}card/": Act("scientist", MODEL, {"fields": {"contact": "Desk"}}),
    f"GET {_A}{_M}card/document/": Act("scientist", MODEL, before=_card),
    f"GET {_A}{_M}card/draft/": Act("scientist", MODEL, before=_drafted),
    f"POST {_A}{_M}card/draft/": Act("scientist", MODEL, before=_drafted_over_rest),
    f"DELETE {_A}{_M}card/draft/": Act("scientist", MODEL, before=lambda world: _drafted(world) and None),
    f"GET {_A}{_M}card/revisions/": Act("scientist", MODEL, before=_card),
    f"GET {_A}{_M}card/revisions/<int:revision>/changes/": Act("scientist", MODEL, before=_card),
    f"GET {_A}{_MV}annex-iv/": Act("scientist", MODEL),
    f"GET {_A}{_MV}explanations/": Act("scientist", VERSION, before=_explained),
    f"POST {_A}{_MV}explanations/": Act("scientist", VERSION, _EXPLANATION),
    f"GET {_A}{_MV}lineage/": Act("scientist", VERSION),
    f"GET {_A}{_DV}lineage/": Act("scientist", DATASET_VERSION),
    f"GET {_A}{_D}impact/": Act("scientist", DATASET),
    f"POST {_A}saved-filters/": Act(
        "scientist", FILTER, {"target": "models", "name": "Mine", "query": {"owner": "me"}}
    ),
    f"DELETE {_A}saved-filters/<uuid:pk>/": Act("scientist", FILTER, before=_kept),
}
