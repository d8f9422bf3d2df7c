"""An alias by the name of its model: what pipelines ask for most."""

from typing import Any

from django.db.models import QuerySet

from modelops.lib.fixed_queries import FixedQuery

from .models import Alias


@FixedQuery
def alias_of_model(user: Any, *, model: str, name: str) -> "QuerySet[Alias]":
    """The alias with the version that it points at, if ``user`` may see the model and its aliases."""
    if not user.has_perm("registry.view_registeredmodel"):
        return Alias.objects.none()
    rows = Alias.objects.visible_to(user).filter(model__name=model, name=name).select_related("model", "version")
    return rows.only("name", "set_at", "model__name", "version__number").order_by()
