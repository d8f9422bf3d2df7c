"""The page on which the owner decides who has a model or dataset, and the one that asks for an access code."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import SlowDown
from accounts.sessions.signing_in import safe_next
from modelops.lib.errors import DomainError
from registry import viewing
from registry.grants import codes, services
from registry.grants.errors import AccessCodeRefused
from registry.grants.forms import AccessForm, CodeForm, DatasetAccessForm, GrantForm
from registry.grants.gate import require_managing
from registry.grants.rules import Governed
from registry.models import Dataset, RegisteredModel

SHOWN_GRANTS = 200
_KINDS = {"models": RegisteredModel, "datasets": Dataset}


@never_cache
@login_required
@permission_required("grants.view_grant", raise_exception=True)
@require_http_methods(["GET", "POST"])
def access(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Who has access, and the switches."""
    governed = _governed(request, kind, name)
    form = _switches(governed, request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.change_access(governed, **form.cleaned_data, actor=request.actor)
        messages.success(request, "Saved. It holds from the next request on.")
        return redirect("registry:access", kind, name)
    return _page(request, governed, form=form)


@login_required
@permission_required("grants.add_grant", raise_exception=True)
@require_POST
def grant(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Name an account or a role."""
    governed = _governed(request, kind, name)
    form = GrantForm(request.POST, is_model=isinstance(governed, RegisteredModel))
    if not form.is_valid():
        return _page(request, governed, status=422, grant_form=form)
    said = form.cleaned_data
    try:
        holder = services.holder_named(user=said["user"], group=said["group"].name if said["group"] else "")
        services.give(
            governed,
            holder,
            said["level"],
            actions=said.get("actions", ()),
            expires_at=form.expires_at,
            actor=request.actor,
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _page(request, governed, status=422, grant_form=form)
    messages.success(request, f"{holder} has access to {governed}.")
    return redirect("registry:access", kind, name)


@login_required
@permission_required("grants.delete_grant", raise_exception=True)
@require_POST
def revoke(request: HttpRequest, kind: str, name: str, pk: Any) -> HttpResponse:
    """Take access away."""
    governed = _governed(request, kind, name)
    found = get_object_or_404(governed.grants.all(), pk=pk)
    services.revoke(found, actor=request.actor)
    messages.success(request, "The access is taken away with the next request.")
    return redirect("registry:access", kind, name)


@never_cache
@sensitive_post_parameters("code")
@login_required
@permission_required("registry.change_registeredmodel", raise_exception=True)
@require_POST
def set_code(request: HttpRequest, name: str) -> HttpResponse:
    """Set an access code, let the portal make one, which this page alone shows, or ask for none."""
    model = _governed(request, "models", name)
    assert isinstance(model, RegisteredModel)  # noqa: S101  the kind is written here
    act = request.POST.get("act")
    if act == "remove":
        codes.remove_code(model, actor=request.actor)
        messages.success(request, "Downloads ask for no access code any more.")
        return redirect("registry:access", "models", name)
    if act == "random":
        code = codes.random_code()
        codes.set_code(model, code, actor=request.actor)
        return _page(request, model, issued=code)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            codes.set_code(model, form.cleaned_data["code"], actor=request.actor)
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, "Downloads ask for the new access code.")
            return redirect("registry:access", "models", name)
    return _page(request, model, status=422, code_form=form)


@never_cache
@sensitive_post_parameters("code")
@login_required
@permission_required("registry.view_registeredmodel", raise_exception=True)
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for the access code of a model and lead back to where it was needed."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    back = safe_next(request, request.GET.get("next", "")) or model.get_absolute_url()
    form = CodeForm(request.POST if request.method == "POST" else None)
    context = {"model": model, "form": form, "back": back, "minutes": codes.ENTERED_FOR_S // 60}
    if not form.is_valid():
        return render(request, "registry/access_code.html", context, status=422 if form.is_bound else 200)
    try:
        codes.require_code(model, form.cleaned_data["code"], user=request.user)
    except (AccessCodeRefused, SlowDown) as error:
        form.add_error("code", "The code is not right." if isinstance(error, AccessCodeRefused) else error.message)
        return render(request, "registry/access_code.html", context, status=error.status)
    codes.remember(model, request.session, actor=request.actor)
    messages.success(request, f"The access code is right. You can download for {context['minutes']} minutes.")
    return redirect(back)


def _governed(request: HttpRequest, kind: str, name: str) -> Governed:
    """The model or dataset, when this person decides who has it."""
    governed = get_object_or_404(_KINDS[kind].objects.visible_to(request.user).select_related("owner"), name=name)
    require_managing(request, governed)
    return governed


def _switches(governed: Governed, data: Any = None) -> AccessForm:
    form = AccessForm if isinstance(governed, RegisteredModel) else DatasetAccessForm
    present = {name: getattr(governed, name) for name in form.base_fields}
    return form(data, initial=present)


def _page(
    request: HttpRequest, governed: Governed, *, status: int = 200, issued: str = "", **more: Any
) -> HttpResponse:
    if not issued:  # the page with a new code has the row of that
        viewing.access(request, governed)
    is_model = isinstance(governed, RegisteredModel)
    context = {
        "governed": governed,
        "kind": "models" if is_model else "datasets",
        "is_model": is_model,
        "form": _switches(governed),
        "grant_form": GrantForm(is_model=is_model),
        "code_form": CodeForm(),
        "issued": issued,
        "grants": governed.grants.select_related("user", "group").order_by("created_at")[:SHOWN_GRANTS],
        **more,
    }
    return render(request, "registry/access.html", context, status=status)
