"""The page "Security": everything about one's own account at a glance.

Each part of the page has a module beside this one: it shows itself through `panel` and holds the views that change it.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

Panel = Callable[[HttpRequest], dict[str, Any]]
_panels: list[Panel] = []


def panel(part: Panel) -> Panel:
    """Register what a part of the page gives to the template."""
    _panels.append(part)
    return part


def show(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    """The whole page; ``more`` goes before what the panels say, such as a form with its errors."""
    context: dict[str, object] = {}
    for part in _panels:
        context |= part(request)
    return render(request, "accounts/security.html", context | more, status=status)


@never_cache
@login_required
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """Everything at a glance."""
    return show(request)
