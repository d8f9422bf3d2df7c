"""Calls upon promotions, their policies, and the history of aliases."""

from typing import Any

from .acts_registry import MODEL, VERSION
from .performing import Act
from .world import World

_M = "models/<object_name:name>/"
_A = "api/v1/"
_ONE = "promotions/<uuid:pk>/"
_API_ONE = f"{_A}promotions/<uuid:promotion_id>/"
_ALIAS = f"{_M}aliases/<object_name:alias>/"
PROMOTION = "promotion.promotion"
MOVED = f"{PROMOTION}|{VERSION}"
_POLICY = {"approvals": "3", "requires_card": "on"}


def _lenient(world: World) -> dict[str, Any]:
    from tests.registry.promotion.promoting import be_lenient

    be_lenient(world.model)
    return {}


def _asked(world: World, key: str = "pk") -> dict[str, Any]:
    """The engineer asked, and one has approved; the next one completes it."""
    from tests.registry.promotion.promoting import approve, ask

    _lenient(world)
    promotion = ask(world.version(), actor=world.actor("engineer"))
    return {key: approve(promotion, world.user("colleague")).pk}


def _asked_api(world: World) -> dict[str, Any]:
    return _asked(world, "promotion_id")


def _promoted(world: World) -> dict[str, Any]:
    from tests.registry.promotion.promoting import promote

    promote(world.version())
    return {"alias": "production"}


ACTS: dict[str, Act] = {
    f"GET {_ONE}": Act("scientist", PROMOTION, before=_asked),
    f"POST {_ONE}approve/": Act("officer", MOVED, before=_asked),
    f"POST {_ONE}reject/": Act("officer", PROMOTION, {"reason": "Not yet."}, before=_asked),
    f"POST {_ONE}withdraw/": Act("engineer", PROMOTION, before=_asked),
    "GET promotions/overrides/": Act("officer"),
    "GET promotions/overrides.csv": Act("officer"),
    f"POST {_M}versions/<int:number>/promote/": Act("engineer", PROMOTION, {"alias": "production"}, before=_lenient),
    f"GET {_M}promote-best/": Act("engineer", MODEL),
    f"GET {_M}promotion-policy/": Act("scientist", MODEL),
    f"POST {_M}promotion-policy/edit/": Act("officer", MODEL, _POLICY),
    f"POST {_A}{_M}promotions/": Act("engineer", PROMOTION, {"alias": "production", "version": 1}, before=_lenient),
    f"GET {_A}{_M}promotions/best/": Act("engineer", VERSION),
    f"GET {_A}{_M}promotion-policy/": Act("scientist", MODEL),
    f"PUT {_A}{_M}promotion-policy/": Act("officer", MODEL, {"approvals": 3}),
    f"GET {_A}promotions/overrides/": Act("officer"),
    f"GET {_API_ONE}": Act("scientist", PROMOTION, before=_asked_api),
    f"POST {_API_ONE}approve/": Act("officer", MOVED, {}, before=_asked_api),
    f"POST {_API_ONE}reject/": Act("officer", PROMOTION, {"reason": "Not yet."}, before=_asked_api),
    f"POST {_API_ONE}withdraw/": Act("engineer", PROMOTION, {}, before=_asked_api),
    "POST admin/promotion/promotion/add/": Act(
        "root",
        PROMOTION,
        before=lambda w: {**_lenient(w), "data": {"model": w.model.name, "version": 1, "alias": "production"}},
    ),
    "POST admin/promotion/promotion/<uuid:pk>/decide/": Act("root", MOVED, {"decision": "approve"}, before=_asked),
    "POST admin/promotion/promotionpolicy/add/": Act(
        "root", MODEL, before=lambda w: {"data": {"model": w.model.name, **_POLICY}}
    ),
    f"GET {_A}{_ALIAS}history/": Act("scientist", MODEL, before=_promoted),
    f"GET {_A}{_ALIAS}at/": Act("scientist", MODEL, before=_promoted, query="?at=2100-01-01"),
    f"GET {_ALIAS}history/": Act("scientist", MODEL, before=_promoted),
}
