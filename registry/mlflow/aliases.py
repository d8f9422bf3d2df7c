"""Aliases of versions. A protected one moves when others have approved it: a client that sets it asks for that."""

import re
from typing import Any, Final

from django.urls import reverse

from modelops.lib.errors import Conflict
from registry.aliases import services
from registry.aliases.audit_events import ALIAS_REMOVED, ALIAS_SET
from registry.aliases.models import Alias
from registry.audit_events import VERSION_VIEWED
from registry.grants.gate import require_change
from registry.models import ModelVersion
from registry.promotion import requesting
from registry.promotion.models import Promotion

from . import fields, finding
from .model_versions import REMOVE_ALIAS, VERSION, tell_viewed
from .refusals import Denied, InvalidValue
from .registered_models import NAME
from .shapes import VersionRow, version_shown
from .wire import Call, endpoint

_ALIAS: Final = fields.text(required=True, most=255)
_A_VERSION: Final = re.compile(r"v[0-9]+", re.IGNORECASE)
LATEST: Final = "latest"
ASK: Final = "promotion.add_promotion"
REASON: Final = "Asked for by a client of MLflow's protocol."


@endpoint(
    "POST", "registered-models/alias", permission="aliases.add_alias", tells=ALIAS_SET,
    takes={"name": NAME, "alias": _ALIAS, "version": VERSION},
)  # fmt: skip
def set_alias(call: Call) -> dict[str, Any]:
    """Point an alias at a version. For a protected one the promotion is asked for, and the call refused until then."""
    alias = call.given["alias"]
    if alias.lower() == LATEST:
        raise InvalidValue("'latest' alias name (case insensitive) is reserved.", field="alias")
    if _A_VERSION.fullmatch(alias):
        raise InvalidValue(f"Version alias name '{alias[:50]}' is reserved.", field="alias")
    version = finding.version_object(call.user, call.given["name"], call.given["version"])
    require_change(call.request, version.model)
    move(call, version, alias)
    return {}


@endpoint(
    "GET", "registered-models/alias", permission="aliases.view_alias", tells=VERSION_VIEWED,
    takes={"name": NAME, "alias": _ALIAS},
)  # fmt: skip
def get_alias(call: Call) -> dict[str, Any]:
    """The version that an alias points at; "latest" is the newest."""
    name, alias = call.given["name"], call.given["alias"]
    row = _newest(call, name) if alias.lower() == LATEST else finding.alias_row(call.user, name, alias)
    if row is None:
        finding.model_row(call.user, name)
        raise InvalidValue(f"Registered model alias {alias[:100]} not found.", code="alias.not_found", field="alias")
    tell_viewed(call, row, "alias")
    return {"model_version": version_shown(row)}


@endpoint(
    "DELETE", "registered-models/alias", permission=REMOVE_ALIAS, tells=ALIAS_REMOVED,
    takes={"name": NAME, "alias": _ALIAS},
)  # fmt: skip
def delete_alias(call: Call) -> dict[str, Any]:
    """Remove an alias; one that is not there is no fault."""
    model = finding.model_object(call.user, call.given["name"])
    require_change(call.request, model)
    found = Alias.objects.visible_to(call.user).filter(model=model, name=call.given["alias"]).first()
    if found is not None:
        services.remove_alias(found, actor=call.actor)
    return {}


def move(call: Call, version: ModelVersion, alias: str) -> None:
    """Point ``alias`` at ``version``, as far as the rules let it.

    Raises Denied for a protected alias; the promotion is then asked for, once however often the client comes.
    """
    if not services.is_protected(alias):
        services.set_alias(version.model, alias, version, actor=call.actor)
        return
    if Alias.objects.filter(model=version.model_id, name=alias, version=version).exists():
        return
    if not call.allows(ASK):
        raise _needs_approval(alias, f"Ask for the promotion of {version} on {_page(call, version.get_absolute_url())}")
    waiting = _waiting(version, alias)
    if waiting is None:
        try:
            waiting = requesting.request(version, alias, reason=REASON, actor=call.actor)
        except Conflict as refusal:
            waiting = _waiting(version, alias)
            if waiting is None:
                raise Denied(refusal.message, code=refusal.code, field="alias") from None
    page = _page(call, reverse("promotion:detail", args=[waiting.pk]))
    if waiting.version_id != version.pk:
        raise _needs_approval(alias, f"Version {waiting.number} waits for its approval first: {page}")
    raise _needs_approval(alias, f"The promotion of {version} is asked for and waits for its approval: {page}")


def _waiting(version: ModelVersion, alias: str) -> Promotion | None:
    rows = Promotion.objects.waiting().filter(model=version.model_id, alias=alias)
    found: Promotion | None = rows.order_by("-id").first()
    return found


def _needs_approval(alias: str, more: str) -> Denied:
    return Denied(
        f"{alias!r} is a protected alias: it moves when others have approved it. {more}.",
        code="alias.needs_promotion",
        field="alias",
    )


def _page(call: Call, path: str) -> str:
    return str(call.request.build_absolute_uri(path))


def _newest(call: Call, name: str) -> VersionRow | None:
    versions = ModelVersion.objects.visible_to(call.user).filter(model__name=name)
    number = versions.order_by("-number").values_list("number", flat=True).first()
    return None if number is None else finding.version_row(call.user, name, str(number))
