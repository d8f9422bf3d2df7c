"""The page on which a superuser says why the roles do not reach."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import emergency
from accounts.sessions.signing_in import safe_next
from modelops.lib.errors import DomainError


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        max_length=emergency.LONGEST,
        min_length=emergency.SHORTEST,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text="It is kept, and security administrators and compliance officers read it.",
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def begin_or_end(request: HttpRequest) -> HttpResponse:
    """Give the reason and go on, or end the work as a superuser."""
    if not request.user.is_superuser:
        raise PermissionDenied
    if request.POST.get("act") == "end":
        emergency.end(request.user, request.session)
        messages.success(request, "Your work as a superuser has ended.")
        return redirect("accounts:emergency")
    back = safe_next(request, request.GET.get("next", "")) or resolve_url("overview")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            emergency.begin(request.user, request.session, form.cleaned_data["reason"])
        except DomainError as refusal:
            form.add_error("reason", refusal.message)
        else:
            return redirect(back)
    context = {
        "form": form,
        "back": back,
        "use": emergency.present(request.user, request.session),
        "minutes": int(emergency.LASTS.total_seconds() // 60),
    }
    return render(request, "accounts/emergency.html", context, status=422 if form.is_bound else 200)
