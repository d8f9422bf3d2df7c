"""Pages of promotions."""

import uuid

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .models import Promotion


@require_safe
@login_required
@permission_required("promotion.view_promotion", raise_exception=True)
def promotion_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One request with its gates, approvals and history."""
    promotion = get_object_or_404(Promotion.objects.visible_to(request.user).select_related("model"), pk=pk)
    return render(request, "promotion/detail.html", {"promotion": promotion})
