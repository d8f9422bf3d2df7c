"""Moving an alias from the page of a version."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from modelops.lib.errors import DomainError
from registry.grants.gate import require_change
from registry.models import ModelVersion

from . import services
from .forms import AliasForm


@require_POST
@login_required
@permission_required("aliases.add_alias", raise_exception=True)
def version_alias(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Point an alias at this version, or say which gate refuses and why."""
    versions = ModelVersion.objects.visible_to(request.user).select_related("model")
    version = get_object_or_404(versions, model__name=name, number=number)
    require_change(request, version.model)
    form = AliasForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the alias a name.")
        return redirect(version)
    try:
        alias = services.set_alias(version.model, form.cleaned_data["alias"], version, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{version} is now {alias.name!r}.")
    return redirect(version)
