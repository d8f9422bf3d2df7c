"""What is due today, on the first page of the admin."""

from typing import Any

from django import template

from compliance.evidence.home import due_today

register = template.Library()


@register.inclusion_tag("admin/evidence/due.html", takes_context=True, name="due_today")
def due(context: template.Context) -> dict[str, Any]:
    """Tiles that lead to where each thing is done."""
    lines = due_today(context["request"].user)
    return {"lines": lines, "waiting": sum(line.tone != "good" for line in lines)}
