"""Portal pages of who is on call."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from modelops.lib.pages import keyset_page
from modelops.lib.refusals import refusals_shown
from monitoring.models.alert_on_call import OnCallRota

from . import looking, services
from .forms import CoverForm, RotaForm


@login_required
@permission_required("monitoring.view_oncallrota", raise_exception=True)
def rota_list(request: HttpRequest) -> HttpResponse:
    """Who is on call now and next, and the form of a new rota."""
    form = RotaForm(request.POST or None, initial={"starts_on": timezone.now().date()})
    if request.method == "POST":
        if not request.user.has_perm("monitoring.add_oncallrota"):
            raise PermissionDenied
        if form.is_valid():
            given = form.cleaned_data
            with refusals_shown(form):
                rota = services.create_rota(
                    given["name"],
                    given["people"],
                    starts_on=given["starts_on"],
                    hands_over_at=given["hands_over_at"],
                    zone=given["timezone"],
                    actor=request.actor,
                )
                messages.success(request, f"{rota.name} is stored. Add a channel of the kind On call that names it.")
                return redirect("monitoring:rota-list")
    return _page(request, form, None, status=422 if form.errors else 200)


@login_required
@require_POST
@permission_required("monitoring.change_oncallrota", raise_exception=True)
def rota_cover(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Put somebody on call in place of whoever's turn it is."""
    rota = get_object_or_404(OnCallRota.objects.visible_to(request.user), pk=pk)
    form = CoverForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with refusals_shown(form):
            services.cover(rota, given["user"], given["starts_at"], given["ends_at"], actor=request.actor)
            messages.success(request, f"{given['user']} is on call in {rota.name} then.")
            return redirect("monitoring:rota-list")
    return _page(request, RotaForm(), (rota.pk, form), status=422)


@login_required
@require_POST
@permission_required("monitoring.change_oncallrota", raise_exception=True)
def rota_disable(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Switch a rota off."""
    rota = get_object_or_404(OnCallRota.objects.visible_to(request.user), pk=pk)
    services.disable_rota(rota, actor=request.actor)
    messages.success(request, f"{rota.name} is off. Channels that ask it reach nobody.")
    return redirect("monitoring:rota-list")


def _page(
    request: HttpRequest, form: RotaForm, refused: tuple[uuid.UUID, CoverForm] | None, *, status: int
) -> HttpResponse:
    page = keyset_page(request, looking.with_people(OnCallRota.objects.visible_to(request.user)), order_by="name")
    empty = CoverForm(auto_id=False)
    shown = [
        {
            "rota": rota,
            "turns": looking.turns(rota) if rota.enabled else [],
            "cover": refused[1] if refused and refused[0] == rota.pk else empty,
        }
        for rota in page.rows
    ]
    context = {"page": page, "shown": shown, "form": form}
    return render(request, "monitoring/rota_list.html", context, status=status)
