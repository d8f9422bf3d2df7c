"""The card of backups and drills for other pages: ``{% load escrow %}{% escrow_standing %}``."""

from typing import Any

from django import template

from compliance.escrow.standing import standing

register = template.Library()


@register.inclusion_tag("admin/escrow/standing.html")
def escrow_standing() -> dict[str, Any]:
    """When the ring was last backed up, what is in no backup, and when a restore was last proven."""
    return {"standing": standing()}
