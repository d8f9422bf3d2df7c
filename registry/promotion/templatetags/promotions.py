"""What cards of models and versions say of promotions."""

from typing import Any

from django import template
from django.conf import settings

from registry.aliases.models import Alias
from registry.aliases.periods import names_of
from registry.aliases.services import is_protected
from registry.models import ModelVersion, RegisteredModel
from registry.promotion.models import Promotion
from registry.promotion.policies import policy_for

register = template.Library()

SHOWN = 5


@register.simple_tag
def promotions_of(version: ModelVersion) -> list[Promotion]:
    """The newest requests about a version."""
    return list(Promotion.objects.filter(version=version).select_related("model").order_by("-id")[:SHOWN])


@register.simple_tag
def in_use(model: RegisteredModel) -> dict[str, Any]:
    """The protected aliases of a model: where each points, whether a request waits, and what is demanded."""
    live = {row.name: row for row in Alias.objects.filter(model=model).select_related("version")}
    waiting = {row.alias: row for row in Promotion.objects.filter(model=model).waiting().select_related("model")}
    names = [*settings.MODELOPS_PROTECTED_ALIASES]
    names += [name for name in sorted({*live, *waiting, *names_of(model)}) if name not in names]
    policy = policy_for(model)
    rows = [
        {
            "alias": name,
            "live": live.get(name),
            "waiting": waiting.get(name),
            "protected": is_protected(name),
            "needed": policy.approvals_for(name),
        }
        for name in names
    ]
    return {"rows": rows, "policy": policy}
