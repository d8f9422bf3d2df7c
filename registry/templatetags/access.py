"""What cards and pages say of access, deletion and rank."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelops.lib.figures import significant
from modelops.lib.templatetags.portal import pill
from registry.grants.models import Level
from registry.grants.rules import level_of, may_manage
from registry.models import ModelVersion, RegisteredModel
from registry.ranking.best import Best, best_of, primary_metric
from registry.views.deletion import deletion_urls

register = template.Library()


@register.simple_tag
def access_of(governed: Any, user: Any) -> dict[str, Any]:
    """Whether ``user`` decides who has a model or dataset, how far ``user`` may go, and how many are named."""
    # Several blocks of a page ask; the answer does not change while the page is made.
    known: dict[str, Any] | None = getattr(governed, "_access_shown", None)
    if known is None:
        level, manages = level_of(user, governed), may_manage(user, governed)
        known = governed._access_shown = {
            "may_manage": manages and user.has_perm("grants.view_grant"),
            "level": level,
            "may_change": level == Level.EDIT,
            "named": governed.grants.count() if manages else None,
        }
    return known


@register.simple_tag
def ranking_of(model: RegisteredModel) -> dict[str, Any]:
    """The primary metric of a model and its best version."""
    known: dict[str, Any] | None = getattr(model, "_ranking_shown", None)
    if known is None:
        best = best_of(model)
        known = {"primary": best.primary if best else primary_metric(model), "best": best}
        model._ranking_shown = known  # type: ignore[attr-defined]
    return known


@register.simple_tag
def best_badge(best: Best | None, number: int, newest: int | None = None) -> SafeString | str:
    """The mark of the best version; "" for any other. The words carry it, the icon repeats it."""
    if best is None or best.number != number:
        return ""
    words = "New best" if newest == number and number > 1 else "Best"
    title = f"{best.primary.metric} {significant(best.value)}: {best.primary.words.lower()}"
    return format_html('<span title="{}">{}</span>', title, pill(words, "good", "up"))


@register.simple_tag
def best_mark(version: ModelVersion) -> SafeString | str:
    """The same for the page of one version."""
    return best_badge(best_of(version.model), version.number, version.model.last_number)


@register.simple_tag
def deletion_of(kind: str, name: str, number: int | None = None) -> dict[str, str]:
    """Addresses of the pages that delete and restore."""
    return deletion_urls(kind, name, number)
