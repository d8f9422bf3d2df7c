"""The inbox, the page of one request, and the report of overridden gates."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.audit.exporting.forms import csv_line
from compliance.audit.history import timeline_page
from compliance.audit.reading import record_reading
from modelops.lib.pages import keyset_page
from registry.promotion import audit_events as events
from registry.promotion.boxes import BOXES, in_box
from registry.promotion.forms import RejectionForm
from registry.promotion.models import Promotion
from registry.promotion.overrides import COLUMNS, as_cells, asked_month, following, overrides_of
from registry.promotion.people import names_of
from registry.promotion.showing import shown_promotion


@require_safe
@login_required
@permission_required("promotion.view_promotion", raise_exception=True)
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for whoever looks, what they asked for, what was decided."""
    usual = "for_me" if request.user.has_perm("promotion.approve_promotion") else "waiting"
    box = request.GET.get("box", usual)
    box = box if box in BOXES else usual
    rows = in_box(request.user, box).select_related("model").prefetch_related("approvals")
    page = keyset_page(request, rows, order_by="-id")
    names = names_of(row.requester_ref for row in page.rows)
    for row in page.rows:
        row.requester_name = names.get(row.requester_ref, "")
    boxes = [(key, label, key == box) for key, label in BOXES.items() if key != "for_me" or usual == "for_me"]
    return render(request, "promotion/inbox.html", {"page": page, "box": box, "boxes": boxes})


@require_safe
@login_required
@permission_required("promotion.view_promotion", raise_exception=True)
def promotion_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One request with its gates, approvals and history."""
    promotion = get_object_or_404(Promotion.objects.visible_to(request.user).select_related("model"), pk=pk)
    record_reading(events.VIEWED, promotion, request=request, **events.about(promotion))
    return promotion_page(request, promotion)


def promotion_page(
    request: HttpRequest, promotion: Promotion, form: RejectionForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of one request, also with a form that was refused."""
    context: dict[str, Any] = {
        **shown_promotion(promotion, request.user),
        "form": form or RejectionForm(),
        "timeline": timeline_page(request, promotion),
    }
    return render(request, "promotion/detail.html", context, status=status)


@require_safe
@login_required
@permission_required("promotion.view_promotion", raise_exception=True)
def overrides(request: HttpRequest) -> HttpResponse:
    """Promotions of a month that passed a failed gate by."""
    month = asked_month(request.GET.get("month", ""))
    rows = overrides_of(request.user, month)
    names = names_of(ref for row in rows for ref in (row.requester_ref, *row.approver_refs))
    for row in rows:
        row.people = [names.get(ref, "a former account") for ref in row.approver_refs]
        row.requester_name = names.get(row.requester_ref, "")
    record_reading(events.OVERRIDES_READ, request=request, month=f"{month:%Y-%m}", rows=len(rows))
    later = following(month)
    context = {
        "rows": rows,
        "month": month,
        "earlier": following(month, -1),
        "later": later if later <= timezone.now() else None,
    }
    return render(request, "promotion/overrides.html", context)


@require_safe
@login_required
@permission_required("promotion.view_promotion", raise_exception=True)
def overrides_file(request: HttpRequest) -> HttpResponse:
    """The same as a file for a spreadsheet; a cell that would be a formula there begins with an apostrophe."""
    month = asked_month(request.GET.get("month", ""))
    rows = overrides_of(request.user, month)
    record_reading(events.OVERRIDES_READ, request=request, month=f"{month:%Y-%m}", rows=len(rows))
    text = "".join(map(csv_line, [COLUMNS, *map(as_cells, rows)]))
    headers = {"Content-Disposition": f'attachment; filename="overrides-{month:%Y-%m}.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
