"""The officer's pages of access reviews: each line is decided on one page, which then is signed."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from compliance.audit.history import timeline_page
from compliance.ledger_desk import second_factor
from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.templatetags.portal import pill

from . import services
from .models import AccessReview, Decision, LineKind, ReviewKind, ReviewLine

VIEW, CHANGE = "reviews.view_accessreview", "reviews.change_accessreview"
LINES_SHOWN = 200
TONES = {"signed": "good", "overdue": "bad", "open": "warn"}


class StatementForm(forms.Form):
    """What the officer signs."""

    statement = forms.CharField(
        max_length=2000,
        label="Statement",
        help_text="What you have looked at, and what follows from it. It is dated, signed with your account and kept.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@admin.register(AccessReview)
class AccessReviewAdmin(ReadOnlyAdmin):
    """One a month of a sample, and one a quarter of every right."""

    list_display = ["__str__", "kind", "state_mark", "opened_at", "due_at", "signed_at"]
    list_filter = ["kind"]
    ordering = ["-month"]

    def get_urls(self) -> list[URLPattern]:
        def at(route: str, view: Any, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(require_POST(view)), name=f"reviews_accessreview_{name}")

        return [
            at("<uuid:pk>/lines/<uuid:line>/", self.decide, "decide"),
            at("<uuid:pk>/sign/", self.sign, "sign"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        _need(request, VIEW)
        try:
            review = get_object_or_404(AccessReview, pk=uuid.UUID(object_id))
        except ValueError:
            raise Http404 from None
        return self._page(request, review, StatementForm())

    def decide(self, request: HttpRequest, pk: uuid.UUID, line: uuid.UUID) -> HttpResponse:
        """Keep, withdraw or explain one line."""
        _need(request, CHANGE)
        found = get_object_or_404(ReviewLine, pk=line, review=pk)
        services.decide(
            found,
            request.POST.get("decision", ""),
            request.POST.get("note", ""),
            actor=request.actor,  # type: ignore[attr-defined]
        )
        return redirect(f"{_address(pk)}#line-{line}")

    def sign(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Sign with a fresh second factor."""
        _need(request, CHANGE)
        review = get_object_or_404(AccessReview, pk=pk)
        form = StatementForm(request.POST)
        if not form.is_valid():
            return self._page(request, review, form, 422)
        second_factor.require(request)
        signed = services.sign(review, form.cleaned_data["statement"], actor=request.actor)  # type: ignore[attr-defined]
        messages.success(request, f"{signed} is signed. It stays as it is.")
        return redirect(_address(pk))

    def _page(self, request: HttpRequest, review: AccessReview, form: forms.Form, status: int = 200) -> HttpResponse:
        # What waits stands first; a campaign may have more lines than a page can show.
        rows = review.lines.annotate(is_decided=Q(decision__gt="")).order_by("is_decided", "id")
        lines = list(services.named(rows[:LINES_SHOWN]))
        counts = review.lines.aggregate(total=Count("pk"), left=Count("pk", filter=Q(decision="")))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "app_label": "reviews",
            "title": str(review),
            "original": review,
            "review": review,
            "parts": [
                (name, [line for line in lines if line.kind == kind])
                for name, kind in (("What was read", LineKind.READ), ("Who may what", LineKind.RIGHT))
                if kind == LineKind.RIGHT or review.kind == ReviewKind.SAMPLE
            ],
            "is_campaign": review.kind == ReviewKind.CAMPAIGN,
            "left": counts["left"],
            "total": counts["total"],
            "not_shown": counts["total"] - len(lines),
            "decisions": Decision.choices,
            "may_change": request.user.has_perm(CHANGE) and review.signed_at is None,
            "form": form,
            "tone": TONES[review.state],
            "timeline": timeline_page(request, review),
        }
        return TemplateResponse(request, "admin/reviews/review.html", context, status=status)

    @admin.display(description="State")
    def state_mark(self, review: AccessReview) -> SafeString:
        return pill(review.state.capitalize(), TONES[review.state])


def _need(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _address(pk: uuid.UUID) -> str:
    return reverse("admin:reviews_accessreview_change", args=[pk])
